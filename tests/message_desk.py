"""The worker's messages in a test: a plan that lives, Notify's simulator over real HTTP, one clock.

desk = Desk(life, house)
desk.reachable(life.person, "email", "tamsin@example.com")
desk.round()                     # what the worker does: make, send, look whether it arrived
desk.taken()                     # what the simulator took, oldest first
"""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from adapters.messages.govuk_notify import Notify, Templates
from adapters.messages.sealed_contact import ContactKeeper
from adapters.wire import Wire
from adapters.wire_loop import WireLoop
from app.settings import DEMONSTRATION_TEMPLATES
from consent.clock import SystemClock
from consent.people import Person
from consent.store import people
from consent.store.people import ContactRow
from plan.inform import set_up
from plan.message_words import Written
from plan.send import look_after_next, send_next
from plan.sending import Arrived, Letterbox, Messages, Sent
from plan.store import messages
from plan.store.messages import MessageRow
from tests.builders import set_chance
from tests.plan_life import Life
from tests.portal import House

CODE_KEY = b"c" * 32
KEEPER = ContactKeeper(b"a" * 32, set_chance("contact"))


class Desk:
    """`notify` is the adapter; `not_sent` counts why messages did not go."""

    def __init__(self, life: Life, house: House, *, total_seconds: float = 60.0) -> None:
        self.life, self.simulators = life, house.simulators
        self.url = house.simulators.addresses["notify"]
        self.loop = WireLoop("test").start()
        self.wire = Wire([self.url], demonstration=True, total_seconds=total_seconds)
        self.notify = self.at((house.folder / "keys" / "notify_api_key").read_text())
        self.not_sent: Counter[str] = Counter()

    def at(self, api_key: str) -> Notify:
        return Notify(
            self.url,
            api_key,
            templates=Templates(*DEMONSTRATION_TEMPLATES),
            wire=self.wire,
            loop=self.loop,
            contacts=KEEPER,
            clock=SystemClock(),
        )

    def close(self) -> None:
        self.simulators.control("notify", {"reset": True})
        self.loop.call(self.wire.close(), seconds=60)
        self.loop.stop()

    def reachable(
        self, person: Person, channel: str, address: str = "", language: str = "en"
    ) -> None:
        sealed = KEEPER.seal(address, person.subject) if address else ""
        row = ContactRow(channel, sealed, language, self.life.clock.now())
        with self.life.store.transaction(person) as tx:
            people.keep_contact(tx, person.subject, row)

    def make(self) -> int:
        made = 0
        while count := set_up(self.life.worker, self.life.clock, self.life.chance):
            made += count
        return made

    def send(self, provider: Messages | None = None) -> int:
        """Until nothing more may go."""
        sent = 0
        while send_next(
            self.life.worker,
            self.life.clock,
            provider or self.notify,
            check_code_key=CODE_KEY,
            count=lambda why: self.not_sent.update([why]),
        ):
            sent += 1
        return sent

    def round(self) -> None:
        self.make()
        self.send()
        while look_after_next(self.life.worker, self.life.clock, self.notify):
            pass

    def wish(self, **said: Any) -> None:
        self.simulators.control("notify", said)

    def taken(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._listing()["taken"]
        return found

    def asked(self) -> list[str]:
        found: list[str] = self._listing()["asked"]
        return found

    def rows(self, kind: str = "") -> list[MessageRow]:
        """The person's messages, newest first."""
        person = self.life.person
        with self.life.store.transaction(person) as tx:
            found = messages.of_subject(tx, person.subject, limit=100)
        return [row for row in found if kind in ("", row.kind)]

    def kinds(self) -> list[str]:
        return sorted(row.kind for row in self.rows())

    def _listing(self) -> dict[str, Any]:
        reply = self.simulators._session.get(f"{self.url}/_control", timeout=60)
        listing: dict[str, Any] = reply.json()
        return listing


class Crashed(Exception):
    """The worker was killed at this moment."""


class CrashesAfterSending:
    """A worker that dies between sending a message and writing it down."""

    def __init__(self, notify: Notify) -> None:
        self._notify = notify

    def send(self, message_id: UUID, to: Letterbox, said: Written) -> Sent:
        self._notify.send(message_id, to, said)
        raise Crashed

    def find(self, message_id: UUID) -> Sent:
        return self._notify.find(message_id)

    def arrived(self, ref: str) -> Arrived:
        return self._notify.arrived(ref)
