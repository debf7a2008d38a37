"""What the worker tells a department about its part of a plan, and what the person sees of it."""

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
from plan.store import plans, shares
from plan.terms import Every, Method
from plan.tokens import unseal


@dataclass(frozen=True, slots=True, repr=False)
class LineToTell:
    """One live line. `pence` is its part of each payment."""

    share_id: UUID
    department: DepartmentCode
    kept_token: str
    pence: int

    def token(self, private: bytes) -> str:
        """The debt as the department knows it; `private` is the delivery role's key."""
        return unseal(private, self.kept_token, department=self.department, share_id=self.share_id)


@dataclass(frozen=True, slots=True, repr=False)
class PartToTell:
    """A department's part of a plan: nothing of other departments, nothing of a budget.

    `lines` are those that are live; where there are none it is told "no longer in the plan".
    `reference` is the department's own of the plan.
    """

    department: DepartmentCode
    reference: str
    grant_id: GrantId
    permission_live: bool
    pairwise_id: str
    subject_handle: str
    frequency: Every
    pay_day: int
    method: Method
    starts_on: date
    look_again_on: date | None
    answer_by: date | None
    lines: tuple[LineToTell, ...]


def part_to_tell(store: Store, clock: Clock, share_id: UUID) -> PartToTell | None:
    """Read for delivery, as the worker: the part to which this line belongs or belonged."""
    with store.transaction(Worker()) as tx:
        return _read(tx, clock, share_id)


def note_told(store: Store, clock: Clock, chance: Chance, share_id: UUID) -> None:
    """The department has its part: one more entry in the person's history of use (SEC-15)."""
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


def _read(tx: Tx, clock: Clock, share_id: UUID) -> PartToTell | None:
    share = shares.one(tx, share_id)
    row = plans.one(tx, share.plan_id) if share else None
    grant = grants.by_id(tx, share.grant_id) if share else None
    if share is None or row is None or grant is None:
        return None
    ours = [
        line
        for line in shares.of_plan(tx, row.plan_id)
        if line.department == share.department and line.live
    ]
    return PartToTell(
        department=share.department,
        reference=share.part_reference,
        grant_id=share.grant_id,
        permission_live=grant.live(clock.now()),
        pairwise_id=grant.pairwise_id,
        subject_handle=grant.subject_handle,
        frequency=row.frequency,
        pay_day=row.pay_day,
        method=row.method,
        starts_on=row.starts_on,
        look_again_on=row.look_again_on,
        answer_by=share.answer_by,
        lines=tuple(
            LineToTell(line.share_id, line.department, line.debt_token, line.current_pence)
            for line in ours
        ),
    )
