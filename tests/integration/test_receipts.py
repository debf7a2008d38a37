"""Receipts: signed, in the log, checked by others, and for nobody else's eyes."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema_rs
import pymerkle  # type: ignore[import-untyped]  # it ships no types
import pytest
import requests

from consent.clock import SystemClock
from consent.errors import NotPermitted
from consent.grant import Shown, Yes
from consent.ids import DepartmentCode
from consent.jose import sign, verify
from consent.keys import accept_keys, load_keys
from consent.log.checkpoint import LogSigner, take_checkpoint
from consent.log.sequencer import sequence
from consent.people import Department, Person
from consent.permit import SignInEvidence
from consent.purposes import Purpose
from consent.receipts import TYPE, Papers, receipt_for_department
from consent.record import record_hash, what_was_shown
from consent.renew import renew
from consent.store import DEPARTMENT, SIGNER, WORKER, grants, open_store
from consent.store.receipts import own_grant
from consent.vocabulary import missing, unknown
from tests.permission_desk import person_of
from tests.portal import Client, House, Portal
from tests.second_opinion import ask_node

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "register/receipts/record-2.schema.json").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Scene:
    """Tamsin has said yes to three departments and Sam to one; Erin has renewed hers. The log has
    been signed since."""

    portal: Portal
    tamsin: Client
    sam: Client
    erin: Client
    early: dict[str, Any]
    """Tamsin's receipt as it was before that."""


@pytest.fixture(scope="module")
def scene(house: House, shared_portal: Portal) -> Scene:
    tamsin, sam = shared_portal.client(), shared_portal.client()
    tamsin.get_in("testwell", "dwp", "hmrc", "hmcts")
    early = receipt_of(tamsin)
    sam.get_in("specimen", "dwp")
    erin = shared_portal.client()
    erin.get_in("exampleton", "dvla")
    renewed(shared_portal, "dvla")
    worker = open_store(shared_portal.database.worker_url, role=WORKER)
    signer = open_store(shared_portal.database.signer_url, role=SIGNER)
    try:
        sequence(worker)
        keys = load_keys(next(house.folder.rglob("log.jwk.json")))
        name = shared_portal.services.log_key.name
        take_checkpoint(worker, SystemClock(), LogSigner(keys, store=signer, origin=name))
    finally:
        worker.close()
        signer.close()
    return Scene(shared_portal, tamsin, sam, erin, early)


def renewed(portal: Portal, department: str) -> None:
    """The one grant of this department is kept for longer, by the person who gave it."""
    part = portal.services
    ((subject, grant_id),) = portal.rows(
        "select subject_id, grant_id from consent_grant where department = %s", department
    )
    entry = part.register.departments[DepartmentCode(department)]
    renew(
        part.store,
        part.clock,
        part.chance,
        part.notices,
        actor=Person(subject),
        grant_id=grant_id,
        yes=Yes(entry, part.notices.newest(Purpose.VIEW_DEBTS, "en")),
        shown=Shown("renewal", part.clock.now(), "en"),
        sign_in=SignInEvidence(at=part.clock.now(), vot="Cl.Cm", ial="P2", idp="one_login"),
        origin=portal.url,
    )


def address_of(client: Client) -> str:
    """Where the newest receipt of this person is."""
    links = client.get("/permissions").links()
    return next(link for link in links.values() if link.startswith("/permissions/PM"))


def receipt_of(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.get(f"{address_of(client)}.json").html)
    return found


def fetched(portal: Portal, path: str) -> requests.Response:
    session = requests.Session()
    session.trust_env = False
    return session.get(portal.url + path, timeout=60)


