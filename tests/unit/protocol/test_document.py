"""The published protocol and the code say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.departments.native import PlanLine, PlanMessage
from adapters.departments.native.answer import CLAIMS
from adapters.departments.native.matching import match_body
from adapters.departments.native.problem import PREFIX
from adapters.departments.native.schema import (
    DATATYPES,
    FREQUENCIES,
    MOST_ITEMS,
    READERS,
    TYPE_CODES,
)
from adapters.departments.native.stop_word import STOP_TYPE
from adapters.simulators.department.routes import TITLES
from app.department_api.problems import TITLES as DOOR
from consent.clock import SystemClock
from consent.jose import verify
from consent.keys import ALGORITHM, key_set, new_key, public_jwk
from consent.lifecycle import ASKED, State
from consent.plain_words import LONGEST, PLAIN
from consent.purposes import Purpose
from consent.signer import (
    ASSERTION_TYPE,
    EVENT_PREFIX,
    EVENT_TYPE,
    PURPOSE_OF,
    SERIES_TYPE,
    Errand,
    EventKind,
)
from consent.standing import STATUS_TYPE, STATUSES_TYPE
from debts.debt import FACTS, Flag, Hold
from plan.answers import REASONS
from plan.demand import OUTCOMES
from plan.terms import Said
from tests.native_lab import CAST, PORTAL, a_permit, an_entry, facts_of
from tests.paper_signer import PaperSigner

yaml = pytest.importorskip("yaml")
schemas = pytest.importorskip("jsonschema_rs")

FOLDER = Path(__file__).parents[3] / "docs" / "protocol"
DOCUMENT = yaml.safe_load((FOLDER / "department-protocol.openapi.yaml").read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]
README = (FOLDER / "README.md").read_text()
KEYS = key_set(new_key("sig", "k1"))


def listed(name: str) -> set[str]:
    return set(SCHEMAS[name]["enum"])


def faults(name: str, value: Any) -> list[str]:
    """What the published schema of this name finds wrong."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    checker = schemas.validator_for(schema)
    return [f"{error.instance_path}: {error.message}" for error in checker.iter_errors(value)]


def a_signer() -> PaperSigner:
    return PaperSigner(KEYS, issuer=PORTAL, clock=SystemClock())


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def test_every_reference_leads_somewhere() -> None:
    for reference in _references(DOCUMENT):
        place = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_every_operation_has_its_own_name_and_every_call_names_its_exchange() -> None:
    names = []
    for path, operations in DOCUMENT["paths"].items():
        for operation in operations.values():
            names.append(operation["operationId"])
            if not path.startswith(("/.well-known/", "/oauth/")):
                assert {"$ref": "#/components/parameters/InteractionId"} in operation["parameters"]
    assert len(names) == len(set(names)) == 25


def test_the_closed_lists_are_those_of_the_code() -> None:
    assert listed("TypeCode") == TYPE_CODES
    assert listed("Datatype") == set(DATATYPES)
    assert listed("Frequency") == FREQUENCIES
    assert listed("Flag") == set(Flag)
    assert listed("Fact") == set(FACTS)
    assert set(SCHEMAS["Debt"]["properties"]) == set(READERS)
    assert set(SCHEMAS["Debt"]["properties"]["hold"]["enum"]) == set(Hold)
    assert set(SCHEMAS["DebtViewClaims"]["properties"]) == CLAIMS
    assert SCHEMAS["DebtViewClaims"]["properties"]["items"]["maxItems"] == MOST_ITEMS
    events = set(SCHEMAS["EventClaims"]["properties"]["events"]["properties"])
    assert events == {EVENT_PREFIX + kind for kind in EventKind}
    authorisation = SCHEMAS["Authorisation"]["properties"]
    assert set(authorisation["type"]["enum"]) == set(Errand)
    assert set(authorisation["purpose"]["enum"]) == set(PURPOSE_OF.values())
    assert set(ALGORITHM.values()) < set(SCHEMAS["Key"]["properties"]["alg"]["enum"])
    assert {PREFIX + kind for kind in (*TITLES, *DOOR)} <= listed("ProblemType")
    assert list(SCHEMAS["Demand"]["properties"]["outcomes"]["properties"]) == list(OUTCOMES)
    words = SCHEMAS["WordsForThePerson"]
    assert words["pattern"] == f"^{PLAIN.pattern}$"
    assert words["maxLength"] == LONGEST
    for said, name in (("change_asked", "ChangeAnswer"), ("refused", "RefusedAnswer")):
        listed_reasons = set(SCHEMAS[name]["properties"]["reason"]["enum"])
        assert listed_reasons == REASONS[Said(said)]
    states = {state.value for state in State if state not in ASKED}
    assert listed("GrantState") == states
    assert set(SCHEMAS["GrantStatusClaims"]["properties"]["purpose"]["enum"]) == set(Purpose)


def test_the_page_about_the_protocol_names_every_field_call_problem_and_token() -> None:
    for datatype, properties in DATATYPES.items():
        (row,) = re.findall(rf"^\| `{datatype}` \| (.*) \|$", README, re.MULTILINE)
        assert tuple(re.findall(r"`(\w+)`", row)) == properties
    for path in DOCUMENT["paths"]:
        assert path.partition("{")[0].rstrip("/") in README
    for kind in (*TITLES, *DOOR):
        assert f"`{kind}`" in README
    answers = ("debt-view+jwt", STOP_TYPE)
    for typ in (ASSERTION_TYPE, EVENT_TYPE, STATUS_TYPE, STATUSES_TYPE, SERIES_TYPE, *answers):
        assert f"`{typ}`" in README


@pytest.mark.parametrize("errand", list(Errand))
def test_a_minted_assertion_is_as_published(errand: Errand) -> None:
    minted = a_signer().mint_assertion(
        a_permit(purpose=PURPOSE_OF[errand], subject_handle="s_1"),
        audience="urn:svd:org:dwp",
        htu="https://dwp.example/v1/x",
        errand=errand,
        fields=list(DATATYPES),
        match_jwe="a.b.c.d.e",
        request_jwe="a.b.c.d.e",
        response_jwk=public_jwk(new_key("enc", "one-time")),
    )
    claims = verify(minted.token, KEYS, typ=ASSERTION_TYPE)
    assert faults("AssertionClaims", claims) == []
    assert faults("AssertionClaims", {**claims, "aud": [claims["aud"]]})


def test_minted_events_are_as_published() -> None:
    permit = a_permit()
    message = PlanMessage(
        "PM7K 3XQ2 9TVA",
        (PlanLine("h_1", 2000),),
        "month",
        28,
        "card",
        date(2026, 12, 28),
        date(2026, 12, 13),
    )
    for kind in EventKind:
        details = message.details() if kind.startswith("plan") else {}
        minted = a_signer().mint_event(
            kind,
            audience="urn:svd:org:dwp",
            pairwise_id=permit.pairwise_id,
            grant_id=permit.grant_id,
            details=details,
        )
        claims = verify(minted.token, KEYS, typ=EVENT_TYPE)
        assert faults("EventClaims", claims) == []


def test_the_facts_we_send_are_as_published() -> None:
    facts = facts_of(CAST.person("testwell"), extras={"dwp.vrm": "AA00 AAB"})
    assert faults("MatchBody", match_body(an_entry("dwp", "https://dwp.example"), facts)) == []


def test_the_keys_we_publish_are_as_published() -> None:
    both = key_set(new_key("sig", "s"), new_key("enc", "e"))
    assert faults("KeySet", both.public()) == []


def test_every_errand_has_its_purpose() -> None:
    assert set(PURPOSE_OF) == set(Errand)
