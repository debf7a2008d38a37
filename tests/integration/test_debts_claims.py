"""What a plan is made from: every debt as a claim, with what we know besides its department."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from app.citizen.view import claims_for_plan, current_view, moratorium_until
from plan.rules.claim import Claim
from tests.debts_desk import QUICK, Seated, get_debts, seat
from tests.integration.test_debts_pages import answers, question
from tests.portal import House, Portal


@contextmanager
def as_a_page_of(house: House, client: Seated) -> Iterator[None]:
    """Inside a request of this person."""
    app = house.switch.app
    assert app is not None
    jar = client.cookies[urlsplit(client.base_url).netloc]
    cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
    with app.test_request_context("/debts", base_url=house.url, headers={"Cookie": cookie}):
        app.preprocess_request()
        yield


def claims(house: House, client: Seated, **more: list[str]) -> dict[str, Claim]:
    """By kind of debt."""
    with as_a_page_of(house, client):
        return {one.type: one for one in claims_for_plan(current_view(), **more)}  # type: ignore[arg-type]


def tamsin(portal: Portal) -> Seated:
    portal.services.pulls.deadlines = QUICK
    answers(portal, "testwell", dwp="0", council="0", dvla="0")
    client = seat(portal, "testwell", "dwp", "council", "dvla")
    get_debts(client)
    return client


def test_every_debt_of_the_view_is_a_claim(house: House, portal: Portal) -> None:
    found = claims(house, tamsin(portal))
    assert {kind: claim.balance_pence for kind, claim in found.items()} == {
        "DWP_ADVANCE": 38000,
        "DWP_LEGACY_OP": 124050,
        "LA_CTAX": 61240,
        "DVLA_PENALTY": 8000,
    }
    assert found["LA_CTAX"].minimum_pence == 2000
    assert not any(claim.disputed or claim.no_permission for claim in found.values())


def test_a_debt_that_the_person_questions_leaves_the_plan_and_may_come_back(
    house: House, portal: Portal
) -> None:
    client = tamsin(portal)
    page = question(client, "Vehicle tax penalty", "amount")
    page = client.send(page, tell="no")
    assert claims(house, client)["DVLA_PENALTY"].disputed
    assert not claims(house, client)["LA_CTAX"].disputed
    again = seat(portal, "testwell")
    get_debts(again)
    assert claims(house, again)["DVLA_PENALTY"].disputed, "another visit knows it too"
    client.send(page, page.path.replace("/sent", "/end"))
    assert not claims(house, client)["DVLA_PENALTY"].disputed


def test_a_department_left_out_of_the_plan_is_said_to_be_so(house: House, portal: Portal) -> None:
    found = claims(house, tamsin(portal), declined=["dwp"])
    assert found["DWP_ADVANCE"].no_permission
    assert not found["LA_CTAX"].no_permission


def test_a_moratorium_pauses_all_debts_but_those_outside_it(house: House, portal: Portal) -> None:
    portal.services.pulls.deadlines = QUICK
    answers(portal, "specimen", dwp="0", hmcts="0", hmrc="none:0")
    client = seat(portal, "specimen", "dwp", "hmcts", "hmrc")
    get_debts(client)
    with as_a_page_of(house, client):
        assert moratorium_until(current_view()) is not None
        found = claims_for_plan(current_view())
    assert [claim.in_breathing_space for claim in found if claim.department == "dwp"] == [True]