def checked(
    folder: Path, portal: Portal, file: str, *words: str, fetch: bool = True
) -> tuple[int, str]:
    """Run the program as a person would: downloaded, in a folder with nothing else of ours."""
    (folder / "check_receipt.py").write_bytes(fetched(portal, "/receipts/check_receipt.py").content)
    more = words if fetch else (*words, "--offline")
    done = subprocess.run(
        [sys.executable, "-I", "check_receipt.py", file, *more],
        cwd=folder,
        env={"NO_PROXY": "*", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_receipt_is_signed_and_says_what_was_allowed_f17(scene: Scene) -> None:
    portal, page = scene.portal, scene.tamsin.get(f"{address_of(scene.tamsin)}.jws")
    assert "attachment" in page.response.headers["Content-Disposition"]
    keys = accept_keys(fetched(portal, "/.well-known/jwks.json").json()["keys"])
    claims = verify(page.html.strip(), keys, typ=TYPE)
    assert claims["iss"] == portal.url
    assert claims["aud"].startswith("urn:svd:subject:")
    assert f"/permissions/{claims['jti']}" == address_of(scene.tamsin)
    assert claims["schema_version"].endswith("#receipt-eu-gdpr")
    purposes = [one["pii_processing"][0]["collection_method"] for one in claims["records"]]
    assert purposes == ["urn:svd:org:dwp", "urn:svd:org:hmcts", "urn:svd:org:hmrc"]
    assert [record_hash(one) for one in claims["records"]] == claims["record_hashes"]
    assert [one["state"] for one in claims["standing"]] == ["given"] * 3
    assert "Tamsin" not in page.html


def test_every_record_made_here_is_complete_sec_1(scene: Scene) -> None:
    for claims in (receipt_of(scene.tamsin), receipt_of(scene.sam)):
        for record in claims["records"]:
            assert list(jsonschema_rs.validator_for(SCHEMA).iter_errors(record)) == []
            assert (unknown(record), missing(record)) == (set(), [])


def test_another_person_s_receipt_is_not_there(scene: Scene) -> None:
    theirs = address_of(scene.tamsin)
    for ending in ("", ".json", ".jws"):
        assert scene.sam.get(theirs + ending).status == 404
    assert scene.sam.get("/permissions/PM0000000000.jws").status == 404
    assert scene.portal.client().get(f"{theirs}.jws").path == "/sign-in"


def test_node_jose_verifies_every_receipt_sec_12(scene: Scene) -> None:
    everything = [
        one
        for client in (scene.tamsin, scene.sam)
        for one in json.loads(client.get("/permissions/receipts.json").html)["receipts"]
    ]
    subjects = dict(scene.portal.rows("select receipt, subject_id::text from consent_grant"))
    tokens = [
        {"token": one["jws"], "audience": f"urn:svd:subject:{subjects[one['receipt']]}"}
        for one in everything
    ]
    cut = {**tokens[0], "token": tokens[0]["token"][:-4] + "AAAA"}
    elsewhere = {**tokens[0], "audience": "urn:svd:org:dwp"}
    said = ask_node(
        "verify.mjs",
        {
            "jwks": fetched(scene.portal, "/.well-known/jwks.json").json(),
            "typ": TYPE,
            "issuer": scene.portal.url,
            "tokens": [*tokens, cut, elsewhere],
        },
    )
    assert [one.get("alg") for one in said[:-2]] == ["ES256"] * len(tokens)
    assert len(tokens) == 2
    assert [one["refused"] for one in said[-2:]] == [
        "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
        "ERR_JWT_CLAIM_VALIDATION_FAILED",
    ]


def test_pymerkle_finds_every_record_in_the_log_sec_12(scene: Scene) -> None:
    """The tree is built anew by pymerkle from all leaves; our proofs are put into its own check."""
    rows = scene.portal.rows(
        "select leaf_hash from consent_event where leaf_index is not null order by leaf_index"
    )
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    tree.hash_buff = lambda raw: raw  # entries are leaf hashes already
    for (leaf,) in rows:
        tree.append_entry(bytes.fromhex(leaf))
    count = 0
    for claims in (receipt_of(scene.tamsin), receipt_of(scene.sam)):
        for leaf, said in zip(claims["leaves"], claims["log"], strict=True):
            index, size = said["leaf_index"], said["tree_size"]
            assert size == len(rows)
            proof = tree.prove_inclusion(index + 1, size)
            assert tree.get_leaf(index + 1).hex() == leaf["leaf_hash"]
            proof.path[1:] = [b64decode(one) for one in said["inclusion_proof"]]
            root = b64decode(said["root"])
            pymerkle.verify_inclusion(
                bytes.fromhex(leaf["leaf_hash"]), root, proof, index + 1, size
            )
            assert root == tree.get_root(size)
            count += 1
    assert count == 4


def test_a_person_checks_their_receipt_with_the_downloaded_program_alone(
    scene: Scene, tmp_path: Path
) -> None:
    name = f"{address_of(scene.tamsin).rpartition('/')[2]}"
    for ending in (".jws", ".json"):
        text = scene.tamsin.get(f"{address_of(scene.tamsin)}{ending}").html
        (tmp_path / f"{name}{ending}").write_text(text)
        code, said = checked(tmp_path, scene.portal, f"{name}{ending}")
        assert code == 0, said
        assert said.count("\nOK ") == 1 + 3 * 5
        assert "The service has signed it" in said
        assert "which the log has signed" in said
        assert said.endswith("All that was checked is right.\n")


def test_it_can_be_checked_without_the_service_too(scene: Scene, tmp_path: Path) -> None:
    save = {
        "keys.json": "/.well-known/jwks.json",
        "log.key": "/log/key",
        "words.toml": "/notices/view_debts/2/en.toml",
    }
    for file, address in save.items():
        (tmp_path / file).write_bytes(fetched(scene.portal, address).content)
    (tmp_path / "r.jws").write_text(scene.tamsin.get(f"{address_of(scene.tamsin)}.jws").html)
    given = ("--keys", "keys.json", "--log-key", "log.key", "--notice", "words.toml")
    code, said = checked(tmp_path, scene.portal, "r.jws", *given, fetch=False)
    assert (code, said.count("\nOK ")) == (0, 16)

    (tmp_path / "words.toml").write_text("Do you agree to everything?")
    code, said = checked(tmp_path, scene.portal, "r.jws", *given, fetch=False)
    assert code == 0
    assert said.count("The words of the notice were not checked") == 3


def test_before_the_next_checkpoint_the_receipt_says_so(scene: Scene, tmp_path: Path) -> None:
    assert scene.early["log"] == [None, None, None]
    assert scene.early["checkpoint"] is None
    assert all(leaf["leaf_hash"] for leaf in scene.early["leaves"])
    (tmp_path / "early.json").write_text(json.dumps(scene.early))
    code, said = checked(tmp_path, scene.portal, "early.json")
    assert code == 0
    assert said.count("It is not in the log yet. That takes a minute") == 3


def test_a_renewal_has_a_receipt_of_its_own_and_the_old_one_stays(
    scene: Scene, house: House, tmp_path: Path
) -> None:
    listed = json.loads(scene.erin.get("/permissions/receipts.json").html)["receipts"]
    said = [
        json.loads(scene.erin.get(f"/permissions/{one['receipt'].replace(' ', '')}.json").html)
        for one in listed
    ]
    (second,), (first,) = (one["records"] for one in said)
    assert (second["version"], first["version"]) == (2, 1)
    assert second["prev_record_hash"] == said[1]["record_hashes"][0]
    assert second["lineage_id"] == first["lineage_id"]
    assert second["record_id"] != first["record_id"]
    assert second["grant_id"] == first["grant_id"]
    for one in (first, second):
        assert list(jsonschema_rs.validator_for(SCHEMA).iter_errors(one)) == []
    assert [one["leaves"][0]["event"]["kind"] for one in said] == ["renewed", "given"]

    (tmp_path / "all.json").write_text(json.dumps({"receipts": listed}))
    code, words = checked(tmp_path, scene.portal, "all.json")
    assert code == 0, words
    assert "Version 2 of a permission follows the one before it." in words
    claims = {**said[0], "jws": None}
    claims["records"][0]["prev_record_hash"] = "0" * 64
    listed[0]["jws"] = signed_with_the_key_itself(house, claims)
    (tmp_path / "all.json").write_text(json.dumps({"receipts": listed}))
    code, words = checked(tmp_path, scene.portal, "all.json")
    assert code == 1
    assert "Version 2 of a permission does not follow the one before it." in words


def signed_with_the_key_itself(house: House, claims: dict[str, Any]) -> str:
    """As somebody could who had taken the signer's key: the signer itself would refuse."""
    key = load_keys(house.folder / "signer/portal.jwk.json").first("sig")
    return sign({**claims, "iat": int(SystemClock().now().timestamp())}, key, typ=TYPE)


def altered(claims: dict[str, Any], what: str) -> dict[str, Any]:
    """The same receipt with one thing changed by whoever holds the signing key."""
    said: dict[str, Any] = json.loads(json.dumps(claims))
    record, proof = said["records"][0], said["log"][0]
    match what:
        case "record":
            record["events"][1]["event_time"] = "2020-01-01T00:00:00.000000Z"
        case "record and its hash":
            record["events"][1]["event_time"] = "2020-01-01T00:00:00.000000Z"
            said["record_hashes"][0] = record_hash(record)
        case "words":
            record["privacy_notice"]["notice_sha256"] = "0" * 64
        case "what was filled in":
            filled = record["privacy_notice"]["template_params"]
            record["privacy_notice"]["template_params"] = filled.replace("DWP", "HMRC")
        case "salt":
            said["leaves"][0]["salt_b64u"] = "A" * 22
        case "place":
            proof["leaf_index"] += 1
        case "proof":
            proof["inclusion_proof"].pop()
        case "root":
            proof["root"] = said["log"][0]["inclusion_proof"][0]
        case "head":
            said["checkpoint"] = said["checkpoint"].replace("/log\n", "/log2\n", 1)
    return said


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("record", "The record is not the one that was hashed"),
        ("record and its hash", "The leaf of the log is not of this record"),
        ("words", "have been changed since"),
        ("what was filled in", "is not what you were shown"),
        ("salt", "The leaf of the log is not of this record"),
        ("place", "It is not in the log that was signed"),
        ("proof", "The log: "),
        ("root", "It is not in the log that was signed"),
        ("head", "The log: the head of the log is not signed"),
    ],
)
def test_a_receipt_that_the_service_itself_has_changed_is_found_out(
    scene: Scene, house: House, tmp_path: Path, what: str, found: str
) -> None:
    claims = receipt_of(scene.tamsin)
    del claims["jws"]
    bad = altered(claims, what)
    if bad["records"] != claims["records"] or bad["checkpoint"] != claims["checkpoint"]:
        with pytest.raises(NotPermitted):
            scene.portal.services.sign_receipt(bad)
    (tmp_path / "bad.jws").write_text(signed_with_the_key_itself(house, bad))
    code, said = checked(tmp_path, scene.portal, "bad.jws")
    assert code == 1, said
    assert "WRONG" in said
    assert found in said


