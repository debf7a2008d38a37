"""The provider's own books: what happens to payments, refunds and agreements, and when.

They keep their own time, which tests move ahead; what falls due happens when somebody looks.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final, TypeVar

from adapters.simulators.govuk_pay import things
from adapters.simulators.govuk_pay.shelf import Shelf
from adapters.simulators.govuk_pay.things import Agreement, Message, Payment, Refund

DECLINED: Final = "4000000000000002"
BROKEN: Final = "4000000000000119"
LATER_DECLINED: Final = "4000000000000341"
"""Good for a payment on the page; charges of its agreement are refused and may be tried again."""
LATER_LOST: Final = "4000000000000259"
"""The same, and the agreement will not be charged again."""

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
T = TypeVar("T")


@dataclass
class Timings:
    """Seconds: until a page lapses, a charge is decided, money is taken, paid out, returned; and
    how far searches and lists are behind."""

    expire: float = 90 * 60
    charge: float = 1
    capture: float = 60
    settle: float = 24 * 3600
    refund: float = 1
    lag: float = 0


class Books:
    """Everything on record, in the order in which it came."""

    def __init__(self, shelf: Shelf, url: str) -> None:
        self.url = url
        self.timings = Timings()
        self.refunds_fail = False
        self.charges: dict[str, str] = {}
        """How charges go by agreement id, or "*": accept, refuse, refuse_for_good."""
        self.with_message: Callable[[], None] = lambda: None
        self._shelf = shelf
        kept = shelf.load()
        self.payments = _read(kept, "payment", Payment)
        self.refunds = _read(kept, "refund", Refund)
        self.agreements = _read(kept, "agreement", Agreement)
        self.messages = _read(kept, "message", Message)
        self.keys = kept.get("key", {})
        self._ahead = float(kept.get("clock", {}).get("ahead", {}).get("seconds", 0))
        self._watched = {one.id for one in self.payments.values() if not self._at_rest(one)}

    def now(self) -> float:
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass; it never goes back, and a restart does not undo it."""
        self._ahead += max(0.0, seconds)
        self._shelf.put("clock", "ahead", {"seconds": self._ahead})
        self.tick()

    def clear(self) -> None:
        self._shelf.clear()
        for kept in (self.payments, self.refunds, self.agreements, self.messages, self.keys):
            kept.clear()
        self._watched.clear()
        self._ahead, self.timings, self.refunds_fail = 0.0, Timings(), False
        self.charges.clear()

    # what is asked of the API

    def open_payment(self, **facts: Any) -> Payment:
        it = Payment(id=_new_id(), token=secrets.token_urlsafe(16), created=self.now(), **facts)
        it.history.append((it.status, "", it.created))
        self._keep(it)
        return it

    def remember_key(self, key: str, body: dict[str, Any], payment: str) -> None:
        self.keys[key] = {"body": body, "payment": payment}
        self._shelf.put("key", key, self.keys[key])

    def open_agreement(self, reference: str, description: str, person: str) -> Agreement:
        it = Agreement(_new_id(), reference, description, self.now(), person)
        self.keep_agreement(it)
        return it

    def keep_agreement(self, it: Agreement) -> None:
        self.agreements[it.id] = it
        self._shelf.put("agreement", it.id, vars(it))

    def end_agreement(self, it: Agreement) -> None:
        it.status, it.ended = "cancelled", self.now()
        self.keep_agreement(it)

    def open_refund(self, payment: Payment, amount: int) -> Refund:
        it = Refund(_new_id(), payment.id, amount, self.now())
        self._keep_refund(it)
        return it

    def given_back(self, payment: str) -> int:
        return sum(it.amount for it in self.refunds_of(payment) if it.status != "error")

    def refunds_of(self, payment: str) -> list[Refund]:
        return [it for it in self.refunds.values() if it.payment == payment]

    def by_token(self, token: str) -> Payment | None:
        return next((it for it in self.payments.values() if it.token == token), None)

    # what happens

    def move(self, it: Payment, status: str, code: str = "", *, event: str = "") -> None:
        """A payment comes into a state, and whoever listens is told of `event`."""
        it.status, it.code = status, code
        it.history.append((status, code, self.now()))
        if not it.open:
            it.finished = self.now()
        self._keep(it)
        if event:
            self._tell(event, it)

    def pay(self, it: Payment) -> None:
        """The person has confirmed. Their card goes with the agreement that was to be set up."""
        agreement = self.agreements.get(it.agreement) if it.mode == "web" else None
        if agreement is not None:
            agreement.card, agreement.status = it.card, "active"
            self.keep_agreement(agreement)
        self.move(it, "success", event="card_payment_succeeded")

    def tick(self) -> None:
        """Whatever has fallen due by now."""
        now = self.now()
        for it in [self.payments[one] for one in tuple(self._watched)]:
            self._later(it, now)
            if self._at_rest(it):
                self._watched.discard(it.id)
        for back in [one for one in self.refunds.values() if one.status == "submitted"]:
            if now >= back.created + self.timings.refund:
                back.status = "error" if self.refunds_fail else "success"
                back.done = now
                self._keep_refund(back)
                if back.status == "success":
                    self._tell("card_payment_refunded", self.payments[back.payment])

    def _later(self, it: Payment, now: float) -> None:
        if it.open and it.mode == "agreement":
            if now >= it.created + self.timings.charge:
                self._charge(it)
        elif it.open and now >= it.created + self.timings.expire:
            self.move(it, "failed", "P0020", event="card_payment_expired")
        taken = it.finished + self.timings.capture
        if it.status == "success" and not it.captured and now >= taken:
            it.captured = taken
            self._keep(it)
            self._tell("card_payment_captured", it)
        if it.captured and not it.settled and now >= it.captured + self.timings.settle:
            it.settled = it.captured + self.timings.settle
            self._keep(it)
            self._tell("card_payment_settled", it)

    def _charge(self, it: Payment) -> None:
        agreement = self.agreements[it.agreement]
        how = self.charges.get(it.agreement) or self.charges.get("*")
        usual = {LATER_DECLINED: "refuse", LATER_LOST: "refuse_for_good"}
        how = how or usual.get(agreement.card, "accept")
        it.card = agreement.card
        if how == "accept" and agreement.status == "active":
            self.pay(it)
            return
        it.can_retry = how == "refuse" and agreement.status == "active"
        self.move(it, "failed", "P0010", event="card_payment_failed")
        if how == "refuse_for_good":
            agreement.status = "inactive"
            self.keep_agreement(agreement)

    def _at_rest(self, it: Payment) -> bool:
        return not it.open and (it.status != "success" or bool(it.settled))

    # messages

    def _tell(self, event: str, it: Payment) -> None:
        message_id = _new_id()
        body = {
            "webhook_message_id": message_id,
            "api_version": 1,
            "created_date": things.moment(self.now()),
            "resource_id": it.id,
            "resource_type": "payment",
            "event_type": event,
            "resource": things.payment_json(it, self.given_back(it.id), self.url),
        }
        self.keep_message(Message(message_id, event, it.id, json.dumps(body), due=time.monotonic()))
        self.with_message()

    def keep_message(self, it: Message) -> None:
        self.messages[it.id] = it
        self._shelf.put("message", it.id, {**vars(it), "due": 0})

    def _keep(self, it: Payment) -> None:
        self.payments[it.id] = it
        if not self._at_rest(it):
            self._watched.add(it.id)
        self._shelf.put("payment", it.id, vars(it))

    def _keep_refund(self, it: Refund) -> None:
        self.refunds[it.id] = it
        self._shelf.put("refund", it.id, vars(it))


def _read(kept: dict[str, dict[str, Any]], kind: str, make: Callable[..., T]) -> dict[str, T]:
    return {key: make(**record) for key, record in kept.get(kind, {}).items()}


def _new_id() -> str:
    """26 small letters and digits, as theirs."""
    return "".join(secrets.choice(_LETTERS) for _ in range(26))


def timings_from(body: dict[str, Any], now: Timings) -> Timings:
    """New timings; KeyError for a name that there is not."""
    known = {one.name for one in fields(Timings)}
    if not set(body) <= known:
        raise KeyError(sorted(set(body) - known))
    return Timings(**{name: float(body.get(name, getattr(now, name))) for name in known})
