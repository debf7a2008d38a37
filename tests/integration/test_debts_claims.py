"""What a plan is made from: every debt as a claim, with what we know besides its department."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from app.citizen.view import claims_for_plan, current_view, moratorium_until
from plan.rules.claim import Claim
from tests.debts_desk import Seated, answers, get_debts, question, seat
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


def priya(portal: Portal) -> Seated:
    answers(portal, "placeholder", dwp="0", council="0", hmrc="0")
    client = seat(portal, "placeholder", "dwp", "council", "hmrc")
    get_debts(client)
    return client


def test_every_debt_of_the_view_is_a_claim(house: House, portal: Portal) -> None:
    found = claims(house, priya(portal))
    assert sorted(claim.balance_pence for claim in found.values()) == [30000, 90410, 231000]
    assert found["LA_CTAX"].minimum_pence == 3000
    assert not any(claim.disputed or claim.no_permission for claim in found.values())


def test_a_debt_that_the_person_questions_leaves_the_plan_and_may_come_back(
    house: House, portal: Portal
) -> None:
    client = priya(portal)
    page = question(client, "Council tax 2024 to 2025", "amount")
    found = claims(house, client)
    assert [kind for kind, claim in found.items() if claim.disputed] == ["LA_CTAX"]
    again = seat(portal, "placeholder")
    get_debts(again)
    assert claims(house, again)["LA_CTAX"].disputed, "another visit knows it too"
    client.send(page, page.path.replace("/sent", "/end"))
    assert not claims(house, client)["LA_CTAX"].disputed


def test_a_department_left_out_of_the_plan_is_said_to_be_so(house: House, portal: Portal) -> None:
    found = claims(house, priya(portal), declined=["council"])
    assert [kind for kind, claim in found.items() if claim.no_permission] == ["LA_CTAX"]


def test_a_moratorium_pauses_all_debts_but_those_outside_it(house: House, portal: Portal) -> None:
    answers(portal, "specimen", dwp="0", hmcts="0", hmrc="none:0")
    client = seat(portal, "specimen", "dwp", "hmcts", "hmrc")
    get_debts(client)
    with as_a_page_of(house, client):
        assert moratorium_until(current_view()) is not None
        found = claims_for_plan(current_view())
    assert [claim.in_breathing_space for claim in found if claim.department == "dwp"] == [True]