def test_a_receipt_that_somebody_else_has_changed_is_found_out(
    scene: Scene, tmp_path: Path
) -> None:
    header, body, signature = receipt_of(scene.tamsin)["jws"].split(".")
    claims = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    claims["standing"][0]["state"] = "withdrawn"
    changed = urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    (tmp_path / "bad.jws").write_text(f"{header}.{changed}.{signature}")
    code, said = checked(tmp_path, scene.portal, "bad.jws")
    assert code == 1
    assert "The signature is not the service's" in said
    for text in ("", "no receipt at all", "{}", '{"receipts": []}', "a.b.c"):
        (tmp_path / "bad.jws").write_text(text)
        code, said = checked(tmp_path, scene.portal, "bad.jws")
        assert code == 2, text
        assert "This receipt cannot be checked" in said


def test_a_department_s_receipt_shows_nothing_of_another_sec_13(scene: Scene) -> None:
    """Three departments that Tamsin said yes to, each with its own receipt, side by side."""
    portal = scene.portal
    papers = Papers(portal.url, portal.services.notices)
    with portal.services.store.transaction(person_of(portal)) as tx:
        mine = grants.all_of(tx, person_of(portal).subject)
    door = open_store(portal.database.department_url, role=DEPARTMENT)
    receipts = {}
    for grant in mine:
        with door.transaction(Department(grant.department)) as tx:
            own = own_grant(tx, grant.grant_id)
            theirs = [own_grant(tx, other.grant_id) for other in mine if other is not grant]
        assert own is not None
        assert theirs == [None, None]
        receipts[grant.department] = receipt_for_department(papers, own)
    door.close()
    for grant in mine:
        text = portal.services.sign_receipt(receipts[grant.department]) + json.dumps(
            receipts[grant.department]
        )
        for other in mine:
            marks = (
                *(other.grant_id, other.record_hash, other.salt, other.pairwise_id),
                *(str(other.lineage_id), f"urn:svd:org:{other.department}"),
            )
            found = [mark for mark in marks if mark in text]
            assert found == (list(marks) if other is grant else []), other.department
        assert str(grant.subject_id) not in text, "an id that departments share"
        assert grant.receipt not in text


