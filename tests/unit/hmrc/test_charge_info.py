"""Time To Pay `charge-info`: what HMRC says, and the traps of its wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from consent.clock import SetClock
from debts.debt import (
    Answer,
    Closed,
    Debt,
    Debts,
    Flag,
    Hold,
    NoDebts,
    NotMatched,
    Unanswered,
    Unavailable,
)
from debts.facts import Address, Facts
from tests.hmrc_lab import hmrc
from tests.upstream_lab import Say, Sent, TwinWire, asked_of, the_debts

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
TAMSIN = Facts(
    "Tamsin", "Testwell", date(1991, 4, 17), Address(("14 Specimen Street",), "ZZ99 1AA"),
    nino="QQ100001A",
)  # fmt: skip
NO_PERIODS = Say({"errors": [{"code": "NO_DATA_FOUND", "message": "-"}]}, 404)


def a_charge(**changes: Any) -> dict[str, Any]:
    charge = {
        "taxPeriodFrom": "2023-04-06",
        "taxPeriodTo": "2024-04-05",
        "chargeType": "SA Balancing Charge",
        "mainType": "SA Balancing Charge",
        "subTrans": "1553",
        "outstandingAmount": 118000,
        "dueDate": "2025-01-31",
        "accruedInterest": 0,
        "chargeSource": "ETMP",
    }
    return charge | changes


def an_assessment(*charges: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "debtTotalAmount": 118000,
        "chargeReference": "XM002610011594",
        "mainTrans": "4910",
        "charges": list(charges) or [a_charge()],
    } | changes


def a_body(*assessments: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "processingDateTime": "2026-07-01T12:30:00.123",
        "identification": [{"idType": "NINO", "idValue": "QQ100001A"}],
        "individualDetails": {
            "customerType": "MTD(ITSA)",
            "transitionToCDCS": True,
            "dateOfBirth": "1991-04-17",
        },
        "addresses": [],
        "chargeTypeAssessment": list(assessments),
    } | changes


def ask(
    said: Say | dict[str, Any] | bytes | Callable[[Sent], Say],
    *,
    periods: Say = NO_PERIODS,
    who: Facts = TAMSIN,
) -> Answer:
    answer, _ = ask_and_see(said, periods=periods, who=who)
    return answer


def ask_and_see(
    said: Say | dict[str, Any] | bytes | Callable[[Sent], Say],
    *,
    periods: Say = NO_PERIODS,
    who: Facts = TAMSIN,
) -> tuple[Answer, TwinWire]:
    def script(sent: Sent) -> Say:
        if sent.path.endswith("/periods"):
            return periods
        if callable(said):
            return said(sent)
        return said if isinstance(said, Say) else Say(said)

    wire = TwinWire(script)
    return asked_of(hmrc(SetClock(NOW))("https://hmrc.example", wire), who), wire


def only(answer: Answer) -> Debt:
    (debt,) = the_debts(answer)
    return debt


def test_what_is_sent_is_the_number_and_nothing_else_about_the_person() -> None:
    _, wire = ask_and_see(a_body())
    (sent,) = [one for one in wire.sent if one.path.endswith("/charge-info")]
    assert json.loads(sent.body) == {
        "regimeType": "SA",
        "channelIdentifier": "selfService",
        "identifications": [{"idType": "NINO", "idValue": "QQ100001A"}],
    }
    assert sent.headers["Authorization"] == "Bearer t0ken"
    assert all(b"Testwell" not in one.body for one in wire.sent)


def test_the_departments_total_stands_although_its_parts_do_not_add_up() -> None:
    """Headline 5, and HMRC's own sample: 1000 in total, 500 and 50 in parts."""
    charge = a_charge(outstandingAmount=500, accruedInterest=50)
    debt = only(ask(a_body(an_assessment(charge, debtTotalAmount=1000))))
    assert (debt.balance, debt.principal, debt.interest) == (1000, 500, 50)


def test_pence_with_a_decimal_point_are_refused_because_they_could_be_pounds() -> None:
    body = json.dumps(a_body(an_assessment())).replace("118000,", "1180.00,", 1).encode()
    answer = ask(body)
    assert isinstance(answer, Debts)
    assert answer.items == ()
    assert (answer.partial, answer.partial_for) == (True, "some charges")


@pytest.mark.parametrize("amount", [True, "118000", None, 10**12, {}])
def test_an_amount_that_is_no_amount_makes_the_answer_partial(amount: object) -> None:
    answer = ask(a_body(an_assessment(debtTotalAmount=amount), an_assessment(chargeReference="B")))
    assert isinstance(answer, Debts)
    assert [debt.token for debt in answer.items] == ["B"]
    assert answer.partial


