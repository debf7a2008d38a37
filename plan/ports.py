"""What the keeping of a plan needs from outside."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol

from debts.money import NOTHING, Pence


class Told(StrEnum):
    """What became of one word to one department."""

    TAKEN = "taken"
    REFUSED = "refused"
    """It will never take this; telling it again is no use, and an operator should look."""
    NOT_NEEDED = "not_needed"
    """It learns of this in another way, or the matter is over."""


class Deliver(Protocol):
    """Tells one department one thing, by id: `topic` of the outbox and its `ref`.

    It returns when the matter is settled, and raises OutsideFailed with a short code when it is
    to be tried again later. Telling twice must be harmless. No transaction is open while it runs,
    and it gives up by itself within a minute.
    """

    def __call__(self, topic: str, department: str, ref: str) -> Told: ...


class PaymentStatus(StrEnum):
    """How one payment stands at the provider. Only SUCCESS means that the person has paid."""

    CREATED = "created"
    """Nobody has been to the card page yet; or a charge that the provider has not begun."""
    STARTED = "started"
    SUBMITTED = "submitted"
    """The card was accepted; the person has not confirmed, or the money is not asked for yet."""
    SUCCESS = "success"
    FAILED = "failed"
    """It is over and no money was taken; `ProviderPayment.failure` says why."""
    CANCELLED = "cancelled"
    """We called it off before it was paid."""
    UNKNOWN = "unknown"
    """A word that we do not know, or two that contradict each other: read again, decide nothing."""

    @property
    def over(self) -> bool:
        """Nothing more happens by itself. Never true of UNKNOWN."""
        return self in (PaymentStatus.SUCCESS, PaymentStatus.FAILED, PaymentStatus.CANCELLED)


class PaymentFailure(StrEnum):
    """Why no money was taken."""

    REFUSED = "refused"
    """The bank, the card or a check said no."""
    EXPIRED = "expired"
    """Nobody finished it in time."""
    GIVEN_UP = "given_up"
    """The person chose to cancel on the card page."""
    PROVIDER = "provider"
    """Something went wrong at the provider or behind it."""
    UNKNOWN = "unknown"


class RefundStatus(StrEnum):
    """How one refund stands at the provider."""

    SUBMITTED = "submitted"
    SUCCESS = "success"
    ERROR = "error"
    """The bank did not take it back: nothing was returned."""
    UNKNOWN = "unknown"


class AgreementStatus(StrEnum):
    """Whether a card may be charged again without the person."""

    CREATED = "created"
    """No card yet: the first payment with it has not succeeded."""
    ACTIVE = "active"
    CANCELLED = "cancelled"
    INACTIVE = "inactive"
    """The card cannot be charged any more."""
    UNKNOWN = "unknown"


class NotDone(StrEnum):
    """An expected no: nothing was taken or returned by this call."""

    AGREEMENT_OVER = "agreement_over"
    """There is no such agreement, or it is not active."""
    REFUNDABLE_CHANGED = "refundable_changed"
    """What can be returned is not what the caller believed: read the payment and decide again."""
    NOT_REFUNDABLE = "not_refundable"
    """Not yet, no more, or never."""


@dataclass(frozen=True, slots=True)
class ProviderPayment:
    """One payment as the provider tells it now. Amounts are pence.

    `pay_url` is where the person pays and is empty once that is no longer possible; whoever has it
    can pay. `may_retry` is said of failed charges of an agreement only: False means that this
    agreement will not be charged again. `refundable` is what can be returned now, None when the
    provider did not say; `captured_on` is the day the money was taken, `settled_on` the day it
    reached the paying account.
    """

    id: str
    status: PaymentStatus
    pence: Pence
    reference: str
    created_at: datetime | None = None
    pay_url: str = ""
    failure: PaymentFailure | None = None
    may_retry: bool | None = None
    agreement_id: str = ""
    refundable: Pence | None = None
    refunded: Pence = NOTHING
    captured_on: date | None = None
    settled_on: date | None = None


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """When a payment came into a state."""

    status: PaymentStatus
    at: datetime
    failure: PaymentFailure | None = None


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    """One return of pence to the card that paid them."""

    id: str
    status: RefundStatus
    pence: Pence
    created_at: datetime | None = None
    settled_on: date | None = None


@dataclass(frozen=True, slots=True)
class ProviderAgreement:
    """A person's word that their card may be charged again. No card details are read."""

    id: str
    status: AgreementStatus
    reference: str
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PaymentHint:
    """What a message from the provider is good for: to know where to look (SEC-79).

    It is never a state, comes late, twice, in any order or not at all. `message_id` is the same
    when the provider sends the same message again. `about` is "payment" or "refund", and
    `resource_id` is that payment's or refund's id.
    """

    event: str
    about: str
    resource_id: str
    message_id: str