def test_the_notice_of_a_record_stands_at_its_address_sec_20(scene: Scene) -> None:
    for record in receipt_of(scene.tamsin)["records"]:
        named = record["privacy_notice"]
        page = scene.portal.client().get(named["@id"])
        assert page.heading == "Show me my debts: version 2"
        assert page.says(named["notice_sha256"])
        assert page.says("No decision about you is made by a computer alone.")
        exact = fetched(scene.portal, f"{named['@id']}.toml").content
        assert sha256(exact).hexdigest() == named["notice_sha256"]


def test_every_notice_ever_published_has_its_page(scene: Scene) -> None:
    client = scene.portal.client()
    links = [link for link in client.get("/notices").links().values() if link.count("/") == 4]
    assert len(links) == len(scene.portal.services.notices.by_key) >= 12
    assert all(client.get(link).status == 200 for link in links)
    for missing_one in ("/notices/view_debts/9/en", "/notices/x/1/en", "/notices/view_debts/1/cy"):
        assert client.get(missing_one).status == 404
        assert fetched(scene.portal, f"{missing_one}.toml").status_code == 404


def test_what_checking_needs_is_public(scene: Scene) -> None:
    page = scene.portal.client().get("/receipts")
    program = fetched(scene.portal, "/receipts/check_receipt.py")
    assert page.says(sha256(program.content).hexdigest())
    assert fetched(scene.portal, "/receipts/record-2.schema.json").json() == SCHEMA
    context = fetched(scene.portal, receipt_of(scene.tamsin)["@context"])
    assert context.headers["Content-Type"] == "application/ld+json"
    assert fetched(scene.portal, "/receipts/departments.toml").status_code == 404