def test_a_time_without_a_zone_is_the_time_in_the_united_kingdom() -> None:
    """In July that is an hour before the same figures in UTC."""
    debt = only(ask(a_body(an_assessment())))
    assert debt.as_at == datetime(2026, 7, 1, 11, 30, 0, 123000, tzinfo=UTC)
    winter = only(ask(a_body(an_assessment(), processingDateTime="2026-01-01T12:30:00.689625")))
    assert winter.as_at == datetime(2026, 1, 1, 12, 30, 0, 689625, tzinfo=UTC)


def test_a_reference_may_have_blanks_inside_and_stays_whole() -> None:
    debt = only(ask(a_body(an_assessment(chargeReference="ETMP ref01"))))
    assert (debt.token, debt.reference_tail) == ("ETMP ref01", "ef01")


def test_a_charge_without_a_reference_cannot_be_paid_so_the_answer_is_partial() -> None:
    lost = an_assessment()
    del lost["chargeReference"]
    answer = ask(a_body(lost))
    assert isinstance(answer, Debts)
    assert answer.partial


def test_a_charge_that_both_systems_send_is_shown_once() -> None:
    both = an_assessment(), an_assessment(a_charge(chargeSource="CESA"))
    assert len(the_debts(ask(a_body(*both)))) == 1


def test_one_reference_with_two_amounts_is_no_answer_as_hmrc_itself_says() -> None:
    answer = ask(a_body(an_assessment(), an_assessment(debtTotalAmount=1)))
    assert isinstance(answer, Unavailable)


def test_one_reference_with_two_transactions_is_two_debts_with_two_tokens() -> None:
    debts = the_debts(ask(a_body(an_assessment(), an_assessment(mainTrans="4920"))))
    assert {debt.token for debt in debts} == {"XM002610011594/4910", "XM002610011594/4920"}


@pytest.mark.parametrize(
    ("main_trans", "words", "kind"),
    [
        ("4910", "SA Balancing Charge", "HMRC_SA"),
        ("4920", "SA 1st Payment on Account", "HMRC_SA"),
        ("6010", "SA Late Payment interest", "HMRC_SA"),
        ("4000", "In Year RTI Charge - Tax", "HMRC_SA"),
        ("4915", "First penalty for late tax return", "HMRC_PENALTY"),
        ("4990", "x", "HMRC_PENALTY"),
        ("5330", "ChB Debt", "HMRC_CHB"),
        ("4910", "Child Benefit charge", "HMRC_CHB"),
        ("4530", "x", "HMRC_SIMPLE"),
        ("2000", "In Year RTI Charge - Tax", "HMRC_EPAYE"),
        ("4700", "VAT Return Debit Charge", "HMRC_VAT"),
        ("4910", "Income Tax Estimate - NIC2 NI", "HMRC_NIC"),
        ("", "Tax credit overpayment", "HMRC_TCO"),
        ("9999", "CIS Fixed Something", "OTHER"),
        ("²000", "Something new", "OTHER"),
    ],
)
def test_kinds_come_from_numbers_then_words_and_unknown_ones_are_kept(
    main_trans: str, words: str, kind: str
) -> None:
    charge = a_charge(chargeType=words, mainType="")
    assert only(ask(a_body(an_assessment(charge, mainTrans=main_trans)))).type_code == kind


def test_a_self_assessment_is_named_by_its_tax_year_and_others_by_hmrcs_words() -> None:
    assert only(ask(a_body(an_assessment()))).label == "Self Assessment 2023 to 2024"
    penalty = an_assessment(a_charge(chargeType="<b>Late filing</b> penalty"), mainTrans="4990")
    assert only(ask(a_body(penalty))).label == "bLate filing/b penalty"
    nameless = an_assessment(a_charge(chargeType=""), mainTrans="4990")
    assert only(ask(a_body(nameless))).label == "HMRC penalty"


@pytest.mark.parametrize(
    ("kind", "reason", "hold", "flags"),
    [
        ("Dunning", "Breathing Space Moratorium Period Active", Hold.BREATHING_SPACE, set()),
        ("dunning", "SUSPENSION (ALLEGED APPEAL)", Hold.APPEAL, set()),
        ("Dunning", "Disputed  Debt", Hold.DISPUTE, set()),
        ("Dunning", "under enquiry  (internally)", Hold.DISPUTE, set()),
        ("Payments", "Collected via TTP", None, {Flag.IN_DEPARTMENT_PLAN}),
        ("Dunning", "Coding Out Dunning Lock", None, {Flag.CODED_OUT}),
        ("Dunning", "TC Debt Notification to DWP", None, {Flag.TRANSFERRED}),
        ("Dunning", "Something new", Hold.OTHER, set()),
        ("Calculate Interest", "Clerical Interest Signal", None, set()),
        ("Payments", "no repayment signal", None, set()),
    ],
)
def test_locks_say_hold_or_flag_whatever_their_case(
    kind: str, reason: str, hold: Hold | None, flags: set[Flag]
) -> None:
    charge = a_charge(locks=[{"lockType": kind, "lockReason": reason}])
    debt = only(ask(a_body(an_assessment(charge))))
    assert (debt.hold, set(debt.flags)) == (hold, flags)


