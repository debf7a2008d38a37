"""Court fines on the Opal wire: whose an account is, what it says, and the traps of the wire."""

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
    Debt,
    Debts,
    Flag,
    NoDebts,
    NotMatched,
    Unanswered,
    Unavailable,
)
from debts.facts import Address, Facts
from tests.hmcts_lab import hmcts
from tests.upstream_lab import Say, Sent, TwinWire, asked_of, the_debts

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
ANNA = Facts(
    "Anna May", "Graham", date(1999, 5, 6), Address(("1 Specimen Street",), "ZZ99 1AA"),
    nino="QQ100001A",
)  # fmt: skip
NOT_FOUND = Say(
    {"title": "Not Found", "status": 404, "detail": "-"}, 404, "application/problem+json"
)


def a_row(**changes: Any) -> dict[str, Any]:
    return {
        "defendant_account_id": "77",
        "account_number": "177A",
        "organisation": False,
        "aliases": None,
        "business_unit_id": "78",
        "account_balance": 5000.00,
        "defendant_firstnames": "Anna",
        "defendant_surname": "GRAHAM",
        "birth_date": "1999-05-06",
        "national_insurance_number": "QQ100001A",
        "account_version": 9223372036854775808,
    } | changes


def a_header(**changes: Any) -> dict[str, Any]:
    return {
        "defendant_account_id": "77",
        "account_number": "177A",
        "debtor_type": "Defendant",
        "is_youth": False,
        "account_status_reference": {"account_status_code": "L"},
        "account_type": "Fine",
        "payment_state_summary": {
            "imposed_amount": 700.58,
            "arrears_amount": 300.00,
            "paid_amount": 200.00,
            "account_balance": 5000.00,
        },
        "party_details": {
            "organisation_flag": False,
            "individual_details": {"surname": "Graham", "date_of_birth": "1999-05-06"},
        },
    } | changes


def money(balance: Any) -> dict[str, Any]:
    return {"payment_state_summary": {"imposed_amount": None, "account_balance": balance}}


def terms(code: str = "I", period: str | None = "M", amount: Any = 30.00, **more: Any) -> Say:
    return Say(
        {
            "payment_terms": {
                "payment_terms_type": {"payment_terms_type_code": code},
                "effective_date": "2026-02-18",
                "instalment_period": {"instalment_period_code": period} if period else None,
                "instalment_amount": amount,
            },
            "payment_card_last_requested": None,
            "last_enforcement": None,
        }
        | more
    )


def impositions(*results: tuple[str, str, float]) -> Say:
    return Say(
        {
            "impositions": [
                {
                    "imposition": {"result_id": code, "result_title": title},
                    "balance": left,
                    "date_imposed": "2025-11-18",
                }
                for code, title, left in results
            ]
        }
    )


def court(
    rows: Any = None,
    *,
    header: Say | None = None,
    payment: Say = NOT_FOUND,
    imposed: Say = NOT_FOUND,
    count: int | None = None,
) -> Callable[[Sent], Say]:
    found = [a_row()] if rows is None else rows

    def script(sent: Sent) -> Say:
        if sent.path.endswith("/search"):
            if isinstance(found, Say):
                return found
            return Say(
                {"count": len(found) if count is None else count, "defendant_accounts": found}
            )
        if sent.path.endswith("/header-summary"):
            return header or Say(a_header())
        return payment if sent.path.endswith("/payment-terms/latest") else imposed

    return script


def ask(script: Callable[[Sent], Say], who: Facts = ANNA) -> Answer:
    return ask_and_see(script, who)[0]


def ask_and_see(script: Callable[[Sent], Say], who: Facts = ANNA) -> tuple[Answer, TwinWire]:
    wire = TwinWire(script)
    return asked_of(hmcts(SetClock(NOW))("https://hmcts.example", wire), who, code="hmcts"), wire


def only(script: Callable[[Sent], Say], who: Facts = ANNA) -> Debt:
    (debt,) = the_debts(ask(script, who))
    return debt


# Whose is it