def test_no_address_and_no_browser_of_the_person_is_kept_anywhere_sec_14(scene: Scene) -> None:
    """Marks in the headers of a whole journey are in no row; the language and the time are."""
    client = scene.portal.client()
    client.session.headers["User-Agent"] = "Canary-Browser/7.41"
    client.session.headers["X-Forwarded-For"] = "203.0.113.77"
    client.get_in("sampleford", "dwp")
    tables = scene.portal.rows("select tablename from pg_tables where schemaname = 'public'")
    assert len(tables) > 15
    everything = "".join(
        row[0]
        for (table,) in tables
        for row in scene.portal.rows(f"select t::text from {table} as t")
    )
    assert receipt_of(client)["records"][0]["grant_id"] in everything, "the search finds things"
    marks = ("Canary", "Browser/7.41", "203.0.113.77")
    assert not [mark for mark in marks if mark in everything]
    evidence = receipt_of(client)["records"][0]["evidence"]
    assert (evidence["channel"], evidence["assisted_by"]) == ("web", None)
    assert 0 < evidence["dwell_ms"] < 60_000


def test_what_was_presented_is_rendered_again_from_the_row_alone_sec_3(scene: Scene) -> None:
    with scene.portal.services.store.transaction(person_of(scene.portal)) as tx:
        for grant in grants.all_of(tx, person_of(scene.portal).subject):
            notice = scene.portal.services.notices.find(grant.notice, grant.language)
            assert what_was_shown(grant, notice).sha256 == grant.presented_sha256


def test_the_department_s_own_limit_ends_the_permission_f11(scene: Scene) -> None:
    days = dict(
        scene.portal.rows("select department, expires_at::date - given_at::date from consent_grant")
    )
    assert (days["hmcts"], days["hmrc"]) == (182, 365)
