"""What the worker tells a department about its own line, and what the person sees of that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from consent.clock import Chance, Clock
from consent.events import Kind, new_event
from consent.ids import DepartmentCode, GrantId
from consent.people import Worker
from consent.purposes import Purpose
from consent.store import Store, Tx, events, grants
from plan.lifecycle import ShareState
from plan.store import plans, shares
from plan.terms import Every, Method
from plan.tokens import unseal


@dataclass(frozen=True, slots=True, repr=False)
class LineToTell:
    """One line as its department may know it: nothing of other departments, nothing of a budget.

    `live` is False once the line has left or was refused: then only that is told (PLAN-21).
    """

    share_id: UUID
    department: DepartmentCode
    reference: str
    grant_id: GrantId
    permission_live: bool
    pairwise_id: str
    subject_handle: str
    kept_token: str
    pence: int
    frequency: Every
    pay_day: int
    method: Method
    starts_on: date
    answer_by: date | None
    state: ShareState
    live: bool

    def token(self, private: bytes) -> str:
        """The debt as the department knows it; `private` is the delivery role's key."""
        return unseal(private, self.kept_token, department=self.department, share_id=self.share_id)


def line_to_tell(store: Store, clock: Clock, share_id: UUID) -> LineToTell | None:
    """Read a line for delivery, as the worker."""
    with store.transaction(Worker()) as tx:
        return _read(tx, clock, share_id)


def note_told(store: Store, clock: Clock, chance: Chance, share_id: UUID) -> None:
    """The department has its line: one more entry in the person's history of use."""
    with store.transaction(Worker()) as tx:
        share = shares.one(tx, share_id)
        if share is None:
            return
        event = new_event(
            chance,
            at=clock.now(),
            subject=share.subject_id,
            grant_id=share.grant_id,
            department=share.department,
            purpose=Purpose.RUN_PLAN.value,
            kind=Kind.PLAN_SHARED,
            by="system",
        )
        events.append(tx, event)


def _read(tx: Tx, clock: Clock, share_id: UUID) -> LineToTell | None:
    share = shares.one(tx, share_id)
    row = plans.one(tx, share.plan_id) if share else None
    grant = grants.by_id(tx, share.grant_id) if share else None
    if share is None or row is None or grant is None:
        return None
    return LineToTell(
        share_id=share.share_id,
        department=share.department,
        reference=row.reference,
        grant_id=share.grant_id,
        permission_live=grant.live(clock.now()),
        pairwise_id=grant.pairwise_id,
        subject_handle=grant.subject_handle,
        kept_token=share.debt_token,
        pence=share.current_pence,
        frequency=row.frequency,
        pay_day=row.pay_day,
        method=row.method,
        starts_on=row.starts_on,
        answer_by=share.answer_by,
        state=share.state,
        live=share.live,
    )
