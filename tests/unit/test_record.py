"""The record of a permission: every field it must have, and the same bytes for ever."""

from __future__ import annotations

import json
import os
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from consent import notices as notice_files
from consent.record import SCHEMA as SCHEMA_OF_RECORDS
from consent.record import Recorded, record, record_hash, what_was_shown
from consent.store.grants import Grant
from consent.vocabulary import MANDATORY, PREFIXES, TERMS, missing, terms_of, unknown
from tests.frozen_records import ORIGIN, Frozen, a_recorded, frozen
from tests.second_opinion import ask_node

ROOT = Path(__file__).resolve().parents[2]
DPV = Path(os.environ.get("SVD_SHARED", ROOT.parent / "shared")) / "wire/w3c__dpv/2.2"
FILES = {
    "dpv": "dpv/dpv.ttl",
    "pd": "pd/pd.ttl",
    "sector-finance": "sector/finance/sector-finance.ttl",
    "eu-gdpr": "legal/eu/gdpr/eu-gdpr.ttl",
}
"""By the prefix that each file uses for its own terms."""
NOTICES = notice_files.load()
FROZEN = frozen()
SECOND = [one for one in FROZEN if not one.columns["notice"].endswith("/1")]
SCHEMA = json.loads((ROOT / "register/receipts/record-2.schema.json").read_text(encoding="utf-8"))
CONTEXT = json.loads((ROOT / "register/receipts/context-1.jsonld").read_text(encoding="utf-8"))


def rebuilt(one: Frozen, **columns: Any) -> dict[str, Any]:
    grant = a_recorded({**one.columns, **columns})
    notice = NOTICES.find(one.columns["notice"], grant.language)
    return record(grant, notice, origin=ORIGIN)


@pytest.mark.parametrize("one", FROZEN, ids=lambda one: one.name)
def test_a_record_of_any_age_has_the_bytes_that_were_hashed_then_sec_3(one: Frozen) -> None:
    body = rebuilt(one)
    assert body == one.record
    assert record_hash(body) == record_hash(one.record) == one.record_sha256


@pytest.mark.parametrize("one", FROZEN, ids=lambda one: one.name)
def test_what_was_on_the_screen_is_rendered_again_from_the_repository_sec_3(one: Frozen) -> None:
    notice = NOTICES.find(one.columns["notice"], one.columns["language"])
    shown = what_was_shown(one.grant, notice)
    assert shown.sha256 == one.columns["presented_sha256"]
    assert len(shown.rows) == 9
    assert not any("{" in row.heading + row.words for row in shown.rows)


def test_the_frozen_records_cover_each_published_notice() -> None:
    covered = {(one.columns["notice"], one.columns["language"]) for one in FROZEN}
    by_purpose = {(notice.split("/")[0], language) for notice, language in covered}
    assert {(notice.id, "en") for notice in NOTICES.by_key.values()} <= covered
    assert {("view_debts", "cy"), ("run_plan", "cy")} <= by_purpose


@pytest.mark.parametrize("one", SECOND, ids=lambda one: one.name)
def test_a_record_has_every_field_and_only_known_terms_sec_1(one: Frozen) -> None:
    assert list(jsonschema_rs.validator_for(SCHEMA).iter_errors(dict(one.record))) == []
    assert unknown(one.record) == set()
    assert missing(one.record) == []


@pytest.mark.parametrize(
    "place", [f"{kind}.{name}" for kind in MANDATORY for name in MANDATORY[kind]]
)
def test_a_record_without_a_mandatory_field_is_refused_sec_1(place: str) -> None:
    """So that the two checks above can fail."""
    kind, _, name = place.partition(".")
    body = json.loads(json.dumps(SECOND[0].record))
    part = body
    if kind == "pii_information":
        part = body["pii_processing"][0]["pii_information"][0]
    elif kind:
        part = body[kind][0]
    del part[name]
    assert list(jsonschema_rs.validator_for(SCHEMA).iter_errors(body))
    assert len(missing(body)) == 1


def test_an_unknown_term_is_found_sec_1() -> None:
    body = rebuilt(SECOND[0], lawful_basis="dpv:ConsentTerminated")
    assert unknown(body) == {"dpv:ConsentTerminated"}


