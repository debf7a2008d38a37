"""New terms for a running plan, after the person has seen old and new side by side (D77).

The old terms are kept beside the new ones. Each department whose part changed is told its own part;
a debt that joins waits for its department's yes, and holds nothing up meanwhile (decision 35).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from consent.clock import Chance, Clock, london_date
from consent.errors import ConsentNeeded, NotFound, SignInTooOld, WrongState
from consent.ids import DepartmentCode, GrantId, PlanId, new_reference
from consent.people import Person
from consent.sessions import RECENT
from consent.store import Store, Tx
from debts.money import NOTHING, Pence
from plan.agree import hold_permissions, share_of
from plan.events import Kind
from plan.lifecycle import LIVE_PLAN, ShareState
from plan.lines import CHANGED, PROPOSED, line_event, plan_event, take_out, tell
from plan.progress import LineSoFar
from plan.review import looked_at
from plan.rules.frequencies import Frequency, converted_up
from plan.rules.strategies import StrategyName
from plan.rules.vary import Kept, share_again
from plan.share import Line, must_add_up
from plan.store import instalments, plans, shares, versions
from plan.store.plans import PlanRow
from plan.store.shares import ShareRow
from plan.terms import Every, Terms, Tier, VaryReason
from plan.tokens import TokenKeeper
from plan.working_days import WorkingDays


@dataclass(frozen=True, slots=True)
class Varied:
    """The plan's new version, and the day of its next payment."""

    version: int
    next_due: date


@dataclass(frozen=True, slots=True)
class Seen:
    """What the person had before them: the plan, its version, and how fresh their sign-in is."""

    plan_id: PlanId
    version: int
    signed_in_at: datetime


def shares_for(
    live: Sequence[ShareRow],
    payment: int,
    strategy: StrategyName,
    *,
    before: Every = Every.MONTH,
    after: Every = Every.MONTH,
) -> list[Pence]:
    """Each live line's pence of another payment, by what the plan kept (decision 29); `before` and
    `after` are how often it is paid."""
    lines = [kept(share, share.current_pence, before, after) for share in live]
    return share_again(payment, lines, strategy)


def kept(
    line: ShareRow | LineSoFar, pence: int, before: Every = Every.MONTH, after: Every = Every.MONTH
) -> Kept:
    """What sharing again needs to know of a line that gets `pence` now. A least amount stays one
    where it is paid more or less often from now on."""
    least = NOTHING
    if line.at_minimum:
        least = converted_up(pence, Frequency(before), Frequency(after))
    return Kept(line.weight_ppm, line.tier is Tier.PRIORITY, line.rank, least)


def vary_amount(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Person,
    seen: Seen,
    terms: Terms,
    working_days: WorkingDays,
) -> Varied:
    """Another amount, another day or another frequency, the same lines. A department whose part
    changes is told, and of another frequency each is. Raises NotFound, WrongState (also where the
    plan has changed since it was shown), SignInTooOld and BelowMinimums."""
    with store.transaction(actor) as tx:
        row = _held(tx, clock, seen)
        live = [share for share in shares.of_plan(tx, row.plan_id) if share.live]
        parts = shares_for(
            live, terms.payment_pence, terms.strategy, before=row.frequency, after=terms.every
        )
        changed = [
            (share, pence)
            for share, pence in zip(live, parts, strict=True)
            if share.current_pence != pence
        ]
        for share, pence in changed:
            shares.set_pence(tx, share.share_id, pence)
        told = [share for share, _ in changed] if row.frequency is terms.every else live
        tell(tx, CHANGED, told, clock.now(), version=row.version + 1)
        return _close(tx, clock, chance, row, terms, VaryReason.AMOUNT, working_days)


