"""F97: the ways to share one payment, side by side for the person: how long, and what ends when.

The payment is the same for each, so what differs is who is paid first. The choice lives in the
visit like every other one, and the name of the strategy is kept with the plan (decision 9).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import plan_case, plan_dates, plan_words
from app.citizen.plan_case import Worked
from app.citizen.plan_steps import PLAN
from app.citizen.plan_words import Bar
from app.http.access import signed_in
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext as _
from app.http.text import lazy_gettext as _l
from debts.ephemeral import Ephemeral
from plan.rules.proposal import Proposal, propose
from plan.rules.strategies import StrategyName
from plan.rules.words import SHARED
from plan.rules.words import WAYS as NAMES

blueprint = Blueprint("plan_ways", __name__)
WAYS: Final = "/plan/ways"


@dataclass(frozen=True, slots=True, repr=False)
class Way(Ephemeral):
    """One way. `first` is the debt that ends first, where not all end together; `waits` that a debt
    which can hurt most ends later than in the way that we would take, which is `usual`."""

    strategy: StrategyName
    name: str
    words: str
    first: Bar | None
    bars: list[Bar]
    payments: int
    usual: bool
    waits: bool


class Which(FormSchema):
    way = Choice(
        [name.value for name in NAMES], empty=_l("Select how you want to share your payment")
    )


@blueprint.get(WAYS)
@signed_in
def ways() -> Response:
    worked = plan_case.before_plan()
    if worked is None or not worked.possible or len(worked.proposal.shares) < 2:
        return redirect(PLAN, 303)
    return _page(worked, blank(way=worked.proposal.strategy))


@blueprint.post(WAYS)
@signed_in
def chosen() -> Response:
    worked = plan_case.before_plan()
    if worked is None or not worked.possible:
        return redirect(PLAN, 303)
    form = read_form(Which())
    if not form.ok:
        return _page(worked, form)
    plan_case.keep(strategy=form.data["way"], settled=False)
    return redirect(PLAN, 303)


def ways_of(worked: Worked) -> list[Way]:
    """The usual way first; of two that come to the same payments, the first stands for both."""
    case = replace(worked.case, payment=worked.proposal.payment)
    usual = propose(replace(case, strategy=None), worked.policy)
    found: dict[object, Way] = {}
    for strategy in (usual.strategy, *NAMES):
        if strategy is None:
            continue
        proposal = propose(replace(case, strategy=strategy), worked.policy)
        if proposal.schedule is None:
            continue
        same = tuple((run.first, run.shares) for run in proposal.schedule.runs)
        if same not in found:
            found[same] = _way(worked, proposal, strategy, usual)
    return list(found.values())


def _way(worked: Worked, proposal: Proposal, strategy: StrategyName, usual: Proposal) -> Way:
    count = proposal.payments or 1
    rows = plan_words.rows(worked, proposal)
    days = plan_dates.payment_days(worked.rhythm, count)
    bars = plan_words.bars(rows, days, worked.every)
    ends = [row.paid_off_in for row in rows]
    waits = any(
        share.priority and share.paid_off_in > before.paid_off_in
        for share, before in zip(proposal.shares, usual.shares, strict=True)
    )
    return Way(
        strategy=strategy,
        name=_(NAMES[strategy]),
        words=_(SHARED[strategy]),
        first=bars[ends.index(min(ends))] if min(ends) < max(ends) else None,
        bars=bars,
        payments=count,
        usual=strategy is usual.strategy,
        waits=waits,
    )


def _page(worked: Worked, form: Form) -> Response:
    found = ways_of(worked)
    counts = {way.payments for way in found}
    days = plan_dates.payment_days(worked.rhythm, max(counts))
    return page(
        "citizen/plan/ways.html",
        form=form,
        ways=found,
        payment=worked.proposal.payment,
        every=worked.every,
        same=len(counts) == 1,
        count=max(counts),
        finish=plan_dates.month_and_year(days[-1]),
    )
