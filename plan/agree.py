"""A person agrees to a plan: its lines, its first payment, and word to each department."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from consent.clock import Chance, Clock, london_date
from consent.errors import ConsentEnded, ConsentNeeded, SignInTooOld, WrongState
from consent.ids import DepartmentCode, GrantId, PlanId, new_reference, new_uuid
from consent.people import Person
from consent.purposes import Purpose
from consent.sessions import RECENT
from consent.store import Store, Tx, grants
from plan.events import Kind, PlanEvent
from plan.lifecycle import PlanState, ShareState
from plan.lines import PROPOSED, tell
from plan.rules.review import first_review
from plan.share import Line, must_add_up
from plan.store import plans, shares
from plan.store.plans import Ahead, PlanRow
from plan.store.shares import ShareRow
from plan.terms import Reason, Terms
from plan.tokens import TokenKeeper
from plan.working_days import WorkingDays


class PlanRunsAlready(WrongState):
    """Another plan of this person is live; it is changed or stopped first."""

    code = "plan_runs_already"


@dataclass(frozen=True, slots=True)
class PlanAgreed:
    """What was recorded. `starts_on` is the earliest first payment: it moves on while nobody has
    agreed. `answer_by` is the last day for an answer, where the register sets one."""

    plan_id: PlanId
    reference: str
    starts_on: date
    answer_by: date | None


def agree(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Person,
    signed_in_at: datetime,
    terms: Terms,
    lines: Sequence[Line],
    permissions: Mapping[DepartmentCode, GrantId],
    keeper: TokenKeeper,
    working_days: WorkingDays,
    post_key: str,
) -> PlanAgreed:
    """Record the plan; the same post twice gives the same plan. A person has one live plan.

    Each department's `run_plan` permission is read again, and held, in this transaction.
    Raises SharesDoNotAddUp, SignInTooOld, ConsentNeeded, ConsentEnded, PlanRunsAlready.
    """
    with store.transaction(actor) as tx:
        return agree_in(
            tx,
            clock,
            chance,
            actor=actor,
            signed_in_at=signed_in_at,
            terms=terms,
            lines=lines,
            permissions=permissions,
            keeper=keeper,
            working_days=working_days,
            post_key=post_key,
        )


def agree_in(
    tx: Tx,
    clock: Clock,
    chance: Chance,
    *,
    actor: Person,
    signed_in_at: datetime,
    terms: Terms,
    lines: Sequence[Line],
    permissions: Mapping[DepartmentCode, GrantId],
    keeper: TokenKeeper,
    working_days: WorkingDays,
    post_key: str,
) -> PlanAgreed:
    """As `agree`, inside a transaction that is already open."""
    post_hash = hashlib.sha256(post_key.encode()).hexdigest()
    before = plans.of_post(tx, actor.subject, post_hash)
    if before is not None:
        return _agreed(tx, before)
    must_add_up(lines, terms.payment_pence)
    now = clock.now()
    if now - signed_in_at > RECENT:
        raise SignInTooOld("sign in again to agree to a plan")
    hold_permissions(tx, actor, lines, permissions, now)
    row = _plan(chance, actor, terms, working_days, post_hash, now)
    event = PlanEvent(new_uuid(chance), now, actor.subject, row.plan_id, Kind.AGREED, "person")
    if not plans.add(tx, row, event):
        before = plans.of_post(tx, actor.subject, post_hash)
        if before is None:
            raise PlanRunsAlready("this person has a plan already")
        return _agreed(tx, before)
    parts = {
        code: new_reference(chance, "PL") for code in sorted({one.department for one in lines})
    }
    rows = [
        share_of(chance, row, line, permissions, keeper, part=parts[line.department], since=now)
        for line in lines
    ]
    shares.add(tx, rows)
    plans.add_ahead(tx, actor.subject, Ahead(row.plan_id, 1, row.starts_on))
    tell(tx, PROPOSED, rows, now)
    return _agreed(tx, row)


def hold_permissions(
    tx: Tx,
    actor: Person,
    lines: Sequence[Line],
    permissions: Mapping[DepartmentCode, GrantId],
    now: datetime,
) -> None:
    """Each department's permission is live, and cannot end before this plan is recorded."""
    needed = {line.department for line in lines}
    if not needed <= permissions.keys():
        raise ConsentNeeded("a department in the plan has no permission to run it")
    for grant_id, department in sorted((permissions[code], code) for code in needed):
        grant = grants.one(tx, actor.subject, grant_id, lock=True)
        if grant is None or grant.purpose is not Purpose.RUN_PLAN or grant.department != department:
            raise ConsentNeeded("a department in the plan has no permission to run it")
        if not grant.live(now):
            raise ConsentEnded("a permission to run the plan has ended")


def _plan(
    chance: Chance,
    actor: Person,
    terms: Terms,
    working_days: WorkingDays,
    post_hash: str,
    now: datetime,
) -> PlanRow:
    starts_on = working_days.first_collection(
        london_date(now), terms.pay_day, terms.every, step=terms.first_on
    )
    return PlanRow(
        plan_id=PlanId(new_uuid(chance)),
        subject_id=actor.subject,
        reference=new_reference(chance, "PL"),
        state=PlanState.PROPOSED,
        payment_pence=terms.payment_pence,
        frequency=terms.every,
        pay_day=terms.pay_day,
        method=terms.method,
        strategy=terms.strategy.value,
        policy_version=terms.policy_version,
        wording_version=terms.wording_version,
        starts_on=starts_on,
        review_month=first_review(starts_on, changes_soon=terms.changes_soon),
        agreed_at=now,
        ended_at=None,
        ended_reason=None,
        version=1,
        look_again_on=None,
        review_by=None,
        post_hash=post_hash,
    )


def share_of(
    chance: Chance,
    row: PlanRow,
    line: Line,
    permissions: Mapping[DepartmentCode, GrantId],
    keeper: TokenKeeper,
    *,
    part: str,
    since: datetime,
) -> ShareRow:
    """The row of a line that its department has yet to answer, counted from `since`. `part` is the
    reference by which this department knows the plan (SEC-59)."""
    share_id: UUID = new_uuid(chance)
    code = line.department
    answer_by = london_date(since) + timedelta(days=line.silence_days)
    return ShareRow(
        share_id=share_id,
        plan_id=row.plan_id,
        subject_id=row.subject_id,
        department=code,
        grant_id=permissions[code],
        debt_token=keeper.keep(line.token, opaque=line.opaque, department=code, share_id=share_id),
        debt_tag=keeper.tag(line.token, department=code, subject=row.subject_id),
        part_reference=part,
        tier=line.tier,
        current_pence=int(line.pence),
        weight_ppm=line.weight_ppm,
        rank=line.rank,
        at_minimum=line.at_minimum,
        charges_stop=line.charges_stop,
        state=ShareState.PENDING,
        answer_by=answer_by if line.silence_days else None,
        answered_at=None,
        reason_code=Reason.NONE,
    )


def _agreed(tx: Tx, row: PlanRow) -> PlanAgreed:
    days = [share.answer_by for share in shares.of_plan(tx, row.plan_id) if share.answer_by]
    return PlanAgreed(row.plan_id, row.reference, row.starts_on, max(days, default=None))
