"""S06 "Remind me": offered where it is safe, kept without a department, sent once, called off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest

from consent.clock import LONDON, london_date
from consent.errors import NotFound, WrongState
from consent.store import open_store
from plan import check_code
from plan.remind import call_off, remind
from tests.database import Database
from tests.debts_desk import Seated, card, get_debts, seat
from tests.message_desk import CODE_KEY, Desk
from tests.pages import Page
from tests.plan_life import Life
from tests.portal import House, Portal

DAY = timedelta(days=1)
REMIND, CALL_OFF = "/debts/remind/dwp", "/debts/remind/dwp/call-off"


@pytest.fixture
def owain(portal: Portal) -> Seated:
    """DWP is closed until 6am, and he has said nothing about how to reach him."""
    portal.control("dwp", "enghraifft", "closed:06:00")
    client = seat(portal, "enghraifft", "dwp")
    get_debts(client)
    return client


def reach(client: Seated, channel: str = "email") -> None:
    page = client.get("/contact/safe?next=/debts")
    client.send(page, channel=channel, email="owain@example.com")


def kept(portal: Portal) -> list[tuple[object, ...]]:
    query = "select kind, channel, status, tries, sent_at from message order by made_at, kind"
    return [tuple(row) for row in portal.rows(query)]


def buttons(page: Page) -> list[str]:
    return [button.text for button in page.main.all("button")]


def test_nobody_is_offered_what_would_not_be_safe(portal: Portal, owain: Seated) -> None:
    for channel in ("", "none"):
        if channel:
            reach(owain, channel)
        page = owain.get("/debts")
        assert "cannot answer until 6am on" in card(page, "dwp")
        assert "Remind me" not in page.text
        owain.post(REMIND, {"csrf_token": owain.get("/account/close").value("csrf_token")})
        assert kept(portal) == []


def test_a_reminder_is_set_once_called_off_and_set_again(portal: Portal, owain: Seated) -> None:
    reach(owain)
    page = owain.get("/debts")
    first = owain.send(page, REMIND)
    assert first.path == "/debts"
    assert "We will send you a message at 8am on" in card(first, "dwp")
    owain.send(page, REMIND)
    assert kept(portal) == [("M11", "email", "waiting", 0, None)]
    page = owain.send(first, CALL_OFF)
    assert "Remind me when Department for Work and Pensions can answer" in buttons(page)
    assert kept(portal)[1:] == [("OFF", "none", "not_sent", 0, None)]
    owain.send(page, REMIND)
    assert [row[0] for row in kept(portal)] == ["M11", "OFF", "M11"]


def test_what_is_kept_of_it_names_no_department(portal: Portal, owain: Seated) -> None:
    reach(owain)
    owain.send(owain.get("/debts"), REMIND)
    (row,) = portal.rows("select * from message")
    assert "dwp" not in repr(row).lower()
    listed = owain.get("/account/your-data.json").html
    assert "M11" in listed


def test_from_the_list_of_messages_it_is_called_off_when_the_card_is_gone(
    portal: Portal, owain: Seated
) -> None:
    reach(owain)
    owain.send(owain.get("/debts"), REMIND)
    later = seat(portal, "enghraifft")
    page = later.get("/messages")
    assert page.says("Not sent yet. We send it on")
    address = next(to for to in page.links().values() if to.startswith("/messages/"))
    message = later.get(address)
    assert message.says("You asked us to remind you. Sign in to see what is new.")
    stranger = seat(portal, "testwell")
    token = {"csrf_token": stranger.get("/account/close").value("csrf_token")}
    assert stranger.post(f"{address}/call-off", token).response.status_code == 404
    page = later.send(message, f"{address}/call-off")
    assert page.path == "/messages"
    assert page.says("You called this off. It is not sent")
    assert "call-off" not in later.get(address).html


@pytest.fixture
def desk(database: Database, house: House) -> Iterator[Desk]:
    store = open_store(database.portal_url)
    worker = open_store(database.worker_url, role="svd_worker")
    opened = Desk(Life(store, worker), house)
    opened.reachable(opened.life.person, "text", "07700900123")
    yield opened
    opened.close()
    store.close()
    worker.close()


def six_on(desk: Desk, days: int) -> datetime:
    """6am in London, so many days from now."""
    day = london_date(desk.life.clock.now()) + days * DAY
    return datetime.combine(day, time(6), LONDON).astimezone(UTC)


def test_it_goes_once_on_its_day_after_8am_however_far_ahead_that_is(desk: Desk) -> None:
    life, opens = desk.life, six_on(desk, 6)
    desk.round()
    before = len(desk.taken())
    goes = remind(life.store, life.clock, life.chance, actor=life.person, opens_at=opens)
    assert goes.astimezone(LONDON).hour == 8
    life.clock.move(opens + timedelta(hours=1) - life.clock.now())
    desk.round()
    assert len(desk.taken()) == before
    life.clock.move(timedelta(hours=2))
    desk.round()
    desk.round()
    (sent,) = desk.taken()[before:]
    assert sent["body"].startswith("You asked us to remind you. Sign in to see what is new.")
    code = sent["body"].rstrip(".")[-9:]
    found = check_code.read(CODE_KEY, code, today=london_date(life.clock.now()))
    assert found == check_code.Sent("M11", london_date(opens))
    (row,) = desk.rows("M11")
    with pytest.raises(NotFound):
        call_off(life.store, life.clock, life.chance, actor=life.person, message_id=row.message_id)


def test_one_that_was_called_off_does_not_go(desk: Desk) -> None:
    life, opens = desk.life, six_on(desk, 1)
    desk.round()
    before = len(desk.taken())
    remind(life.store, life.clock, life.chance, actor=life.person, opens_at=opens)
    (row,) = desk.rows("M11")
    for _ in range(2):
        call_off(life.store, life.clock, life.chance, actor=life.person, message_id=row.message_id)
    life.clock.move(opens + timedelta(hours=4) - life.clock.now())
    desk.round()
    assert len(desk.taken()) == before
    assert desk.not_sent["called_off"] == 1
    assert [row.status for row in desk.rows("M11")] == ["not_sent"]


def test_there_is_nothing_to_wait_for_after_it_opened(desk: Desk) -> None:
    life = desk.life
    with pytest.raises(WrongState):
        remind(
            life.store,
            life.clock,
            life.chance,
            actor=life.person,
            opens_at=life.clock.now() - timedelta(minutes=1),
        )
