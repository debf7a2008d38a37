"""What an assertion says (section 3.2), and each rule by which the signer refuses (SEC-48).

Rules are tried on rows made by hand; tests/security/test_signer_compromise.py tries them on a real
database through the socket.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consent.clock import SetClock
from consent.errors import ConsentEnded, NotPermitted, ServiceError
from consent.ids import DepartmentCode, GrantId
from consent.jose import seal, verify
from consent.keys import key_set, new_key, public_jwk
from consent.lifecycle import State
from consent.permit import Permit
from consent.register import DepartmentEntry
from consent.signer import ASSERTION_TYPE, EVENT_TYPE, Errand, EventKind
from consent.signing import checks
from consent.signing.asked import Assertion, Event
from consent.signing.checks import Case, EventCase
from consent.signing.once import MOST, USED_WITHIN, Once
from consent.store.signing import Session
from tests.native_lab import PORTAL, a_permit, an_entry
from tests.paper_signer import PaperSigner, row_of

KEYS = key_set(new_key("sig", "k1"))
HOME = "https://dwp.example"
URL = f"{HOME}/v1/debt-queries"
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ASK = "7d1c6a52-3f0e-4f0c-9c26-3a8a3f5c9d10"
SECOND = timedelta(seconds=1)


def minted(permit: Permit, **more: Any) -> dict[str, Any]:
    signer = PaperSigner(KEYS, issuer=PORTAL, clock=SetClock(permit.made_at))
    token = signer.mint_assertion(permit, audience="urn:svd:org:dwp", htu=URL, **more)
    claims = verify(token.token, KEYS, typ=ASSERTION_TYPE)
    assert claims["jti"] == token.jti
    return claims


def test_an_assertion_is_for_one_department_one_call_and_one_minute() -> None:
    claims = minted(a_permit())
    assert claims["iss"] == PORTAL
    assert claims["aud"] == "urn:svd:org:dwp"
    assert (claims["htm"], claims["htu"]) == ("POST", URL)
    assert claims["exp"] - claims["iat"] == 60
    assert claims["nbf"] == claims["iat"]


def test_an_assertion_says_what_the_person_agreed_to() -> None:
    permit = a_permit()
    claims = minted(permit, fields=["balance_pence", "label"])
    assert claims["sub"] == permit.pairwise_id
    assert claims["grant_id"] == permit.grant_id
    assert claims["consent"]["state"] == "given"
    (details,) = claims["authorization_details"]
    assert details["purpose"] == "view_debts"
    assert details["datatypes"] == ["balance_pence", "label"]
    assert claims["auth"]["ial"] == "P2"


def test_an_assertion_names_nobody() -> None:
    """Who the person is stands only in the part that is sealed to the department."""
    claims = minted(a_permit(), match_jwe="a.b.c.d.e", response_jwk=public_jwk(new_key("enc", "e")))
    assert claims["match"] == "a.b.c.d.e"
    assert "d" not in claims["resp_enc"]["jwk"]
    assert not {"name", "nino", "email", "birth_date"} & set(claims)


def test_each_assertion_has_its_own_number_of_128_bits() -> None:
    permit = a_permit()
    numbers = {minted(permit)["jti"] for _ in range(50)}
    assert len(numbers) == 50
    assert {len(number) for number in numbers} == {22}


def test_an_event_names_the_permission_and_has_no_end() -> None:
    permit = a_permit()
    signer = PaperSigner(KEYS, issuer=PORTAL, clock=SetClock(permit.made_at))
    event = signer.mint_event(
        EventKind.CONSENT_WITHDRAWN,
        audience="urn:svd:org:dwp",
        pairwise_id=permit.pairwise_id,
        grant_id=permit.grant_id,
        event_id="outbox-17",
    )
    claims = verify(event.token, KEYS, typ=EVENT_TYPE)
    assert claims["jti"] == event.jti == "outbox-17"
    assert claims["sub_id"] == {"format": "opaque", "id": permit.pairwise_id}
    assert claims["events"] == {
        "urn:uk:svd:event:consent-withdrawn": {"grant_id": permit.grant_id}
    }  # fmt: skip
    assert "exp" not in claims


def a_question(**changes: Any) -> Assertion:
    return replace(
        Assertion(
            grant_id="g_" + "x" * 22,
            session_hash="0" * 64,
            interaction_id=ASK,
            audience="urn:svd:org:dwp",
            htu=URL,
            htm="POST",
            errand=Errand.DEBT_QUERY,
            vot="Cl.Cm",
            ial="P2",
            idp="one_login",
            fields=("balance_pence",),
            match_jwe=seal(b"{}", new_key("enc", "e")),
            response_jwk=public_jwk(new_key("enc", "one-time")),
        ),
        **changes,
    )


def a_case(
    *,
    asked: Mapping[str, Any] | None = None,
    grant: Mapping[str, Any] | None = None,
    began: datetime = NOW - timedelta(hours=1),
    **changes: Any,
) -> Case:
    """A question that every rule lets through, unless it is changed."""
    permit = a_permit(grant_id=GrantId("g_" + "x" * 22), grant_expires_at=NOW + timedelta(days=9))
    case = Case(
        asked=a_question(**(asked or {})),
        grant=row_of(permit, **(grant or {})),
        session=Session(NOW - SECOND, NOW + SECOND, NOW + SECOND),
        entry=an_entry("dwp", HOME),
        fields={"balance_pence", "label"},
        once=Once(SetClock(began)),
        now=NOW,
    )
    return replace(case, **changes)


def refusal(case: Case) -> tuple[type[ServiceError], str] | None:
    try:
        for check in checks.ASSERTION:
            check(case)
    except ServiceError as fault:
        return type(fault), str(fault)
    return None


def test_what_is_as_it_should_be_is_signed() -> None:
    assert refusal(a_case()) is None
    assert refusal(a_case(grant={"state": State.RENEWED})) is None


@pytest.mark.parametrize("state", sorted(set(State) - {State.GIVEN, State.RENEWED}))
def test_sec_48_a_grant_in_no_valid_state_gets_no_assertion(state: State) -> None:
    assert refusal(a_case(grant={"state": state})) == (ConsentEnded, "live")


def test_sec_48_a_grant_whose_end_has_passed_gets_no_assertion() -> None:
    assert refusal(a_case(grant={"expires_at": NOW})) == (ConsentEnded, "expiry")


@pytest.mark.parametrize(
    "session",
    [None, Session(NOW, NOW, NOW + SECOND), Session(NOW, NOW + SECOND, NOW)],
    ids=["none", "idle", "at its end"],
)
def test_sec_48_without_a_live_session_of_the_person_nothing_is_signed(
    session: Session | None,
) -> None:
    assert refusal(a_case(session=session)) == (ConsentEnded, "session")


@pytest.mark.parametrize("errand", sorted(set(Errand) - {Errand.DEBT_QUERY}))
def test_leave_to_look_is_no_leave_to_tell(errand: Errand) -> None:
    assert refusal(a_case(asked={"errand": errand})) == (NotPermitted, "purpose")


def not_connected(**changes: Any) -> DepartmentEntry:
    return replace(an_entry("dwp", HOME), **changes)


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ({"asked": {"audience": "urn:svd:org:hmrc"}}, "audience"),
        ({"grant": {"department": DepartmentCode("hmrc")}}, "audience"),
        ({"asked": {"htu": "https://elsewhere.example/v1/debt-queries"}}, "address"),
        ({"asked": {"htu": f"{HOME}/v1/hold-requests"}}, "address"),
        ({"asked": {"htu": URL + "?more"}}, "address"),
        ({"asked": {"htm": "GET"}}, "address"),
        ({"entry": None}, "address"),
        ({"entry": not_connected(connected=False)}, "address"),
        ({"entry": not_connected(wire="hmcts_opal")}, "address"),
        ({"asked": {"fields": ("balance_pence", "arrears_pence")}}, "fields"),
        ({"asked": {"interaction_id": "mine"}}, "shape"),
        ({"asked": {"ial": "P2\nP3"}}, "shape"),
        ({"asked": {"match_jwe": "plain words"}}, "shape"),
        ({"asked": {"request_jwe": "a.b.c"}}, "shape"),
        ({"asked": {"response_jwk": new_key("enc", "e").as_dict(private=True)}}, "shape"),
        ({"asked": {"response_jwk": public_jwk(new_key("sig", "e"))}}, "shape"),
        ({"asked": {"response_jwk": {"kty": "oct", "k": "AAAA"}}}, "shape"),
    ],
)
def test_what_does_not_fit_the_grant_is_not_signed(case: dict[str, Any], why: str) -> None:
    assert refusal(a_case(**case)) == (NotPermitted, why)


def used(ago: timedelta = SECOND) -> dict[str, Any]:
    """A row for one use that was used up so long ago."""
    return {"one_time": True, "state": State.CONSUMED, "ended_at": NOW - ago}


def test_a_grant_for_one_use_is_signed_for_after_the_ask_that_used_it() -> None:
    assert refusal(a_case(grant=used())) is None


@pytest.mark.parametrize(
    "case",
    [
        {"grant": used(USED_WITHIN + SECOND)},
        {"grant": used(-timedelta(minutes=1))},
        {"grant": {**used(), "one_time": False}},
        {"grant": {**used(), "state": State.WITHDRAWN}},
        {"grant": used(), "began": NOW},
    ],
    ids=["long ago", "to come", "not for one use", "withdrawn", "before this signer began"],
)
def test_a_grant_for_one_use_is_live_for_that_use_only(case: dict[str, Any]) -> None:
    assert refusal(a_case(**case)) == (ConsentEnded, "live")


@pytest.mark.parametrize("state", [State.CONSUMED, State.GIVEN])
def test_a_grant_for_one_use_serves_one_ask_put_twice_at_most(state: State) -> None:
    case = a_case(grant={**used(), "state": state})
    other = replace(case, asked=a_question(interaction_id=ASK.replace("7", "8")))
    assert MOST == 2
    assert refusal(case) is None
    assert refusal(other) == (ConsentEnded, "once")
    assert refusal(case) is None
    assert refusal(case) == (ConsentEnded, "once")


def test_what_is_remembered_of_single_uses_is_forgotten_when_it_cannot_matter_any_more() -> None:
    case = a_case(grant=used())
    assert refusal(case) is None
    later = NOW + 3 * USED_WITHIN
    fresh = replace(case.grant, grant_id=GrantId("g_" + "y" * 22), ended_at=later)
    assert case.once.take(fresh, ASK, later)
    assert len(case.once._asks) == 1


def word(kind: EventKind, *, grant: Mapping[str, Any], **asked: Any) -> tuple[str, str] | None:
    row = row_of(a_permit(grant_expires_at=NOW + SECOND), **grant)
    said = {
        "kind": kind,
        "audience": "urn:svd:org:dwp",
        "pairwise_id": row.pairwise_id,
        "grant_id": row.grant_id,
        **asked,
    }
    try:
        for check in checks.EVENT:
            check(EventCase(Event(**said), row, NOW))
    except ServiceError as fault:
        return fault.code, str(fault)
    return None


@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind.startswith("consent")])
def test_a_department_is_told_that_a_grant_ended_only_when_it_did(kind: EventKind) -> None:
    for state in State:
        refused = word(kind, grant={"state": state})
        assert (refused is None) is (state in checks.STATES_OF[kind]), state


def test_every_kind_of_event_has_its_states() -> None:
    assert set(checks.STATES_OF) == set(EventKind)
    assert checks.STATES_OF[EventKind.CONSENT_WITHDRAWN] == {State.WITHDRAWN}


PLAN = {"purpose": "run_plan"}


@pytest.mark.parametrize(
    ("kind", "grant", "asked", "why"),
    [
        (EventKind.PLAN_PROPOSED, PLAN, {}, None),
        (EventKind.PLAN_ENDED, {**PLAN, "state": State.WITHDRAWN}, {}, None),
        (EventKind.PLAN_PROPOSED, {**PLAN, "state": State.WITHDRAWN}, {}, "true"),
        (EventKind.PLAN_CHANGED, {**PLAN, "expires_at": NOW}, {}, "true"),
        (EventKind.PLAN_PROPOSED, {}, {}, "about"),
        (EventKind.PLAN_PROPOSED, PLAN, {"details": {"grant_id": "g_other"}}, "about"),
        (EventKind.PLAN_PROPOSED, PLAN, {"audience": "urn:svd:org:hmrc"}, "audience"),
        (EventKind.PLAN_PROPOSED, PLAN, {"pairwise_id": "somebody-else"}, "person"),
        (EventKind.PLAN_PROPOSED, PLAN, {"event_id": "a b"}, "number"),
        (EventKind.CONSENT_EXPIRED, {"state": State.EXPIRED}, {"details": {"a": 1}}, "about"),
    ],
)
def test_word_of_a_plan_goes_to_its_own_department_about_its_own_grant(
    kind: EventKind, grant: dict[str, Any], asked: dict[str, Any], why: str | None
) -> None:
    refused = word(kind, grant=grant, **asked)
    assert (refused[1] if refused else None) == why