def test_what_is_sent_is_a_family_name_and_a_birth_date() -> None:
    _, wire = ask_and_see(court())
    sent = next(one for one in wire.sent if one.path.endswith("/search"))
    body = json.loads(sent.body)
    assert body["active_accounts_only"] is True
    assert body["business_unit_ids"] is None
    assert body["defendant"] == {
        "organisation": False,
        "include_aliases": True,
        "surname": "Graham",
        "exact_match_surname": True,
        "birth_date": "1999-05-06",
    }
    assert b"QQ100001A" not in b"".join(one.body for one in wire.sent)


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_date": "1999-05-07"},
        {"birth_date": None},
        {"national_insurance_number": "QQ100002B"},
        {"defendant_surname": "Other", "aliases": []},
        {"organisation": True},
    ],
)
def test_other_people_never_become_an_object(changes: dict[str, Any]) -> None:
    """One of hers is there too, so the answer is to our question; nobody else's is opened."""
    other = a_row(defendant_account_id="78", account_number="178B", **changes)
    answer, wire = ask_and_see(court([a_row(), other]))
    assert [debt.token for debt in the_debts(answer)] == ["177A"]
    assert not [sent for sent in wire.sent if "/78/" in sent.path]


def test_names_and_numbers_are_compared_without_case_marks_or_suffix() -> None:
    row = a_row(defendant_surname="O’NÉILL", national_insurance_number="qq 10 00 01")
    who = replace(ANNA, family_name="O'Neill")
    header = a_header(party_details={"individual_details": {"surname": "o neill"}})
    assert only(court([row], header=Say(header)), who).balance == 500000


def test_an_alias_is_a_name_too() -> None:
    row = a_row(defendant_surname="Before", aliases=[{"alias_number": 1, "surname": "Graham"}])
    header = a_header(
        party_details={
            "individual_details": {
                "surname": "Before",
                "individual_aliases": [{"surname": "Graham"}],
            }
        }
    )
    assert only(court([row], header=Say(header))).token == "177A"


def test_twins_share_everything_but_the_first_name() -> None:
    twin = a_row(
        defendant_account_id="78", account_number="178B", defendant_firstnames="Beth",
        national_insurance_number=None,
    )  # fmt: skip
    assert only(court([a_row(), twin])).token == "177A"
    assert isinstance(ask(court([twin])), NotMatched)


def test_two_numbers_for_one_name_and_date_are_several_people() -> None:
    other = a_row(defendant_account_id="78", national_insurance_number="QQ100002B")
    without = replace(ANNA, nino="")
    assert isinstance(ask(court([a_row(), other]), without), NotMatched)
    assert only(court([a_row(), other])).token == "177A"


def test_a_name_from_before_is_asked_for_only_when_it_was_given_for_this() -> None:
    who = replace(ANNA, extras={"hmcts.previous_name": "Anna Trialson"})
    _, wire = ask_and_see(court(), who)
    names = [
        json.loads(sent.body)["defendant"]["surname"]
        for sent in wire.sent
        if sent.path.endswith("/search")
    ]
    assert names == ["Graham", "Trialson"]


def test_an_answer_with_none_of_our_names_answers_another_question() -> None:
    assert isinstance(ask(court([a_row(defendant_surname="Other")])), Unavailable)


@pytest.mark.parametrize(
    "header",
    [
        a_header(defendant_account_id="78"),
        a_header(account_number="178B"),
        a_header(party_details={"individual_details": {"surname": "Other"}}),
        a_header(party_details={"individual_details": {"date_of_birth": "1999-05-07"}}),
    ],
)
def test_a_header_of_another_account_is_not_used(header: dict[str, Any]) -> None:
    assert isinstance(ask(court(header=Say(header))), Unavailable)


def test_what_a_parent_pays_is_not_the_defendants_to_pay() -> None:
    assert isinstance(ask(court(header=Say(a_header(debtor_type="Parent/Guardian")))), NoDebts)


# What it says


def test_the_balance_is_hmctss_own_and_not_imposed_less_paid() -> None:
    fine = only(court())
    assert (fine.original, fine.balance) == (70058, 500000)
    assert fine.arrears == 30000


@pytest.mark.parametrize(
    ("amount", "pence"), [("0.29", 29), ("1.10", 110), ("18.150", 1815), ("9999999.99", 999999999)]
)
def test_pounds_become_exact_pence(amount: str, pence: int) -> None:
    raw = json.dumps(a_header()).replace("5000.0", amount).encode()
    assert only(court(header=Say(raw))).balance == pence


@pytest.mark.parametrize("amount", ["18.155", "true", '"5000.00"', "null", "1e30", "NaN"])
def test_what_is_no_amount_of_money_is_a_gap(amount: str) -> None:
    raw = json.dumps(a_header()).replace("5000.0", amount).encode()
    assert isinstance(ask(court(header=Say(raw))), Unavailable)


