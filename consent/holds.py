"""A person says that a debt is wrong, or asks for a pause: kept as a code and a date, no words.

While a request is open its debt stays out of the plan (decision 37, D24).
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from consent.clock import Chance, Clock
from consent.errors import NotFound
from consent.ids import DepartmentCode, GrantId, new_reference
from consent.people import Person
from consent.store import Store, holds
from consent.store.holds import HoldRequest


class Reason(StrEnum):
    """What the person chose on the page (D24)."""

    NOT_MINE = "not_mine"
    AMOUNT = "amount"
    PAID = "paid"
    APPEAL = "appeal"
    COERCED = "coerced"
    SOMEONE_ELSE = "someone_else"
    OTHER = "other"


class HoldState(StrEnum):
    """Where a request stands."""

    SENT = "sent"
    """The department has it."""
    NOT_SENT = "not_sent"
    """The department could not be reached: it can be sent again."""
    LETTER = "letter"
    """The person tells the department by letter or telephone."""
    KEPT_BACK = "kept_back"
    """The person does not want the department to be told."""
    CLOSED = "closed"
    """The person has no problem with the debt any more."""


OPEN = frozenset(HoldState) - {HoldState.CLOSED}


def ask_for_hold(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Person,
    hold_id: UUID,
    department: DepartmentCode,
    debt_token: str,
    debt_tag: str,
    reason: Reason,
    state: HoldState,
) -> HoldRequest:
    """Note that this debt is questioned; an open request for the same debt is closed first.

    `debt_token` is already in the form in which tokens are kept (decision 27), `debt_tag` the keyed
    hash by which a fresh answer is laid beside it.
    """
    now = clock.now()
    hold = HoldRequest(
        hold_id=hold_id,
        subject_id=actor.subject,
        department=department,
        grant_id=None,
        debt_token=debt_token,
        debt_tag=debt_tag,
        reason_code=reason.value,
        state=state.value,
        reference=new_reference(chance, "HD"),
        asked_at=now,
        changed_at=now,
    )
    with store.transaction(actor) as tx:
        for before in holds.of(tx, actor.subject, OPEN):
            if before.debt_tag == debt_tag:
                closed = HoldState.CLOSED.value
                holds.change(tx, actor.subject, before.hold_id, state=closed, now=now)
        holds.add(tx, hold)
    return hold


def note_hold(
    store: Store,
    clock: Clock,
    *,
    actor: Person,
    hold_id: UUID,
    state: HoldState,
    grant_id: GrantId | None = None,
) -> None:
    """Say what became of a request. Raises NotFound, also for another person's."""
    with store.transaction(actor) as tx:
        if not holds.change(
            tx, actor.subject, hold_id, state=state.value, now=clock.now(), grant_id=grant_id
        ):
            raise NotFound("no such request")


def open_holds(store: Store, *, actor: Person) -> list[HoldRequest]:
    """The requests of this person that keep debts out of the plan, newest first."""
    with store.transaction(actor) as tx:
        return holds.of(tx, actor.subject, OPEN)
