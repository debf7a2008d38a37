"""What others see of a signer that answers badly, or is away (SEC-19)."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.signer_socket import LONGEST, SocketSigner
from app import wiring
from app.delivery import Deliveries
from app.rounds import Rounds
from app.settings import Settings
from consent.clock import SetClock
from consent.errors import OutsideFailed
from consent.withdraw import TOPIC
from tests.debts_desk import card, get_debts, seat, stop_asking
from tests.plan_builders import DAYS
from tests.portal import House, Portal
from tests.until import LONG, until


@contextmanager
def pretending(
    path: Path, answer: Callable[[socket.socket], None], seconds: float
) -> Iterator[SocketSigner]:
    """Something else at the signer's address, and somebody who waits so long for it."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            try:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    answer(connection)
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield SocketSigner(path, seconds=seconds)


def silence(connection: socket.socket) -> None:
    connection.recv(65536)  # until the other side gives up


def drips(connection: socket.socket) -> None:
    while True:
        connection.sendall(b" ")
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (silence, "timed_out"),
        (drips, "timed_out"),
        (lambda c: c.close(), "unreachable"),
        (lambda c: c.sendall(b"{"), "malformed"),
        (lambda c: c.sendall(b"nothing of sense\n"), "malformed"),
        (lambda c: c.sendall(b"[]\n"), "malformed"),
        (lambda c: c.sendall(b'{"ok": 7}\n'), "malformed"),
        (lambda c: c.sendall(b"a" * (LONGEST + 2)), "malformed"),
        (lambda c: c.sendall(b'{"refused": "unavailable", "why": ""}\n'), "unavailable"),
    ],
)
def test_a_bad_answer_is_a_fault_of_the_signer_and_nothing_else(
    tmp_path: Path, answer: Callable[[socket.socket], None], kind: str
) -> None:
    seconds = 0.5 if kind == "timed_out" else LONG
    with pretending(tmp_path / "s", answer, seconds) as client:
        with pytest.raises(OutsideFailed) as fault:
            client.sign_status("nothing", "dwp")
        assert (fault.value.party, fault.value.kind) == ("signer", kind)


@contextmanager
def without_a_signer(portal: Portal, house: House) -> Iterator[None]:
    """As if the signer's process had died: nobody is at its address."""
    path = house.folder / "socket" / "signer.sock"
    away = path.with_suffix(".away")
    path.rename(away)
    portal.services.door.signer.close()  # type: ignore[attr-defined]  # the kept connections
    try:
        yield
    finally:
        away.rename(path)


def test_when_it_cannot_be_reached_departments_show_as_not_answering_and_pages_are_served(
    portal: Portal, house: House
) -> None:
    client = seat(portal, "testwell", "dwp", "council")
    with without_a_signer(portal, house):
        page = get_debts(client)
        assert page.status == 200
        for path in ("/permissions", "/", "/healthz"):
            assert client.get(path).status == 200
        receipt = next(
            link for link in client.get("/permissions").links().values() if "/PM" in link
        )
        assert client.get(f"{receipt}.json").status == 503
        before = client.get("/debts")
    assert portal.asked("dwp") == []
    for code in ("dwp", "council"):
        assert "answer" in card(before, code).lower()
    assert client.get(f"{receipt}.json").status == 200


def test_when_it_cannot_be_reached_the_worker_tells_departments_later(
    portal: Portal, house: House
) -> None:
    stop_asking(portal, seat(portal, "testwell", "dwp"), "dwp")
    clock = SetClock(datetime.now(UTC))
    environ = house.environment(portal.database)
    working = wiring.worker(Settings.from_environment(environ), environ)
    own, outside = working.store, working.outside
    deliver = Deliveries(
        store=own,
        clock=clock,
        chance=secrets.token_bytes,
        loop=outside.loop,
        messages=outside.messages,
        token_key=b"",
        sign_head=outside.signer.sign_series_head,
    )
    rounds = Rounds(own, clock, secrets.token_bytes, deliver=deliver, working_days=DAYS)

    def outcome() -> tuple[bool, str]:
        asked = "select delivered_at is not null, last_fault from outbox where topic = %s"
        ((done, fault),) = portal.rows(asked, TOPIC)
        return done, fault

    try:
        with without_a_signer(portal, house):
            tell_all(rounds)
            assert outcome() == (False, "unreachable")
        clock.move(timedelta(hours=1))
        tell_all(rounds)
        assert outcome()[0]
    finally:
        rounds.stop()
        outside.stop()
        own.close()


def tell_all(rounds: Rounds) -> None:
    """Begin, and wait until nobody is being told any more."""
    assert rounds.deliver_due() == 1
    until(lambda: not rounds._busy)
