"""A person's plan so far, as their pages show it (D08, D67 to D69, D87). Amounts are pence.

How much is left is not here: that is worked out from a fresh answer when the person looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from consent.ids import DepartmentCode, GrantId, PlanId
from consent.people import Person
from consent.store import Store, Tx
from plan.lifecycle import LIVE_PLAN, LIVE_SHARE, PlanState, ShareState
from plan.store import enforcement as words
from plan.store import kept, plans, resting, shares
from plan.store.enforcement import EnforcementWord
from plan.store.kept import KeptTable
from plan.store.shares import ShareRow
from plan.terms import EndedReason, Every, Method, NotWaiting, Reason, Tier


@dataclass(frozen=True, slots=True)
class LineSoFar:
    """One line. `debt_tag` lays it beside a fresh answer (`TokenKeeper.tag`); `part_reference` is
    how the department knows the plan, `enforcement` its last word on other ways to collect."""

    share_id: UUID
    department: DepartmentCode
    grant_id: GrantId
    pence: int
    tier: Tier
    weight_ppm: int
    rank: int | None
    at_minimum: bool
    state: ShareState
    answer_by: date | None
    answered_at: datetime | None
    reason: Reason
    asked_pence: int | None
    debt_tag: str
    charges_stop: bool = False
    part_reference: str = ""
    enforcement: EnforcementWord | None = None

    @property
    def live(self) -> bool:
        return self.state in LIVE_SHARE


@dataclass(frozen=True, slots=True)
class PlanSoFar:
    """The running plan, or the last one. `payment` is what is taken each time if all agree;
    `next_due` the day of the next payment, the earliest one while nobody has agreed. `rests`: it
    is paused because the helpline was told that its owner has died (PLAN-12)."""

    plan_id: PlanId
    reference: str
    state: PlanState
    version: int
    payment: int
    frequency: Every
    pay_day: int
    method: Method
    strategy: str
    policy_version: str
    agreed_at: datetime
    starts_on: date
    next_due: date | None
    payments_made: int
    review_month: date
    look_again_on: date | None
    review_by: date | None
    rests: bool
    ended_at: datetime | None
    ended_reason: EndedReason | None
    lines: tuple[LineSoFar, ...]

    @property
    def live(self) -> bool:
        return self.state in LIVE_PLAN

    @property
    def agreed_payment(self) -> int:
        """What is taken next: the lines that departments have agreed to (decision 35)."""
        return sum(line.pence for line in self.lines if line.state is ShareState.AGREED)

    @property
    def waiting_for(self) -> tuple[DepartmentCode, ...]:
        """Departments that have not answered every one of their lines."""
        waiting = (line for line in self.lines if line.state is ShareState.PENDING)
        return tuple(dict.fromkeys(line.department for line in waiting))

    @property
    def freed(self) -> int:
        """Pence that lines which left or were refused no longer take each time."""
        gone = (ShareState.LEFT, ShareState.REFUSED)
        return sum(line.pence for line in self.lines if line.state in gone)

    def due_for_review(self, today: date) -> bool:
        return self.live and today >= self.review_month

    def departments(self) -> dict[DepartmentCode, tuple[LineSoFar, ...]]:
        """The lines of each department, in the order of departments."""
        codes = dict.fromkeys(line.department for line in self.lines)
        return {
            code: tuple(line for line in self.lines if line.department == code) for code in codes
        }


def progress(store: Store, *, actor: Person) -> PlanSoFar | None:
    """This person's running plan, else the last one, else nothing."""
    with store.transaction(actor) as tx:
        return progress_in(tx, actor)


def progress_in(tx: Tx, actor: Person) -> PlanSoFar | None:
    """As `progress`, inside an open transaction."""
    row = plans.newest_of(tx, actor.subject)
    if row is None:
        return None
    ahead = plans.ahead_of(tx, row.plan_id)
    lines = shares.of_plan(tx, row.plan_id)
    said = words.newest(tx, [share.share_id for share in lines])
    return PlanSoFar(
        plan_id=row.plan_id,
        reference=row.reference,
        state=row.state,
        version=row.version,
        payment=row.payment_pence,
        frequency=row.frequency,
        pay_day=row.pay_day,
        method=row.method,
        strategy=row.strategy,
        policy_version=row.policy_version,
        agreed_at=row.agreed_at,
        starts_on=row.starts_on,
        next_due=ahead.due_on if ahead else None,
        payments_made=plans.paid_times(tx, row.plan_id),
        review_month=row.review_month,
        look_again_on=row.look_again_on,
        review_by=row.review_by,
        rests=row.state is PlanState.PAUSED and resting.owner_died(tx, row.plan_id),
        ended_at=row.ended_at,
        ended_reason=row.ended_reason,
        lines=tuple(_line(share, said.get(share.share_id)) for share in lines),
    )


def everything_kept(store: Store, *, actor: Person) -> tuple[KeptTable, ...]:
    """Every row of every plan of this person, column by column, for D87."""
    with store.transaction(actor) as tx:
        return kept.of_subject(tx, actor.subject)


def _line(share: ShareRow, enforcement: EnforcementWord | None) -> LineSoFar:
    return LineSoFar(
        share_id=share.share_id,
        department=share.department,
        grant_id=share.grant_id,
        pence=share.current_pence,
        tier=share.tier,
        weight_ppm=share.weight_ppm,
        rank=share.rank,
        at_minimum=share.at_minimum,
        state=share.state,
        answer_by=share.answer_by,
        answered_at=share.answered_at,
        reason=share.reason_code,
        asked_pence=share.asked_pence,
        debt_tag=share.debt_tag,
        part_reference=share.part_reference,
        charges_stop=share.charges_stop,
        enforcement=None if _no_longer_true(share, enforcement) else enforcement,
    )


def _no_longer_true(share: ShareRow, word: EnforcementWord | None) -> bool:
    """It went on because it had not agreed, and has agreed since."""
    return word is not None and share.agreed and word.reason_code == NotWaiting.NOT_AGREED