@pytest.mark.parametrize("value", ["true", "True", "TRUE", True])
def test_signals_are_texts_of_any_case(value: object) -> None:
    signals = [{"signalType": "active ttp", "signalValue": value}]
    debt = only(ask(a_body(an_assessment(), customerSignals=signals)))
    assert Flag.IN_DEPARTMENT_PLAN in debt.flags


@pytest.mark.parametrize("value", ["false", "False", "", "Monthly", None, False])
def test_signals_that_are_not_true_say_nothing(value: object) -> None:
    signals = [{"signalType": "Insolvent", "signalValue": value}]
    assert only(ask(a_body(an_assessment(), customerSignals=signals))).flags == frozenset()


def test_a_signal_of_breathing_space_counts_where_the_gate_does_not_answer() -> None:
    signals = [{"signalType": "Breathing Space", "signalValue": "true"}]
    body = a_body(an_assessment(), customerSignals=signals)
    answer = ask(body, periods=Say({"errors": [{"code": "SERVER_ERROR"}]}, 503))
    assert isinstance(answer, Debts)
    assert answer.moratorium_look_again == date(2026, 7, 31)
    assert {debt.hold for debt in answer.items} == {Hold.BREATHING_SPACE}


def test_somebody_who_has_died_is_not_the_person_who_signed_in() -> None:
    signals = [{"signalType": "Deceased", "signalValue": "true"}]
    assert isinstance(ask(a_body(an_assessment(), customerSignals=signals)), NotMatched)


def test_insolvency_credit_and_a_day_to_come_are_flags() -> None:
    insolvent = an_assessment(isInsolvent=True, chargeReference="A")
    credit = an_assessment(debtTotalAmount=-500, chargeReference="B")
    later = an_assessment(a_charge(dueDate="2027-01-31"), chargeReference="C")
    debts = {debt.token: debt for debt in the_debts(ask(a_body(insolvent, credit, later)))}
    assert debts["A"].flags == {Flag.INSOLVENCY}
    assert debts["B"].flags == {Flag.CREDIT}
    assert debts["B"].balance == 0
    assert debts["C"].flags == {Flag.NOT_YET_DUE}


def test_nothing_left_but_interest_is_still_shown() -> None:
    """The wire's trap: outstanding 0, interest 20, and no balance that includes it."""
    paid = an_assessment(a_charge(outstandingAmount=0, accruedInterest=2000), debtTotalAmount=0)
    assert only(ask(a_body(paid))).interest == 2000
    whole = an_assessment(a_charge(outstandingAmount=0), debtTotalAmount=0)
    assert isinstance(ask(a_body(whole)), NoDebts)


def test_days_that_mean_unknown_are_not_shown() -> None:
    charge = a_charge(dueDate="1920-02-29", creationDate="")
    debt = only(ask(a_body(an_assessment(charge))))
    assert (debt.due, debt.started) == (None, None)


def test_a_part_that_did_not_come_makes_a_partial_answer_and_never_no_debts() -> None:
    calls = [{"name": "CESA", "statusCode": 503}, {"name": "ETMP", "statusCode": 200}]
    answer = ask(a_body(apisCalled=calls))
    assert isinstance(answer, Debts)
    assert (answer.partial, answer.partial_for) == (True, "what one of its systems holds")
    fine = ask(a_body(apisCalled=[{"name": "CESA", "statusCode": "200"}]))
    assert isinstance(fine, NoDebts)


def test_fields_that_nobody_asked_for_never_become_anything() -> None:
    body = a_body(an_assessment(a_charge(unasked="CANARY"), unasked="CANARY"), unasked="CANARY")
    debt = only(ask(body))
    assert "CANARY" not in "".join(map(str, (debt.label, *debt.how_worked_out, debt.token)))


FIVE_SHAPES: list[Any] = [
    {"statusCode": 500, "errorMessage": "Internal Service Error"},
    {"code": "SERVER_ERROR", "reason": "-"},
    {"failures": [{"code": "SERVER_ERROR", "reason": "-"}]},
    {"errors": {"processingDate": "2026-07-01T12:00:00Z", "code": "500", "text": "-"}},
    {"code": "500", "details": "-", "processingDateTime": "2026-07-01T12:00:00Z"},
]


@pytest.mark.parametrize("shape", FIVE_SHAPES)
@pytest.mark.parametrize("status", [400, 422, 500, 502, 503])
def test_five_shapes_of_error_are_all_no_answer(status: int, shape: object) -> None:
    answer = ask(Say(shape, status))
    assert isinstance(answer, Unavailable)
    assert answer.reason is Unanswered.ERROR


