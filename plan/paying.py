"""The closed lists of words in which money is kept, and which step may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class PaymentState(StrEnum):
    """Where one payment stands. A payment is whole: it settles in full or not at all."""

    STARTED = "started"
    """Written down here. Whoever takes the money may know of it or not."""
    SUBMITTED = "submitted"
    """They know of it, and the person or the bank has yet to act."""
    SETTLED = "settled"
    """The money came. What goes back later is counted beside it, never by another state."""
    FAILED = "failed"
    CANCELLED = "cancelled"


STEPS: Final[Mapping[PaymentState, frozenset[PaymentState]]] = {
    PaymentState.STARTED: frozenset(
        {
            PaymentState.SUBMITTED,
            PaymentState.SETTLED,
            PaymentState.FAILED,
            PaymentState.CANCELLED,
        }
    ),
    PaymentState.SUBMITTED: frozenset(
        {PaymentState.SETTLED, PaymentState.FAILED, PaymentState.CANCELLED}
    ),
    PaymentState.SETTLED: frozenset(),
    PaymentState.FAILED: frozenset(),
    PaymentState.CANCELLED: frozenset(),
}
"""The database refuses every other step."""

OPEN_PAYMENT: Final = frozenset({PaymentState.STARTED, PaymentState.SUBMITTED})
"""Nobody knows yet whether the money comes."""


class Route(StrEnum):
    """By whom the money comes. We hold none of it (decision 11)."""

    GOVUK_PAY = "govuk_pay"
    BANK = "bank"
    CASH = "cash"
    BENEFIT = "benefit"


class AgreementState(StrEnum):
    """A person's standing permission to the payment service, which it keeps, not us."""

    CREATED = "created"
    ACTIVE = "active"
    CANCELLED = "cancelled"
    INACTIVE = "inactive"


class AllocationKind(StrEnum):
    """Why pence stand in a department's sequence: they came, or they went back."""

    PAID = "paid"
    REVERSED = "reversed"
    """The payer's bank or we took the payment back. Pence are below 0."""
    RETURNED = "returned"
    """The department sent it back. Pence are below 0."""


class AllocationState(StrEnum):
    PLANNED = "planned"
    """The payment has not come so far."""
    SETTLED = "settled"
    """It counts, and gets its number in the department's sequence."""
    VOID = "void"
    """The payment did not come."""


class Outcome(StrEnum):
    """What became of one allocation at its department."""

    POSTED = "posted"
    IN_SUSPENSE = "in_suspense"
    REJECTED = "rejected"
    RETURNED = "returned"
    HELD = "held"


FINAL: Final = frozenset({Outcome.POSTED, Outcome.REJECTED, Outcome.RETURNED})
"""Another outcome after one of these is a conflict."""


class LineSays(StrEnum):
    """How the department says that its debt stands after an allocation (decision 2)."""

    OPEN = "open"
    CLOSING = "closing"
    CLEARED = "cleared"


class ReceiptReason(StrEnum):
    NONE = ""
    DEBT_CLOSED = "debt_closed"
    HANDLE_UNKNOWN = "handle_unknown"
    AMOUNT_OVER_BALANCE = "amount_over_balance"
    MORATORIUM = "moratorium"
    OTHER = "other"


class RemittanceState(StrEnum):
    """One payment of all departments' pence of a day from the paying account (decision 44)."""

    MADE = "made"
    SENT = "sent"
    """The paying bank has the instruction."""
    CONFIRMED = "confirmed"
    """The department's total is ours."""
    DIFFERS = "differs"
    """It says that it is not; somebody looks."""


class CheckState(StrEnum):
    """Money that staff of a department want to send back waits for a second one of them."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"


class RefundReason(StrEnum):
    OVER = "over"
    """More came than any line needed."""
    RETURNED = "returned"
    """A department sent it back (decision 44)."""
    CHARGED_BACK = "charged_back"
    """The payer's bank took it back: it has happened already."""
    ASKED = "asked"


class RefundState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
    """It did not reach the payer: an operator looks."""


class EntryKind(StrEnum):
    """What an entry on the paying account's statement is."""

    CREDIT = "credit"
    """Money came in."""
    REVERSAL = "reversal"
    """The bank took back a credit of before."""
    RETURNED = "returned"
    """What we had sent came back: never a payment of a person."""


class EntryState(StrEnum):
    """What became of one entry on the paying account's statement."""

    MATCHED = "matched"
    """It is a payment, or took one back."""
    UNMATCHED = "unmatched"
    """Waits in the worklist."""
    HELD = "held"
    """Somebody looks into it: it waits, and is told apart."""
    TO_SEND_BACK = "to_send_back"
    SENT_BACK = "sent_back"
    """The paying bank has the instruction."""
    TAKEN_BACK = "taken_back"
    """The bank took it back before it became a payment."""
    IGNORED = "ignored"
    """Not a payment of a person: a sweep, or interest."""


WORKLIST: Final = frozenset({EntryState.UNMATCHED, EntryState.HELD})
"""Somebody has to decide."""
