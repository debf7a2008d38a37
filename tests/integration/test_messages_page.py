"""D81: a person reads every message again, sees what did not reach them, and nobody else's."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app import wiring
from app.settings import Settings
from consent.clock import LONDON, SetClock, SystemClock
from plan.inform import set_up
from plan.send import look_after_next, send_next
from tests.debts_desk import Seated, seat
from tests.portal import House, Portal

Work = Callable[[], None]


@pytest.fixture
def work(portal: Portal, house: House) -> Work:
    """What the worker does: made now, sent at midday tomorrow, looked after a minute later."""
    noon = datetime.now(LONDON).replace(hour=12, minute=0) + timedelta(days=1)
    clock = SetClock(noon.astimezone(UTC))

    def act() -> None:
        environ = house.environment(portal.database)
        working = wiring.worker(Settings.from_environment(environ), environ)
        own, notify, key = working.store, working.notify, portal.services.check_code_key
        try:
            while set_up(own, SystemClock(), secrets.token_bytes):
                pass
            while send_next(own, clock, notify, check_code_key=key, count=lambda _: None):
                pass
            clock.move(timedelta(minutes=1))
            while look_after_next(own, clock, notify):
                pass
        finally:
            working.stop()
            house.simulators.control("notify", {"reset": True})

    return act


def reachable(client: Seated, **typed: Any) -> None:
    client.send(client.get("/contact/safe?next=/account"), **typed)


def test_a_message_can_be_read_again_in_the_words_that_were_sent(
    portal: Portal, work: Work
) -> None:
    client = seat(portal, "testwell", "dwp")
    assert client.get("/messages").says("You have no messages from us.")
    reachable(client, channel="email", email="tamsin@example.com")
    work()
    page = client.get("/messages")
    assert page.says("Update from GOV.UK")
    assert page.says("Arrived by email")
    assert "tamsin@example.com" not in page.text
    address = next(a["href"] for a in page.main.all("a") if a["href"].startswith("/messages/"))
    one = client.get(address)
    assert one.says("You changed who we can ask. Sign in to see what changed.")
    code = re.search(r"Check code (\w{4} \w{4})", one.text)
    assert code is not None
    answer = client.send(client.get("/is-this-from-us"), code=code[1].lower())
    assert answer.status == 200
    assert answer.says("A message that you changed who we can ask")


def test_what_did_not_arrive_says_so_and_how_to_put_it_right(portal: Portal, work: Work) -> None:
    client = seat(portal, "testwell", "dwp")
    reachable(client, channel="email", email="perm-fail@simulator.notify.uk")
    portal.simulators.control("notify", {"arrives": "permanent-failure"})
    work()
    page = client.get("/messages")
    assert page.says("We could not email you. Check your address")
    assert any(a["href"] == "/contact/safe?next=/messages" for a in page.main.all("a"))


def test_who_wants_no_messages_finds_them_here_only(portal: Portal, work: Work) -> None:
    client = seat(portal, "testwell", "dwp")
    reachable(client, channel="none")
    work()
    assert client.get("/messages").says("Not sent. It is only here")


def test_nobody_reads_somebody_elses_message(portal: Portal, work: Work) -> None:
    client = seat(portal, "testwell", "dwp")
    work()
    page = client.get("/messages")
    address = next(a["href"] for a in page.main.all("a") if a["href"].startswith("/messages/"))
    other = seat(portal, "placeholder", "dwp", issuer="https://two.test")
    assert other.get(address).status == 404
    assert client.get("/messages/11111111-1111-4111-8111-111111111111").status == 404


def test_what_we_hold_has_every_message_and_never_its_text(portal: Portal, work: Work) -> None:
    client = seat(portal, "testwell", "dwp")
    reachable(client, channel="email", email="tamsin@example.com")
    work()
    held = client.get("/account/your-data.json").response.get_data(as_text=True)
    assert '"kind": "M01"' in held
    assert "Sign in to see" not in held
    assert "tamsin@example.com" not in held