@pytest.mark.parametrize(
    ("status", "body", "means"),
    [
        (200, a_body(), NoDebts),
        (404, {"code": "NO_DATA_FOUND", "reason": "-"}, NoDebts),
        (404, {"statusCode": 404, "errorMessage": "-"}, NotMatched),
        (404, {"failures": [{"code": "NOT_FOUND", "reason": "-"}]}, NotMatched),
        (404, {"code": "MATCHING_RESOURCE_NOT_FOUND", "message": "-"}, Unavailable),
        (404, b"", Unavailable),
        (400, {"failures": [{"code": "INVALID_NINO", "reason": "-"}]}, NotMatched),
        (200, b"", Unavailable),
        (200, {}, Unavailable),
        (200, [], Unavailable),
        (204, b"", Unavailable),
        (200, {"errors": [{"code": "NO_DATA_FOUND"}]}, Unavailable),
    ],
)
def test_no_data_not_found_and_no_answer_are_three_things(
    status: int, body: Any, means: type
) -> None:
    assert type(ask(Say(body, status))) is means


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_said_to_be_one(status: int) -> None:
    answer = ask(Say({"code": "INVALID_CREDENTIALS"}, status))
    assert isinstance(answer, Unavailable)
    assert answer.reason is Unanswered.REFUSED


def test_a_token_that_is_refused_is_renewed_once() -> None:
    _, wire = ask_and_see(Say({}, 401))
    asked = [one.path for one in wire.sent if not one.path.endswith("/periods")]
    assert asked.count("/individuals/time-to-pay-proxy/charge-info") == 2
    assert asked.count("/oauth/token") == 2


def test_too_many_requests_says_when_to_ask_again() -> None:
    answer = ask(Say({"code": "TOO_MANY_REQUESTS"}, 429, headers={"Retry-After": "30"}))
    assert isinstance(answer, Unavailable)
    assert answer.ask_again_at == datetime(2026, 7, 1, 12, 0, 30, tzinfo=UTC)


def test_a_long_pause_that_was_announced_is_a_closure() -> None:
    said = Say({}, 503, headers={"Retry-After": "Thu, 02 Jul 2026 05:00:00 GMT"})
    answer = ask(said)
    assert isinstance(answer, Closed)
    assert answer.until == datetime(2026, 7, 2, 5, 0, tzinfo=UTC)
    soon = ask(Say({}, 503, headers={"Retry-After": "60"}))
    assert isinstance(soon, Unavailable)
    assert isinstance(ask(Say({}, 503, headers={"Retry-After": "whenever"})), Unavailable)


def test_an_answer_about_another_number_is_not_used() -> None:
    other = [{"idType": "NINO", "idValue": "QQ100002B"}]
    assert isinstance(ask(a_body(an_assessment(), identification=other)), Unavailable)
    same = [{"idType": "nino", "idValue": "qq 10 00 01"}, {"idType": "UTR", "idValue": "1"}]
    assert isinstance(ask(a_body(an_assessment(), identification=same)), Debts)


@pytest.mark.parametrize(
    ("details", "postcode", "tied"),
    [
        ({"dateOfBirth": "1991-04-17", "lastName": "Before"}, "", True),
        ({"dateOfBirth": "1991-04-18", "lastName": "Testwell"}, "ZZ99 1AA", False),
        ({"lastName": "TESTWELL"}, "", True),
        ({"lastName": "Other"}, "ZZ99 1AA", False),
        ({}, "zz991aa", True),
        ({}, "ZZ99 2AA", False),
        ({}, "", False),
    ],
)
def test_something_the_sign_in_proved_must_tie_the_answer_to_the_person(
    details: dict[str, Any], postcode: str, tied: bool
) -> None:
    """A number is only what somebody typed; where the wire gives nothing else, nothing is shown."""
    addresses = [{"addressType": "BA", "addressLine1": "-", "postCode": postcode}]
    body = a_body(an_assessment(), individualDetails=details, addresses=addresses)
    assert isinstance(ask(body), Debts if tied else NotMatched)


def test_a_name_from_before_ties_too() -> None:
    body = a_body(an_assessment(), individualDetails={"lastName": "Trialson"})
    assert isinstance(ask(body, who=replace(TAMSIN, previous_names=("Tamsin Trialson",))), Debts)


@pytest.mark.parametrize(
    "body",
    [
        b'{"chargeTypeAssessment": [], "chargeTypeAssessment": []}',
        b'{"chargeTypeAssessment": NaN}',
        b"\xef\xbb\xbf{}",
        b"[" * 5000,
        b'"{\\"chargeTypeAssessment\\": []}"',
        b"<html></html>",
    ],
)
def test_broken_and_hostile_bodies_are_no_answer(body: bytes) -> None:
    assert isinstance(ask(body), Unavailable)