def test_every_term_of_ours_is_in_the_published_vocabulary_sec_1() -> None:
    if not DPV.is_dir():
        pytest.skip(f"DPV 2.2 is not here: {DPV}")
    known = set()
    for own, file in FILES.items():
        text = (DPV / file).read_text(encoding="utf-8")
        short = {"sector-finance": "fin", "eu-gdpr": "gdpr"}.get(own, own)
        known |= {f"{short}:{name}" for name in re.findall(rf"^{own}:([\w-]+) a ", text, re.M)}
    assert {term for term in TERMS if not term.startswith("loc:")} - known == set()
    assert "dpv:ConsentTerminated" not in known, "the guide names a term that does not exist"


def test_the_context_explains_every_field_with_known_terms_sec_1() -> None:
    context = CONTEXT["@context"]
    assert {name: context[name] for name in PREFIXES} == dict(PREFIXES)
    assert set(terms_of({k: v for k, v in context.items() if k not in PREFIXES})) <= TERMS
    used = {key for one in SECOND for key in _keys(one.record)}
    assert {key for key in used if not key.startswith("@")} <= context.keys()


def test_records_expand_as_json_ld_with_nothing_left_unexplained_sec_1() -> None:
    """A second opinion (jsonld): in safe mode a field without a meaning is an error."""
    known = {PREFIXES[prefix] + name for prefix, name in (term.split(":") for term in TERMS)}
    said = ask_node(
        "expand.mjs",
        {
            "context": CONTEXT,
            "address": f"{ORIGIN}/receipts/context-1.jsonld",
            "base": f"{ORIGIN}/",
            "documents": [one.record for one in SECOND],
        },
    )
    assert len(said) == len(SECOND)
    for used in said:
        vocabulary = {one for one in used if one.startswith("https://w3id.org/dpv")}
        assert vocabulary - known == {SCHEMA_OF_RECORDS}
        assert len(vocabulary) > 40
        assert any(one.startswith(f"{ORIGIN}/notices/") for one in used)


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {*value, *(key for one in value.values() for key in _keys(one))}
    return {key for one in value for key in _keys(one)} if isinstance(value, list) else set()


def test_a_record_names_nobody_and_no_id_that_departments_share_sec_13() -> None:
    for one in SECOND:
        text = json.dumps(one.record)
        assert one.columns["subject_id"] not in text
        assert one.columns["receipt"] not in text


def test_a_record_is_made_from_columns_that_a_grant_has() -> None:
    wanted = {name for name in dir(Recorded) if not name.startswith("_")}
    assert wanted <= {field.name for field in fields(Grant)}


def test_no_address_and_no_browser_is_part_of_a_record_sec_14() -> None:
    allowed = {word for key in _keys(SCHEMA) for word in key.split("_")}
    assert not allowed & {"ip", "agent", "browser", "device"}
    assert {key for key in _keys(SCHEMA) if "address" in key} == {"party_address"}
    said = SECOND[0].record["evidence"]
    assert (said["channel"], said["assisted_by"], said["dwell_ms"]) == ("web", None, 48882)


def test_a_helper_who_read_the_words_out_is_named_in_the_record() -> None:
    one = next(one for one in SECOND if one.columns["assisted_by"])
    assert one.record["delegation"] == {
        "@type": "dpv:Representative",
        "helper": f"urn:svd:helper:{one.columns['assisted_by']}",
    }
    assert one.record["events"][1]["indication_method"].startswith("words read out by a helper")


def test_a_renewal_is_a_record_of_its_own_that_names_the_one_before() -> None:
    first = next(one for one in SECOND if one.name == "view-debts-2-dwp").record
    second = next(one for one in SECOND if one.columns["version"] == 2).record
    assert second["lineage_id"] == first["lineage_id"]
    assert second["record_id"] != first["record_id"]
    assert second["prev_record_hash"] == "cd" * 32
    assert second["events"][1]["event_state"] == "dpv:RenewedConsentGiven"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("given_at", "2026-03-02T12:00:00.003001+00:00"),
        ("expires_at", "2027-03-03T12:00:00.003000+00:00"),
        ("presented_sha256", "0" * 64),
        ("salt", "A" * 22),
        ("language", "cy"),
        ("ial", "P1"),
        ("one_time", True),
        ("lawful_basis", "dpv:PublicInterest"),
    ],
)
def test_any_changed_column_changes_the_hash(column: str, value: object) -> None:
    one = next(one for one in SECOND if one.name == "view-debts-2-dwp")
    assert record_hash(rebuilt(one, **{column: value})) != one.record_sha256
