"""What somebody can have signed who holds all that the web process holds (SEC-19, SEC-48).

The attacker has the portal's database role, its folder of keys and the signer's socket, and knows
every id. They get no assertion for a grant that is not live, for another department, purpose,
address or field, or without a session of the same person; nor can they make a grant live. What they
do get is in the last test: under a live grant they can ask.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters.signer_socket import SocketSigner
from app.local.keys import ensure, ensure_signer
from app.settings import SIGNERS_KEYS
from app.signer_service import answer
from consent import notices, register
from consent.ask import Card, ask
from consent.clock import SetClock
from consent.errors import ConsentEnded
from consent.expire import expire
from consent.grant import Shown
from consent.ids import DepartmentCode, GrantId
from consent.jose import seal, verify
from consent.keys import Keys, key_set, load_keys, new_key, public_jwk
from consent.people import Person
from consent.permit import Permit
from consent.permits import permits_for
from consent.purposes import Purpose
from consent.record import record_hash
from consent.revoke import Revoked, Revoker, revoke
from consent.sessions import IDLE, Sessions, token_hash
from consent.signer import ASSERTION_TYPE, PATH_OF, Errand
from consent.signing import checks
from consent.signing.sign import DatabaseSigner
from consent.store import WORKER, Store, open_store
from consent.suspend import suspend
from consent.withdraw import withdraw
from tests.builders import WITHOUT_LIMITS, a_clock, a_person, a_sign_in, given
from tests.database import Database
from tests.signers import a_signer, answering

ISSUER = "http://localhost:8000"
HOMES = {code: f"http://127.0.0.1:81{n:02}" for n, code in enumerate(("dwp", "council", "dvla"))}
ENVIRON = {f"SVD_ADDRESS_{code.upper()}": home for code, home in HOMES.items()}
ASK = "7d1c6a52-3f0e-4f0c-9c26-3a8a3f5c9d10"
SEALED = seal(b"{}", new_key("enc", "department"))
ONE_TIME = public_jwk(new_key("enc", "answer"))
Question = dict[str, Any]


@dataclass(frozen=True, slots=True)
class World:
    """Two people, their sessions, and a grant in each state in which it may not be used."""

    database: Database
    clock: SetClock
    keys: Keys
    tamsin: Person
    session: str
    sams_session: str
    closed_session: str
    idle_session: str
    live: GrantId
    ids: dict[str, GrantId]
    used: Permit
    """For the grant for one use that has just been used."""

    def signer(self, **changes: Any) -> Any:
        return a_signer(
            self.database,
            keys=self.keys,
            issuer=ISSUER,
            environ=ENVIRON,
            clock=self.clock,
            **changes,
        )

    def question(
        self, *, at: str = "dwp", errand: Errand = Errand.DEBT_QUERY, **changes: Any
    ) -> Question:
        """One that is signed, unless it is changed."""
        return {
            "do": "assertion",
            "grant_id": self.live,
            "session_hash": token_hash(self.session),
            "interaction_id": ASK,
            "audience": f"urn:svd:org:{at}",
            "htu": HOMES.get(at, "") + PATH_OF[errand],
            "htm": "POST",
            "errand": errand.value,
            "vot": "Cl.Cm",
            "ial": "P2",
            "idp": "one_login",
            "fields": ["balance_pence"],
            "match_jwe": SEALED,
            "request_jwe": None,
            "response_jwk": ONE_TIME,
            **changes,
        }

    def once(self, **changes: Any) -> Question:
        """Under the grant for one use, in the ask that used it."""
        asked = {"grant_id": self.used.grant_id, "interaction_id": self.used.interaction_id}
        hold = self.question(errand=Errand.HOLD_REQUEST, fields=[], match_jwe=None)
        return {**hold, "request_jwe": SEALED, "response_jwk": None, **asked, **changes}


@pytest.fixture(scope="module")
def world(shared_database: Database) -> Iterator[World]:
    clock = a_clock()
    portal = open_store(shared_database.portal_url)
    worker = open_store(shared_database.worker_url, role=WORKER)
    yield _world(shared_database, clock, portal, worker)
    portal.close()
    worker.close()


def _world(database: Database, clock: SetClock, portal: Store, worker: Store) -> World:
    chance = secrets.token_bytes
    sessions = Sessions(portal, clock, chance, pepper=b"p" * 32)
    tamsin, sam = (a_person(portal, clock, chance, name) for name in ("tamsin", "sam"))
    ids: dict[str, GrantId] = {}

    def give(name: str, who: Person = tamsin, code: str = "dwp", **more: Any) -> GrantId:
        made = given(portal, clock, chance, who, (code,), post_key=name, **more)
        ids[name] = made.grants[0].grant_id
        return ids[name]

    def permit(who: Person, purpose: Purpose) -> Permit:
        (made,) = permits_for(
            portal, clock, chance, notices.load(), actor=who, purpose=purpose,
            sign_in=a_sign_in(clock), terms=WITHOUT_LIMITS,
        )  # fmt: skip
        return made

    give("expired")
    clock.move(timedelta(days=365))
    expire(worker, clock, chance)
    give("expired, not swept", code="council")
    clock.move(timedelta(days=365))
    give("withdrawn")
    withdraw(portal, clock, chance, actor=tamsin, grant_id=ids["withdrawn"])
    give("revoked")
    revoke(
        worker, clock, chance, by=Revoker.PORTAL, grant_id=ids["revoked"], reason=Revoked.INCIDENT
    )
    give("suspended", code="dvla")
    suspend(portal, clock, chance, actor=tamsin, grant_id=ids["suspended"])
    give("used long ago", purpose=Purpose.HOLD_OR_QUERY)
    permit(tamsin, Purpose.HOLD_OR_QUERY)
    clock.move(timedelta(minutes=3))
    give("of another department", code="council")
    give("of somebody else", sam)
    idle = sessions.open(tamsin.subject, clock.now())
    clock.move(IDLE + timedelta(seconds=1))
    entry = register.load().departments[DepartmentCode("slc")]
    shown = Shown(post_key="asked", requested_at=clock.now(), language="en")
    card = Card(entry, notices.load().newest(Purpose.VIEW_DEBTS, "en"))
    ids["asked, not agreed"] = ask(portal, chance, actor=tamsin, cards=[card], shown=shown)[
        0
    ].grant_id
    closed = sessions.open(tamsin.subject, clock.now())
    sessions.close(closed)
    live = give("live")
    give("used just now", purpose=Purpose.HOLD_OR_QUERY)
    used = permit(tamsin, Purpose.HOLD_OR_QUERY)
    return World(
        database=database,
        clock=clock,
        keys=key_set(new_key("sig", "portal-1")),
        tamsin=tamsin,
        session=sessions.open(tamsin.subject, clock.now()),
        sams_session=sessions.open(sam.subject, clock.now()),
        closed_session=closed,
        idle_session=idle,
        live=live,
        ids=ids,
        used=used,
    )


def of(name: str, at: str = "dwp", **more: Any) -> Callable[[World], Question]:
    return lambda w: w.question(at=at, grant_id=w.ids[name], **more)


def asked(**changes: Any) -> Callable[[World], Question]:
    return lambda w: w.question(**changes)


def under(session: Callable[[World], str]) -> Callable[[World], Question]:
    return lambda w: w.question(session_hash=token_hash(session(w)))


ATTEMPTS: dict[str, Callable[[World], Question]] = {
    "a withdrawn grant": of("withdrawn"),
    "a revoked grant": of("revoked"),
    "a suspended grant": of("suspended", "dvla"),
    "an expired grant": of("expired"),
    "an expired grant that nobody has swept": of("expired, not swept", "council"),
    "a request that was never agreed to": of("asked, not agreed", "slc"),
    "a grant for one use, used long ago": lambda w: w.once(grant_id=w.ids["used long ago"]),
    "a grant for one use, in another ask": lambda w: w.once(interaction_id=ASK),
    "a grant of somebody else": of("of somebody else"),
    "a grant that there is not": asked(grant_id="g_" + "A" * 22),
    "every grant": asked(grant_id="%"),
    "no grant": asked(grant_id=""),
    "a list of grants": asked(grant_id=["g_1", "g_2"]),
    "a line of SQL": asked(grant_id="' or true --"),
    "no session": asked(session_hash=""),
    "a session that there is not": asked(session_hash="0" * 64),
    "the session of somebody else": under(lambda w: w.sams_session),
    "a session that was closed": under(lambda w: w.closed_session),
    "a session that has been idle": under(lambda w: w.idle_session),
    "another department, by its name": asked(audience="urn:svd:org:council"),
    "another department, by its address": lambda w: w.question(
        htu=HOMES["council"] + PATH_OF[Errand.DEBT_QUERY]
    ),
    "another department, both": asked(at="council"),
    "an address that is in no register": asked(htu="https://attacker.example/v1/debt-queries"),
    "another operation of the department": asked(htu=HOMES["dwp"] + "/v1/hold-requests"),
    "an address that only begins like it": asked(htu=HOMES["dwp"] + "/v1/debt-queries/../x"),
    "another method": asked(htm="GET"),
    "another purpose": asked(errand=Errand.HOLD_REQUEST),
    "leave to look, used to tell": asked(errand=Errand.BUDGET_TOTALS),
    "an errand that there is not": lambda w: {**w.question(), "errand": "urn:uk:svd:everything"},
    "fields that nobody agreed to": asked(fields=["balance_pence", "medical_history"]),
    "facts that are not sealed": asked(match_jwe='{"nino": "AA000000A"}'),
    "an answer sealed to no key": asked(response_jwk={"kty": "oct", "k": "AAAA"}),
    "a second purpose in the evidence": asked(ial='P2","act":"adviser'),
    "claims of one's own": lambda w: {**w.question(), "state": "given"},
    "an end of one's own": lambda w: {**w.question(), "expires_at": "2099-01-01T00:00:00Z"},
    "anything, signed as it is": lambda w: {"do": "sign", "claims": {"aud": "urn:svd:org:dwp"}},
    "word that a withdrawn grant is back": lambda w: {
        "do": "event",
        "kind": "consent-resumed",
        "audience": "urn:svd:org:dwp",
        "pairwise_id": pairwise(w, "withdrawn"),
        "grant_id": w.ids["withdrawn"],
        "event_id": "",
        "details": {},
    },
    "word of a plan under a withdrawn grant": lambda w: {
        "do": "event",
        "kind": "plan-proposed",
        "audience": "urn:svd:org:dwp",
        "pairwise_id": pairwise(w, "withdrawn"),
        "grant_id": w.ids["withdrawn"],
        "event_id": "",
        "details": {"plan_reference": "PM7K 3XQ2 9TVA", "lines": []},
    },
    "a receipt for a record that nobody wrote": lambda w: {
        "do": "receipt",
        "claims": forged_receipt(w),
    },
    "a checkpoint of a log that there is not": lambda w: {"do": "checkpoint", "tree_size": 10**6},
}


def pairwise(world: World, name: str) -> str:
    with superuser(world) as connection:
        row = connection.execute(
            "select pairwise_id from consent_grant where grant_id = %s", (world.ids[name],)
        ).fetchone()
        assert row is not None
        return str(row[0])


def forged_receipt(world: World) -> dict[str, Any]:
    body = {"grant_id": world.ids["withdrawn"], "state": "given", "purpose": "everything"}
    return {
        "iss": ISSUER,
        "aud": f"urn:svd:subject:{world.tamsin.subject}",
        "records": [body],
        "record_hashes": [record_hash(body)],
        "standing": [{"grant_id": world.ids["withdrawn"], "version": 9, "state": "given"}],
        "leaves": [None],
        "log": [None],
        "checkpoint": None,
    }


def superuser(world: World) -> psycopg.Connection[tuple[Any, ...]]:
    url = world.database.superuser_url.replace("postgresql+psycopg:", "postgresql:")
    return psycopg.connect(url, autocommit=True)


def ask_of(signer: DatabaseSigner, question: Question) -> dict[str, Any]:
    return answer(signer, json.dumps(question).encode())


def let_through(world: World, signer: DatabaseSigner) -> list[str]:
    """The attempts that get something signed."""
    return [name for name, make in ATTEMPTS.items() if "ok" in ask_of(signer, make(world))]


def test_sec_19_no_attempt_to_forge_is_signed(world: World) -> None:
    assert len(ATTEMPTS) >= 20
    with world.signer() as signer:
        assert ask_of(signer, world.question()).keys() == {"ok"}, "what is right is signed"
        assert ask_of(signer, world.once()).keys() == {"ok"}
        assert let_through(world, signer) == []
        assert ask_of(signer, world.once()).keys() == {"ok"}, "one ask may be put twice"
        assert ask_of(signer, world.once()) == {"refused": "consent_ended", "why": "once"}


@pytest.mark.parametrize("left_out", [check.name for check in checks.ASSERTION])
def test_a_signer_that_has_lost_one_of_its_checks_is_found_out(world: World, left_out: str) -> None:
    """The planted fault: without any one rule, at least one of the attempts goes through."""
    others = [check for check in checks.ASSERTION if check.name != left_out]
    with world.signer(assertion_checks=others) as signer:
        assert "ok" in ask_of(signer, world.once())
        assert let_through(world, signer) != []


def test_a_signer_that_says_what_is_not_so_is_found_out(world: World) -> None:
    others = [check for check in checks.EVENT if check.name != "true"]
    with world.signer(event_checks=others) as signer:
        assert "word that a withdrawn grant is back" in let_through(world, signer)


STATEMENTS: dict[str, str] = {
    "bring a withdrawn grant back": "update consent_grant set state = 'given', ended_at = null,"
    " ended_by = null, changed_by = 'person', changed_at = now() where grant_id = %(withdrawn)s",
    "bring an expired grant back": "update consent_grant set state = 'renewed', ended_at = null,"
    " ended_by = null, changed_by = 'person', changed_at = now(), version = version + 1,"
    " prev_record_hash = record_hash where grant_id = %(expired)s",
    "resume a suspended grant without its event": "update consent_grant set state = 'given',"
    " changed_by = 'person', changed_at = now() where grant_id = %(suspended)s",
    "move an end": "update consent_grant set expires_at = now() + interval '99 years'"
    " where grant_id = %(old)s",
    "widen a purpose": "update consent_grant set purpose = 'hold_or_query'"
    " where grant_id = %(live)s",
    "turn to another department": "update consent_grant set department = 'council'"
    " where grant_id = %(live)s",
    "give a grant to oneself": "update consent_grant set subject_id = gen_random_uuid()"
    " where grant_id = %(live)s",
    "use a grant for one use for ever": "update consent_grant set one_time = false"
    " where grant_id = %(used)s",
    "write a grant without a request": "insert into consent_grant select (jsonb_populate_record("
    "g, jsonb_build_object('grant_id', 'g_0000000000000000000000', 'post_hash', repeat('0', 64)))"
    ").* from consent_grant g where grant_id = %(live)s",
    "forget an event": "delete from consent_event where grant_id = %(withdrawn)s",
    "change an event": "update consent_event set kind = 'given' where grant_id = %(withdrawn)s",
    "rewrite the log": "update log_node set hash = repeat('0', 64)",
    "sign a head": "insert into log_checkpoint values (1, repeat('0', 64), now(), 'note')",
    "be the signer": "set role svd_signer",
    "be the owner": "set role svd_owner",
    "switch the rules off": "alter table consent_grant disable trigger all",
    "pass the rules by": "set session_replication_role = replica",
    "put other rules in their place": "create or replace function consent_step(text, text, text)"
    " returns boolean language sql as 'select true'",
    "read a file of the signer": "select pg_read_file(%(key)s)",
    "read it another way": "copy session from %(key)s",
    "run a program": "copy (select 1) to program 'cat'",
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """What `svd keys` makes: the portal's folder, and the signer's."""
    place = tmp_path_factory.mktemp("keys")
    ensure(place / "keys")
    ensure_signer(place / "signer", publish_to=place / "keys")
    return place / "keys", place / "signer"


@pytest.mark.parametrize("what", STATEMENTS)
def test_sec_19_the_web_role_cannot_make_a_grant_live_nor_read_the_key(
    world: World, folders: tuple[Path, Path], what: str
) -> None:
    url = world.database.portal_url.replace("postgresql+psycopg:", "postgresql:")
    values = {
        "withdrawn": world.ids["withdrawn"],
        "expired": world.ids["expired"],
        "suspended": world.ids["suspended"],
        "old": world.ids["expired, not swept"],
        "live": world.live,
        "used": world.ids["used long ago"],
        "key": str(folders[1] / SIGNERS_KEYS[0]),
    }

    def attempt(cursor: psycopg.ClientCursor[Any]) -> None:
        cursor.execute(STATEMENTS[what].encode(), values)
        assert cursor.rowcount, "there was nothing to change"
        cursor.connection.commit()

    with psycopg.connect(url) as connection, psycopg.ClientCursor(connection) as cursor:
        cursor.execute("select set_config('svd.subject', %s, false)", (str(world.tamsin.subject),))
        with pytest.raises(psycopg.Error) as refusal:
            attempt(cursor)
        assert refusal.value.sqlstate in {"23514", "42501", "42809"}, refusal.value
        connection.rollback()


def test_sec_19_a_grant_that_ended_stays_ended_with_an_event_as_well(world: World) -> None:
    """The portal can write the event that a step needs; the step is refused all the same."""
    url = world.database.portal_url.replace("postgresql+psycopg:", "postgresql:")
    grant_id = world.ids["withdrawn"]
    with psycopg.connect(url) as connection:
        connection.execute(
            "select set_config('svd.subject', %s, false)", (str(world.tamsin.subject),)
        )
        connection.execute(
            "insert into consent_event (event_id, at, subject_id, grant_id, department, purpose,"
            " kind, by_kind, salt, leaf_hash) select gen_random_uuid(), now(), subject_id,"
            " grant_id, department, purpose, 'given', 'person', repeat('A', 22), repeat('0', 64)"
            " from consent_grant where grant_id = %s",
            (grant_id,),
        )
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(
                "update consent_grant set state = 'given', ended_at = null, ended_by = null,"
                " changed_by = 'person', changed_at = now() where grant_id = %s",
                (grant_id,),
            )


def test_sec_19_no_key_in_the_portals_folder_signs_for_a_department(
    folders: tuple[Path, Path],
) -> None:
    """It holds keys of its own (to prove itself, to seal, and the simulators'); none of them is
    one by which departments or auditors know the service."""
    portal, signer = folders
    believed = {*load_keys(portal / "portal.jwks.json").by_kid}
    believed |= {*load_keys(portal / "log.jwks.json").by_kid}
    private = [path for path in portal.rglob("*") if path.name.endswith(".jwk.json")]
    assert private
    for path in private:
        assert not believed & {*load_keys(path).by_kid}, path.name
    assert believed == {kid for name in SIGNERS_KEYS for kid in load_keys(signer / name).by_kid}
    secret = load_keys(signer / SIGNERS_KEYS[0]).first("sig").as_dict(private=True)["d"]
    assert not [path for path in portal.rglob("*") if str(secret) in path.read_text()]


def test_a_withdrawal_ends_signing_with_its_commit_whatever_permits_are_in_hand(
    world: World, tmp_path: Path
) -> None:
    """SEC-48 through the socket, with the client that the portal uses."""
    portal = open_store(world.database.portal_url)
    made = given(portal, world.clock, secrets.token_bytes, world.tamsin, ("slc",), post_key="end")
    environ = {"SVD_ADDRESS_SLC": "http://127.0.0.1:8199"}
    try:
        (permit,) = permits_for(
            portal,
            world.clock,
            secrets.token_bytes,
            notices.load(),
            actor=world.tamsin,
            purpose=Purpose.VIEW_DEBTS,
            sign_in=a_sign_in(world.clock),
            departments=["slc"],  # type: ignore[list-item]
            session_hash=token_hash(world.session),
        )
        call: dict[str, Any] = {
            "audience": "urn:svd:org:slc",
            "htu": environ["SVD_ADDRESS_SLC"] + PATH_OF[Errand.DEBT_QUERY],
        }
        with (
            a_signer(
                world.database, keys=world.keys, issuer=ISSUER, environ=environ, clock=world.clock
            ) as signer,
            answering(tmp_path / "s" / "signer.sock", signer) as path,
        ):
            client = SocketSigner(path)
            token = client.mint_assertion(permit, **call).token
            assert verify(token, world.keys, typ=ASSERTION_TYPE)["grant_id"] == permit.grant_id
            withdraw(
                portal,
                world.clock,
                secrets.token_bytes,
                actor=world.tamsin,
                grant_id=made.grants[0].grant_id,
            )
            with pytest.raises(ConsentEnded):
                client.mint_assertion(permit, **call)
            client.close()
    finally:
        portal.close()


def test_what_the_web_process_can_have_is_an_assertion_under_a_live_grant(world: World) -> None:
    """Said plainly: whoever controls the web process can open a session for a person it knows by
    id, and ask under that person's live grants, at the department and for the fields agreed to."""
    portal = open_store(world.database.portal_url)
    sessions = Sessions(portal, world.clock, secrets.token_bytes, pepper=b"p" * 32)
    made_up = sessions.open(world.tamsin.subject, world.clock.now())
    portal.close()
    with world.signer() as signer:
        assert "ok" in ask_of(signer, world.question(session_hash=token_hash(made_up)))
