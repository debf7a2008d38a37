"""Codes in the words of the console."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.department_console import plan_words
from app.http.text import lazy_gettext as _l
from consent.answer_hold import Decision
from consent.lifecycle import State
from consent.purposes import Purpose
from plan.paying import AllocationKind, LineSays, Outcome, ReceiptReason, RemittanceState

Words = Mapping[Any, Any]
PURPOSES: Final[Words] = {
    Purpose.VIEW_DEBTS: _l("Show the person what they owe you"),
    Purpose.RUN_PLAN: _l("Run one payment plan"),
    Purpose.SHARE_BUDGET_TOTALS: _l("Send you their budget totals"),
    Purpose.HOLD_OR_QUERY: _l("Ask you about a debt or for a hold"),
    Purpose.SHARE_SUPPORT_NEEDS: _l("Tell you of help they need"),
    Purpose.ADVISER_ACCESS: _l("Let an adviser act for them"),
    Purpose.RESEARCH: _l("Research"),
}
STATES: Final[Words] = {
    State.GIVEN: _l("In force"),
    State.RENEWED: _l("In force"),
    State.SUSPENDED: _l("Paused: do not use it"),
    State.WITHDRAWN: _l("Stopped by the person"),
    State.EXPIRED: _l("Ended on its last day"),
    State.CONSUMED: _l("Ended: it was for one use"),
    State.REVOKED: _l("Stopped"),
    State.INVALIDATED: _l("Never in force"),
}
DAYS: Final[Words] = {
    RemittanceState.MADE: _l("Being sent"),
    RemittanceState.SENT: _l("Sent"),
    RemittanceState.CONFIRMED: _l("You confirmed it"),
    RemittanceState.DIFFERS: _l("You said it differs"),
}
KINDS: Final[Words] = {
    AllocationKind.PAID: _l("Payment"),
    AllocationKind.REVERSED: _l("Taken back by the bank"),
    AllocationKind.RETURNED: _l("Sent back by you"),
}
METHODS: Final[Words] = plan_words.METHODS
OUTCOMES: Final[Words] = {
    Outcome.POSTED: _l("In its place"),
    Outcome.IN_SUSPENSE: _l("Not placed yet"),
    Outcome.HELD: _l("On hold"),
    Outcome.RETURNED: _l("Sent back"),
    Outcome.REJECTED: _l("Not taken"),
}
REASONS: Final[Words] = {
    ReceiptReason.HANDLE_UNKNOWN: _l("We do not know this debt"),
    ReceiptReason.DEBT_CLOSED: _l("The debt is paid or closed"),
    ReceiptReason.AMOUNT_OVER_BALANCE: _l("It is more than is owed"),
    ReceiptReason.MORATORIUM: _l("The debt may not be collected now"),
    ReceiptReason.OTHER: _l("Something else"),
}
LINES: Final[Words] = {
    LineSays.OPEN: _l("More will be paid"),
    LineSays.CLOSING: _l("Nearly paid"),
    LineSays.CLEARED: _l("Paid off"),
}
ASKED: Final[Words] = {
    "not_mine": _l("It is not my debt"),
    "amount": _l("The amount is wrong"),
    "paid": _l("I have paid it"),
    "appeal": _l("I have appealed"),
    "coerced": _l("Somebody made me owe it"),
    "someone_else": _l("It belongs to somebody else"),
    "other": _l("Something else"),
}
DECISIONS: Final[Words] = {
    Decision.HELD: _l("We hold the debt"),
    Decision.CHANGED: _l("We have put it right"),
    Decision.NOT_UPHELD: _l("The debt is right as it is"),
    Decision.MORE_TIME_NEEDED: _l("We need more time"),
}
