"""The payment run, set-based: what fell due of many plans in a few statements (decision 16).

Time and memory grow with the batch and not with what is kept: each statement finds its rows by the
plans that were claimed. Plans in which a line nears its end, or money came ahead or is on its way,
are `special`: `plan.collect` does them one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text

from consent.ids import PlanId
from consent.store import Tx
from plan.terms import Every


@dataclass(frozen=True, slots=True)
class Due:
    """One plan whose payment day has come, claimed."""

    plan_id: PlanId
    due_on: date
    pay_day: int
    frequency: Every
    special: bool


Day = tuple[date, int, str]
"""A payment day: the date, the day that the person chose, how often they pay."""

_CLAIM: Final = text(
    """
    with near as materialized (
        select p.plan_id, p.pay_day, p.frequency, i.due_on, i.paid_pence
        from instalment i join plan p using (plan_id)
        where i.state = 'planned' and i.due_on <= :today and p.state = 'active'
        order by i.due_on
        limit :most
        for update of p, i skip locked
    )
    select n.plan_id, n.due_on, n.pay_day, n.frequency,
        n.paid_pence > 0
        or exists (select from plan_share s where s.plan_id = n.plan_id and s.state = 'agreed'
            and s.closing_pence is not null)
        or exists (select from payment m where m.plan_id = n.plan_id
            and m.state in ('started', 'submitted'))
    from near n
    """
)
"""The instalment is held too, not only its plan: another worker may have had it a moment ago, which
only the row that it changed can tell."""
_WAITING: Final = text(
    "select count(*) from instalment i join plan p using (plan_id)"
    " where i.state = 'planned' and i.due_on <= :today and p.state = 'active'"
)
_FIX: Final = text(
    """
    update instalment i
    set amount_pence = d.amount, state = case when d.amount > 0 then 'due' else 'skipped' end
    from (
        select s.plan_id, sum(case when s.state = 'agreed' then s.current_pence else 0 end)::int
            as amount
        from plan_share s where s.plan_id = any(:plans) group by s.plan_id
    ) d
    where i.plan_id = d.plan_id and i.state = 'planned' and i.due_on <= :today
    """
)
_NEXT: Final = text(
    """
    with fallen as materialized (
        select i.plan_id, i.sequence, i.subject_id, i.amount_pence, p.pay_day, p.frequency,
            i.due_on
        from plan p
        cross join lateral (
            select * from instalment l where l.plan_id = p.plan_id order by l.sequence desc limit 1
        ) i
        where p.plan_id = any(:plans)
    ), ahead as (
        insert into instalment (plan_id, sequence, subject_id, due_on, state)
        select f.plan_id, f.sequence + 1, f.subject_id, n.next_due, 'planned'
        from fallen f join unnest(cast(:due_on as date[]), cast(:pay_day as smallint[]),
            cast(:frequency as text[]), cast(:next_due as date[]))
            as n (due_on, pay_day, frequency, next_due)
            on n.due_on = f.due_on and n.pay_day = f.pay_day and n.frequency = f.frequency
    ), told as (
        insert into plan_event (event_id, at, subject_id, plan_id, kind, by_kind)
        select md5(:salt || 'e' || plan_id || sequence)::uuid, :now, subject_id, plan_id,
            'fell_due', 'clock'
        from fallen
    ), paid as (
        insert into payment (payment_id, plan_id, subject_id, state, route, agreement_id,
            instalment, amount_pence, made_at, check_at)
        select md5(:salt || 'p' || f.plan_id || f.sequence)::uuid, f.plan_id, f.subject_id,
            'started', 'govuk_pay', a.agreement_id, f.sequence, f.amount_pence, :now, :now
        from fallen f join agreement a on a.plan_id = f.plan_id and a.state = 'active'
        where f.amount_pence > 0
        returning payment_id, plan_id, subject_id, instalment
    )
    insert into allocation (allocation_id, payment_id, plan_id, subject_id, share_id, department,
        kind, state, pence, most_next_pence, made_at)
    select md5(:salt || 'a' || s.share_id || m.instalment)::uuid, m.payment_id, m.plan_id,
        m.subject_id, s.share_id, s.department, 'paid', 'planned', s.current_pence,
        2 * s.current_pence, :now
    from paid m join plan_share s on s.plan_id = m.plan_id
    where s.state = 'agreed' and s.current_pence > 0
    """
)


def waiting(tx: Tx, today: date) -> int:
    """How many payment days of running plans have come and have not fallen due."""
    return int(tx.connection.execute(_WAITING, {"today": today}).scalar_one())


def claim(tx: Tx, today: date, *, most: int) -> list[Due]:
    """Running plans whose payment day has come, the longest waiting first, held."""
    rows = tx.connection.execute(_CLAIM, {"today": today, "most": most})
    return [Due(PlanId(row[0]), row[1], row[2], Every(row[3]), bool(row[4])) for row in rows]


def fall_due(
    tx: Tx,
    plans: Sequence[UUID],
    *,
    following: Mapping[Day, date],
    today: date,
    now: datetime,
    salt: str,
) -> None:
    """For each of these plans: fix what the day comes to, plan the next one, note the event, and
    where the person has a standing agreement write down the payment with its allocations."""
    ids = list(plans)
    if not ids:
        return
    tx.connection.execute(_FIX, {"plans": ids, "today": today})
    days = list(following)
    tx.connection.execute(
        _NEXT,
        {
            "plans": ids,
            "due_on": [day[0] for day in days],
            "pay_day": [day[1] for day in days],
            "frequency": [day[2] for day in days],
            "next_due": list(following.values()),
            "now": now,
            "salt": salt,
        },
    )