NEEDS_A_PERSON: Final = frozenset(
    {"refused", "account", "bad_request", "blocked", "key_reused", "not_found", "not_as_asked"}
)
"""Kinds of OutsideFailed from `Payments` that trying again will not mend; an operator must look.

`refused`: our key; `account`: the account at the provider; `bad_request`, `blocked`: what we
sent; `key_reused`: this key stands for another payment; `not_found`: no such thing there;
`not_as_asked`: what was made is not what we asked for, and nobody may be sent to pay it. After any
other kind it is not known whether the errand was done: do it again with the same facts, later.
"""


class Payments(Protocol):
    """Takes money from cards into the paying account; it never passes through us (decision 11).

    Every method raises OutsideFailed with a short code. Two things are the caller's: to write down
    what it is about to ask before it asks, and to write down the id that comes back.
    """

    async def start(
        self,
        *,
        key: str,
        pence: Pence,
        reference: str,
        description: str,
        return_url: str,
        language: str = "en",
        agreement_id: str = "",
    ) -> ProviderPayment:
        """A payment that the person makes on the provider's page, at `pay_url`.

        With `agreement_id` their card may then be charged again. Asking twice may make two: send a
        person to one only, and keep its id before they go. One whose answer was lost can be paid
        by nobody, for its address is known to nobody; it lapses by itself, or is found by
        `with_reference` and cancelled.
        """
        ...

    async def charge(
        self, *, key: str, agreement_id: str, pence: Pence, reference: str, description: str
    ) -> ProviderPayment | NotDone:
        """Take a payment under an agreement, without the person. It is not over when this returns.

        Asking again with the same key and facts gives the payment that is there. Keys are for
        repeats of the same hour; later, look by `with_reference` before you ask again.
        """
        ...

    async def payment(self, payment_id: str) -> ProviderPayment:
        """How it stands now. This, and nothing else, is a payment's state (SEC-79)."""
        ...

    async def with_reference(self, reference: str) -> tuple[ProviderPayment, ...]:
        """Payments that bear this reference, newest first. The provider may be a little behind."""
        ...

    async def events(self, payment_id: str) -> tuple[ProviderEvent, ...]:
        """Its history, oldest first."""
        ...

    async def cancel(self, payment_id: str) -> ProviderPayment:
        """Call it off if that is still possible, and say how it stands afterwards: it may have been
        paid. Harmless to repeat."""
        ...

    async def refund(
        self, payment_id: str, pence: Pence, *, refundable: Pence, known: Collection[str] = ()
    ) -> ProviderRefund | NotDone:
        """Return pence to the card, once.

        `refundable` is what `payment()` said could be returned when the caller wrote down that it
        would, and `known` are the refunds of this payment that it has on record by then. A repeat
        says the same two: as less can be returned by then, the provider refuses it, and the refund
        that was made is looked for and given instead. Refunds of one payment go one after another.
        """
        ...

    async def refunds(self, payment_id: str) -> tuple[ProviderRefund, ...]:
        """All refunds of a payment. The provider may be a little behind."""
        ...

    async def refund_made(self, payment_id: str, refund_id: str) -> ProviderRefund:
        """How one refund stands now."""
        ...

    async def make_agreement(
        self, *, reference: str, description: str, person: str = ""
    ) -> ProviderAgreement:
        """Something to charge a card under, once a first payment with it has succeeded.

        `person` is an id of ours without meaning elsewhere. Asking twice makes two; one without a
        card does nothing.
        """
        ...

    async def agreement(self, agreement_id: str) -> ProviderAgreement:
        """How it stands now."""
        ...

    async def cancel_agreement(self, agreement_id: str) -> ProviderAgreement:
        """No more charges, from now on; how it stands afterwards. Harmless to repeat."""
        ...
