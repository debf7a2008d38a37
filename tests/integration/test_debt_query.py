"""D24, D25 and D85: something is wrong with a debt. Its department is told, or nobody is."""

from __future__ import annotations

from datetime import date
from typing import cast

import pytest

from adapters.departments.native import Delivery
from consent.answer_hold import Decided, Decision, answer_hold, own_holds
from consent.ids import DepartmentCode
from consent.people import Department
from consent.store import DEPARTMENT, open_store
from debts.asking import Held
from debts.debt import Debts
from tests.debts_desk import (
    Seated,
    answers,
    card,
    debt_address,
    get_debts,
    only,
    question,
    seat,
    tamsin_who_owes,
)
from tests.portal import Portal

NHSBSA = DepartmentCode("nhsbsa")


@pytest.fixture
def tamsin(portal: Portal) -> Seated:
    return tamsin_who_owes(portal)


@pytest.fixture
def delphine(portal: Portal) -> Seated:
    """Somebody whose department may be told: the simulator remembers, so nobody else is used."""
    return only(portal, "fictionby", "nhsbsa", "0")


def test_d24_asks_what_the_problem_is_and_keeps_what_was_typed(tamsin: Seated) -> None:
    get_debts(tamsin)
    address = debt_address(tamsin.get("/debts"), "Vehicle tax penalty") + "/query"
    page = tamsin.send(tamsin.get(address))
    assert page.errors() == {"problem": "Select what the problem is"}
    page = tamsin.send(page, problem="other")
    assert page.errors() == {"more": "Tell us what the problem is"}
    page = tamsin.send(page, problem="other", more="x" * 501)
    assert page.errors() == {"more": "What the problem is must be 500 characters or less"}
    assert page.value("more") == "x" * 501


def test_d24_d25_the_department_is_told_under_a_permission_of_its_own(
    portal: Portal, delphine: Seated
) -> None:
    get_debts(delphine)
    page = question(delphine, "Prescription penalty charge", "other", "I had a certificate in May")
    assert page.heading == "Check what you are agreeing to"
    assert page.ticked() == []
    assert page.says("I had a certificate in May")
    page = delphine.send(page)
    assert page.errors() == {"tell": "Select yes if you agree to us telling them"}
    page = delphine.send(page, tell="yes")
    assert page.heading == "We have told NHS Business Services Authority"
    assert page.says("Until then the debt is left out of your plan here")

    assert [asked["what"] for asked in portal.asked("nhsbsa")][-1] == "hold_request"
    kept = portal.rows("select department, reason_code, state from hold_request")
    assert kept == [("nhsbsa", "other", "sent")]
    assert portal.rows("select state from consent_grant where purpose = 'hold_or_query'") == [
        ("consumed",)
    ]
    assert "certificate" not in str(portal.rows("select * from hold_request"))
    assert not delphine.visit.slots("query")
    assert "You asked about this" in card(delphine.get("/debts"), "nhsbsa")

    door = open_store(portal.database.department_url, role=DEPARTMENT)
    nhs = Department(DepartmentCode("nhsbsa"))
    (sent,) = own_holds(door, actor=nhs)
    words = "Your certificate did not cover May. You can ask us to look once more."
    decided = Decided(Decision.NOT_UPHELD, words, appeal_by=date(2031, 1, 31))
    answer_hold(
        door,
        portal.services.clock,
        portal.services.chance,
        actor=nhs,
        reference=sent.reference,
        decided=decided,
    )
    door.close()
    page = delphine.get(debt_address(delphine.get("/debts"), "Prescription") + "/query/sent")
    assert page.says("It says that the debt is right as it is")
    assert page.says(words)
    assert page.says("You can appeal until 31 January 2031")
    assert page.says("The debt stays out of your plan here until you put it back")


def test_d25_a_no_tells_nobody_and_gives_a_letter(portal: Portal, tamsin: Seated) -> None:
    get_debts(tamsin)
    page = question(tamsin, "Vehicle tax penalty", "paid")
    page = tamsin.send(page, tell="no")
    assert page.heading == "How to tell Driver and Vehicle Licensing Agency"
    assert page.says("We have sent nothing")
    assert [asked["what"] for asked in portal.asked("dvla")] == ["debts"]
    assert portal.rows("select state from hold_request") == [("letter",)]


def test_d25_a_department_that_cannot_take_it_gets_a_letter(portal: Portal, tamsin: Seated) -> None:
    get_debts(tamsin)
    page = question(tamsin, "Council tax 2023 to 2024", "amount")
    assert page.heading == "How to tell Sampleshire Council"
    letter = page.main.one("div", "app-letter").text
    assert "Tamsin Testwell" in letter
    assert "The reference ends in 4231" in letter
    assert "The amount is wrong" in letter
    assert portal.rows("select count(*) from consent_grant where purpose <> 'view_debts'") == [(0,)]
    page = tamsin.send(page, debt_address(tamsin.get("/debts"), "Council tax") + "/query/end")
    assert portal.rows("select state from hold_request") == [("closed",)]


class Unreachable:
    """A department whose line is dead."""

    async def send_hold(self, permit: object, **said: object) -> Delivery:
        return Delivery.FAILED


def test_d25_when_the_department_cannot_be_reached_it_can_be_tried_again(
    portal: Portal, delphine: Seated
) -> None:
    get_debts(delphine)
    page = question(delphine, "Prescription penalty charge", "paid")
    messages = cast(dict[DepartmentCode, object], portal.services.messages)
    real = messages[NHSBSA]
    messages[NHSBSA] = Unreachable()
    page = delphine.send(page, tell="yes")
    messages[NHSBSA] = real
    assert page.heading == "We could not reach NHS Business Services Authority"
    page = delphine.get(page.links()["Try again"])
    page = delphine.send(page, tell="yes")
    assert page.heading == "We have told NHS Business Services Authority"
    assert portal.rows("select state from hold_request order by asked_at") == [
        ("closed",),
        ("sent",),
    ]


def test_a_debt_somebody_was_made_to_take_on_needs_no_proof_and_no_letter(
    portal: Portal, tamsin: Seated
) -> None:
    get_debts(tamsin)
    page = question(tamsin, "Vehicle tax penalty", "coerced")
    assert page.heading == "You do not need to prove anything here"
    page = tamsin.send(page, safe="no")
    assert page.heading == "We have not told Driver and Vehicle Licensing Agency"
    assert portal.rows("select reason_code, state from hold_request") == [("coerced", "kept_back")]
    assert [asked["what"] for asked in portal.asked("dvla")] == ["debts"]


def test_a_reference_of_a_department_without_handles_is_kept_sealed(portal: Portal) -> None:
    answers(portal, "exampleton", hmcts="0")
    client = seat(portal, "exampleton", "hmcts")
    get_debts(client)
    held = client.visit.get("answer.hmcts", Held)
    assert held is not None
    assert isinstance(held.answer, Debts)
    question(client, held.answer.items[0].label, "appeal")
    kept = portal.rows("select debt_token from hold_request")[0][0]
    assert kept.startswith("s1.")
    assert held.answer.items[0].token not in kept