def test_ids_above_two_to_the_63_stay_texts() -> None:
    """The published version is 9223372036854775808: it overflows, and nothing reckons with it."""
    row = a_row(defendant_account_id=9223372036854775809)
    header = a_header(defendant_account_id="9223372036854775809", version=9223372036854775808)
    answer, wire = ask_and_see(court([row], header=Say(header)))
    assert len(the_debts(answer)) == 1
    assert wire.sent[-1].path.startswith("/defendant-accounts/9223372036854775809/")


@pytest.mark.parametrize(
    ("state", "flag"),
    [
        ("TO", Flag.TRANSFERRED),
        ("TS", Flag.TRANSFERRED),
        ("ta", Flag.TRANSFERRED),
        ("CS", Flag.CONSOLIDATED),
        ("WO", Flag.WRITTEN_OFF),
    ],
)
def test_transferred_consolidated_and_written_off_accounts_say_so(state: str, flag: Flag) -> None:
    header = a_header(account_status_reference={"account_status_code": state})
    assert flag in only(court(header=Say(header))).flags


@pytest.mark.parametrize("state", ["L", "C", "NEW", None])
def test_other_states_flag_nothing_and_break_nothing(state: str | None) -> None:
    header = a_header(account_status_reference={"account_status_code": state})
    assert only(court(header=Say(header))).flags == {Flag.OUTSIDE_BREATHING_SPACE}


@pytest.mark.parametrize("result", ["BWTD", "DW", "cw"])
def test_a_warrant_is_a_flag(result: str) -> None:
    flags = only(court(payment=terms(last_enforcement=result))).flags
    assert Flag.WARRANT in flags
    assert (Flag.WITH_ENFORCEMENT in flags) is (result == "DW")


@pytest.mark.parametrize("result", ["REM", "COLLO", "AEO", "FSN", "NEW"])
def test_other_results_are_no_warrant(result: str) -> None:
    assert Flag.WARRANT not in only(court(payment=terms(last_enforcement=result))).flags


@pytest.mark.parametrize(
    ("account_type", "kind", "label"),
    [
        ("Fine", "HMCTS_FINE", "Court fine"),
        ("FIXED PENALTY", "HMCTS_FINE", "Fixed penalty"),
        ("Confiscation", "HMCTS_CONFISC", "Confiscation order"),
        ("Conditional Caution", "OTHER", "Conditional Caution"),
        ("Something <new>", "OTHER", "Something new"),
    ],
)
def test_kinds_that_are_not_known_are_kept(account_type: str, kind: str, label: str) -> None:
    debt = only(court(header=Say(a_header(account_type=account_type))))
    assert (debt.type_code, debt.label) == (kind, label)


def test_an_account_of_compensation_alone_is_compensation() -> None:
    alone = impositions(("FCOMP", "Compensation", 50.00))
    assert only(court(imposed=alone)).type_code == "HMCTS_COMP"
    mixed = impositions(("FCOMP", "Compensation", 50.00), ("FO", "Fine", 100.00))
    fine = only(court(imposed=mixed))
    assert fine.type_code == "HMCTS_FINE"
    assert fine.how_worked_out == ("Compensation: £50", "Fine: £100")
    assert fine.started == date(2025, 11, 18)


@pytest.mark.parametrize(
    ("period", "every", "in_a_month"),
    [("M", "month", 3000), ("W", "week", 13000), ("F", "fortnight", 6500), ("X", "other", None)],
)
def test_instalments_are_an_arrangement_and_the_least_a_month(
    period: str, every: str, in_a_month: int | None
) -> None:
    fine = only(court(payment=terms(period=period)))
    assert fine.arrangement is not None
    assert (fine.arrangement.pence, fine.arrangement.every) == (3000, every)
    assert fine.minimum == in_a_month
    assert fine.due == date(2026, 2, 18)


@pytest.mark.parametrize("payment", [terms("B", None, None), terms("P"), terms(amount=0.00)])
def test_a_day_to_pay_by_is_no_arrangement(payment: Say) -> None:
    fine = only(court(payment=payment))
    assert (fine.arrangement, fine.minimum) == (None, None)


def test_both_spellings_of_instalment_are_read() -> None:
    said = terms()
    conditions = said.body["payment_terms"]
    conditions["installment_amount"] = conditions.pop("instalment_amount")
    del conditions["instalment_period"]
    conditions["installment_period"] = {"installment_period_code": "W"}
    assert only(court(payment=said)).minimum == 13000