def vary_lines(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Person,
    seen: Seen,
    terms: Terms,
    lines: Sequence[Line],
    permissions: Mapping[DepartmentCode, GrantId],
    keeper: TokenKeeper,
    working_days: WorkingDays,
) -> Varied:
    """New lines from fresh answers: debts join, stay at another share, or leave.

    A debt is known again by its tag. Raises as `vary_amount`, and ConsentNeeded for a department
    without a live permission to run the plan, SharesDoNotAddUp.
    """
    must_add_up(lines, terms.payment_pence)
    with store.transaction(actor) as tx:
        if not {line.department for line in lines} <= permissions.keys():
            raise ConsentNeeded("a department in the plan has no permission to run it")
        hold_permissions(tx, actor, lines, permissions, clock.now())
        row = _held(tx, clock, seen)
        before = {share.debt_tag: share for share in shares.of_plan(tx, row.plan_id)}
        stays = set()
        for line in lines:
            tag = keeper.tag(line.token, department=line.department, subject=row.subject_id)
            stays.add(tag)
            _lay(tx, clock, chance, row, before.get(tag), line, permissions, keeper)
        gone = [share for tag, share in before.items() if share.live and tag not in stays]
        take_out(tx, chance, clock.now(), row, gone, "person")
        return _close(tx, clock, chance, row, terms, VaryReason.LINES, working_days)


def _held(tx: Tx, clock: Clock, seen: Seen) -> PlanRow:
    if clock.now() - seen.signed_in_at > RECENT:
        raise SignInTooOld("sign in again to change a plan")
    row = plans.locked(tx, seen.plan_id)
    if row is None:
        raise NotFound("no such plan")
    if row.state not in LIVE_PLAN or row.version != seen.version:
        raise WrongState("the plan has changed since it was shown")
    return row


def _lay(
    tx: Tx,
    clock: Clock,
    chance: Chance,
    row: PlanRow,
    before: ShareRow | None,
    line: Line,
    permissions: Mapping[DepartmentCode, GrantId],
    keeper: TokenKeeper,
) -> None:
    """One line of the new terms beside what the plan had of it."""
    now = clock.now()
    if before is not None and before.live:
        shares.set_terms(tx, before.share_id, line)
        if before.current_pence != line.pence:
            tell(tx, CHANGED, [before], now, version=row.version + 1)
        return
    part = shares.part_reference(tx, row.plan_id, line.department) or new_reference(chance, "PL")
    fresh = share_of(chance, row, line, permissions, keeper, part=part, since=now)
    if before is None:
        shares.add(tx, [fresh])
    else:
        fresh = shares.join_again(tx, before, fresh)
    event = line_event(chance, now, row, fresh, Kind.LINE_JOINED, "person")
    shares.set_state(tx, fresh.share_id, ShareState.PENDING, event)
    tell(tx, PROPOSED, [fresh], now, version=row.version + 1)


def _close(
    tx: Tx,
    clock: Clock,
    chance: Chance,
    row: PlanRow,
    terms: Terms,
    reason: VaryReason,
    working_days: WorkingDays,
) -> Varied:
    """Keep the old terms, write the new ones, and move the next payment if its day is another. New
    terms are a look at the plan: where one was due, the next is a year on (PLAN-06)."""
    now = clock.now()
    versions.close(tx, row, until=now, reason=reason)
    plans.change_terms(tx, row, terms, plan_event(chance, now, row, Kind.CHANGED, "person"))
    looked_at(tx, clock, chance, row)
    ahead = plans.ahead_of(tx, row.plan_id)
    next_due = ahead.due_on if ahead else row.starts_on
    if (row.pay_day, row.frequency) != (terms.pay_day, terms.every):
        today = london_date(now)
        step = terms.first_on
        if step is None and row.frequency is terms.every and terms.every is not Every.MONTH:
            step = working_days.in_week_of(next_due, row.pay_day, terms.pay_day)
        next_due = working_days.first_collection(today, terms.pay_day, terms.every, step=step)
        while row.look_again_on and next_due < row.look_again_on - timedelta(days=7):
            next_due = working_days.next_collection(next_due, terms.pay_day, terms.every)
        # One that fell due may have been moved to a later day: two never fall together.
        while any(each.due_on >= next_due for each in instalments.fallen(tx, row.plan_id)):
            next_due = working_days.next_collection(next_due, terms.pay_day, terms.every)
        plans.move_ahead(tx, row.plan_id, next_due)
    return Varied(row.version + 1, next_due)
