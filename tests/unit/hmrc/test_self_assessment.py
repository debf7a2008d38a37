"""Self Assessment Accounts 4.0: decimal pounds, credits, holds and what is coded out."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapters.departments.hmrc_self_assessment import HmrcSelfAssessmentAccounts
from consent.clock import SetClock
from debts.debt import (
    Answer,
    Debt,
    Debts,
    Flag,
    Hold,
    NeedsFact,
    NoDebts,
    NotMatched,
    Unanswered,
    Unavailable,
)
from debts.facts import Address, Facts
from tests.native_lab import a_permit, an_entry
from tests.upstream_lab import Say, TwinWire, published, run_alone, the_debts

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
HOME = Address(("14 Specimen Street",), "ZZ99 1AA")
TAMSIN = Facts("Tamsin", "Testwell", date(1991, 4, 17), HOME, nino="QQ100001A")


def a_document(**changes: Any) -> dict[str, Any]:
    return {
        "taxYear": "2023-24",
        "documentId": "0000000001",
        "documentDate": "2024-05-01",
        "documentText": "ITSA- Bal Charge",
        "documentDueDate": "2025-01-31",
        "documentDescription": "ITSA- Bal Charge",
        "originalAmount": 1180.00,
        "outstandingAmount": 1180.00,
        "isChargeEstimate": False,
        "isCodedOut": False,
    } | changes


def a_charge(document_id: str = "0000000001", **changes: Any) -> dict[str, Any]:
    return {
        "taxYear": "2023-24",
        "chargeDetail": {"documentId": document_id},
        "chargeReference": "XM002610011594",
        "originalAmount": 1180.00,
        "outstandingAmount": 1180.00,
        "items": [],
    } | changes


def a_body(documents: list[Any], charges: list[Any], **balances: Any) -> dict[str, Any]:
    return {
        "balanceDetails": {"totalBalance": 1180.00} | balances,
        "documentDetails": documents,
        "financialDetails": charges,
    }


def ask(body: Any, status: int = 200, who: Facts = TAMSIN) -> Answer:
    wire = TwinWire(lambda _: body if isinstance(body, Say) else Say(body, status))
    accounts = HmrcSelfAssessmentAccounts(
        an_entry("hmrc", "https://hmrc.example"), wire, SetClock(NOW)
    )
    answer = run_alone(accounts.debts(a_permit("hmrc"), who, user_token="theirs"))
    for sent in wire.sent:
        assert sent.headers["Authorization"] == "Bearer theirs"
        assert sent.headers["Accept"] == "application/vnd.hmrc.4.0+json"
    return answer


def only(body: Any) -> Debt:
    (debt,) = the_debts(ask(body))
    return debt


def test_a_document_and_its_charge_are_one_debt() -> None:
    debt = only(a_body([a_document()], [a_charge()]))
    assert (debt.token, debt.reference_tail) == ("XM002610011594", "1594")
    assert (debt.type_code, debt.label) == ("HMRC_SA", "Self Assessment 2023 to 2024")
    assert (debt.balance, debt.original) == (118000, 118000)
    assert debt.due == date(2025, 1, 31)


def test_pounds_become_exact_pence() -> None:
    body = json.dumps(a_body([a_document()], [])).replace("1180.0", "5009.99")
    assert only(body.encode()).balance == 500999
    tiny = json.dumps(a_body([a_document()], [])).replace("1180.0", "0.29")
    assert only(tiny.encode()).balance == 29
    zeros = json.dumps(a_body([a_document()], [])).replace("1180.0", "18.15000")
    assert only(zeros.encode()).balance == 1815


def test_part_of_a_penny_is_refused_and_said_to_be_missing() -> None:
    body = json.dumps(a_body([a_document()], [])).replace('Amount": 1180.0', 'Amount": 18.155')
    answer = ask(body.encode())
    assert isinstance(answer, Debts)
    assert (answer.items, answer.partial) == ((), True)


def test_a_charge_reference_is_found_by_the_document_and_not_by_place() -> None:
    debts = the_debts(
        ask(
            a_body(
                [a_document(), a_document(documentId="0000000002")],
                [a_charge("0000000002", chargeReference="XB"), a_charge(chargeReference="XA")],
            )
        )
    )
    assert [debt.token for debt in debts] == ["XA", "XB"]


def test_documents_under_one_reference_have_tokens_of_their_own() -> None:
    both = a_body([a_document(), a_document(documentId="2")], [a_charge(), a_charge("2")])
    assert [debt.token for debt in the_debts(ask(both))] == [
        "XM002610011594/0000000001",
        "XM002610011594/2",
    ]


def test_a_charge_that_belongs_to_no_document_is_shown_too() -> None:
    debts = the_debts(ask(a_body([a_document()], [a_charge("9", chargeReference="XZ")])))
    assert [debt.token for debt in debts] == ["0000000001", "XZ"]
    alike = a_charge("9", chargeReference="XZ")
    assert isinstance(ask(a_body([], [alike, alike])), Unavailable)


@pytest.mark.parametrize("lock", ["isChargeOnHold", "isEstimatedChargeOnHold"])
def test_a_charge_on_hold_is_on_hold(lock: str) -> None:
    charge = a_charge(items=[{"itemId": "001", "locks": {lock: True}}])
    assert only(a_body([a_document()], [charge])).hold is Hold.OTHER


def test_a_lock_on_interest_alone_holds_nothing() -> None:
    charge = a_charge(items=[{"locks": {"isInterestAccrualOnHold": True}}])
    assert only(a_body([a_document()], [charge])).hold is None


@pytest.mark.parametrize(
    ("status", "flagged"),
    [("initiated", True), ("Partly-Collected", True), ("cancelled", False), ("new-one", False)],
)
def test_what_is_collected_by_tax_code_is_flagged(status: str, flagged: bool) -> None:
    charge = a_charge(items=[{"codedOutStatus": status}])
    assert (Flag.CODED_OUT in only(a_body([a_document()], [charge])).flags) is flagged
    assert Flag.CODED_OUT in only(a_body([a_document(isCodedOut=True)], [])).flags


def test_negative_is_a_credit_and_never_lowers_what_is_left() -> None:
    debt = only(a_body([a_document(outstandingAmount=-12.34, isChargeEstimate=True)], []))
    assert debt.balance == 0
    assert debt.flags == {Flag.CREDIT, Flag.ESTIMATED}


def test_hmrcs_total_is_kept_as_it_is() -> None:
    answer = ask(a_body([a_document()], [], totalBalance=2000.00))
    assert isinstance(answer, Debts)
    assert answer.stated_total == 200000
    credit = ask(a_body([a_document()], [], totalBalance=-5.00))
    assert isinstance(credit, Debts)
    assert credit.stated_total is None


def test_nothing_open_is_no_debts() -> None:
    assert isinstance(ask(a_body([], [], totalBalance=0)), NoDebts)
    assert isinstance(ask(a_body([a_document(outstandingAmount=0)], [])), NoDebts)


@pytest.mark.parametrize(
    ("status", "code", "means"),
    [
        (404, "MATCHING_RESOURCE_NOT_FOUND", NotMatched),
        (404, "RULE_ITSA_CONTRACT_OBJECT_NOT_EXIST", NotMatched),
        (400, "FORMAT_NINO", NotMatched),
        (400, "RULE_INCONSISTENT_QUERY_PARAMS", Unavailable),
        (403, "CLIENT_OR_AGENT_NOT_AUTHORISED", Unavailable),
        (500, "INTERNAL_SERVER_ERROR", Unavailable),
    ],
)
def test_errors_come_alone_or_in_a_list(status: int, code: str, means: type) -> None:
    assert type(ask({"code": code, "message": "-"}, status)) is means
    several = {"code": "INVALID_REQUEST", "message": "-", "errors": [{"code": code}]}
    assert type(ask(several, status)) is means


def test_a_token_that_hmrc_no_longer_takes_is_a_refusal() -> None:
    answer = ask({"code": "INVALID_CREDENTIALS"}, 401)
    assert isinstance(answer, Unavailable)
    assert answer.reason is Unanswered.REFUSED


def test_without_a_number_nothing_is_asked() -> None:
    nobody = Facts("Tamsin", "Testwell", date(1991, 4, 17), HOME)
    assert isinstance(ask({}, who=nobody), NeedsFact)


EXAMPLES = "resources/public/api/conf/4.0/examples/retrieveBalanceAndTransactions/def1"


@pytest.mark.parametrize("flags", ["flags_on", "flags_off"])
def test_hmrcs_own_full_example_maps(flags: str) -> None:
    """Its sentinels (1920, and minus a hundred thousand million) and the words that break HMRC's
    own pattern are no reason to refuse it."""
    file = published("_derived/hmrc-sa-accounts-rendered", flags, EXAMPLES, "fullResponse.json")
    answer = ask(file.read_bytes())
    assert isinstance(answer, Debts)
    assert answer.stated_total is None
    assert not answer.partial
    document, charge = answer.items
    assert (document.balance, document.interest) == (500999, 500999)
    assert {Flag.CODED_OUT, Flag.ESTIMATED} <= document.flags
    assert (charge.balance, charge.label) == (1000000, "Self Assessment 2016 to 2017")


def test_the_template_that_is_no_json_is_no_answer() -> None:
    file = published("hmrc__self-assessment-accounts-api", EXAMPLES, "fullResponse.json")
    assert isinstance(ask(file.read_bytes()), Unavailable)