def test_an_account_in_credit_or_paid_is_not_a_debt_to_pay() -> None:
    credit = only(court(header=Say(a_header(**money(-12.34)))))
    assert credit.balance == 0
    assert Flag.CREDIT in credit.flags
    assert isinstance(ask(court(header=Say(a_header(**money(0))))), NoDebts)


def test_one_number_in_two_courts_gives_two_tokens() -> None:
    two = [a_row(), a_row(defendant_account_id="78", business_unit_id="5")]

    def script(sent: Sent) -> Say:
        if sent.path.endswith("/header-summary"):
            return Say(a_header(defendant_account_id=sent.path.split("/")[2]))
        return court(two)(sent)

    assert {debt.token for debt in the_debts(ask(script))} == {"78:177A", "5:177A"}


# What goes wrong


def test_nothing_found_is_an_answer_here() -> None:
    assert isinstance(ask(court([])), NoDebts)
    assert isinstance(ask(court(Say({"count": 0, "defendant_accounts": None}))), NoDebts)


@pytest.mark.parametrize(
    "said",
    [
        NOT_FOUND,
        Say({"count": 3, "defendant_accounts": None}),
        Say({"defendant_accounts": []}),
        Say({}),
        Say(b"<response><count>0</count></response>"),
        Say(b"<response/>", media_type="application/xml"),
        Say({"title": "Unprocessable"}, 422, "application/problem+json"),
    ],
)
def test_no_answer_is_never_no_debts(said: Say) -> None:
    assert isinstance(ask(court(said)), Unavailable)


def test_accounts_that_were_counted_but_not_sent_make_it_partial() -> None:
    answer = ask(court([a_row()], count=2))
    assert isinstance(answer, Debts)
    assert (answer.partial, answer.partial_for) == (True, "some accounts")
    assert isinstance(ask(court([], count=1)), Debts)


def test_terms_that_did_not_come_make_it_partial() -> None:
    answer = ask(court(payment=Say({"title": "-", "status": 500}, 500, "application/problem+json")))
    assert isinstance(answer, Debts)
    assert (answer.partial, answer.partial_for) == (True, "payment terms")


def test_without_a_breakdown_the_account_is_whole() -> None:
    answer = ask(court(imposed=Say(b"<html>", 200, "text/html")))
    assert isinstance(answer, Debts)
    assert not answer.partial


def test_one_account_that_fails_leaves_the_others() -> None:
    two = [a_row(), a_row(defendant_account_id="78", account_number="178B")]

    def script(sent: Sent) -> Say:
        return Say(b"{", 200) if sent.path.endswith("/78/header-summary") else court(two)(sent)

    answer = ask(script)
    assert isinstance(answer, Debts)
    assert [debt.token for debt in answer.items] == ["177A"]
    assert answer.partial


@pytest.mark.parametrize("media_type", ["application/problem+json", "application/json+problem"])
@pytest.mark.parametrize(("may_pass", "times"), [(True, 2), (False, 1)])
def test_retriable_drives_our_one_retry(media_type: str, may_pass: bool, times: int) -> None:
    problem = Say({"title": "-", "status": 503, "retriable": may_pass}, 503, media_type)
    answer, wire = ask_and_see(court(problem))
    assert isinstance(answer, Unavailable)
    assert sum(sent.path.endswith("/search") for sent in wire.sent) == times


def test_a_problem_that_passes_is_forgotten() -> None:
    tries: list[Sent] = []

    def script(sent: Sent) -> Say:
        if sent.path.endswith("/search"):
            tries.append(sent)
            if len(tries) == 1:
                problem = {"title": "-", "status": 409, "retriable": True}
                return Say(problem, 409, "application/problem+json")
        return court()(sent)

    assert only(script).token == "177A"


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_said_to_be_one(status: int) -> None:
    answer = ask(court(Say({"title": "-", "status": status}, status, "application/problem+json")))
    assert isinstance(answer, Unavailable)
    assert answer.reason is Unanswered.REFUSED


@pytest.mark.parametrize(
    "body",
    [
        b'{"count": 0, "count": 0, "defendant_accounts": []}',
        b'{"count": NaN, "defendant_accounts": []}',
        b"\xef\xbb\xbf{}",
        b"[" * 5000,
        b'{"count": "\xff"}',
    ],
)
def test_broken_and_hostile_bodies_are_no_answer(body: bytes) -> None:
    assert isinstance(ask(court(Say(body))), Unavailable)
