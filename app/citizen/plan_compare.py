"""D77: another amount or day for a running plan, shown beside the old one before it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import plan_case, plan_dates, plan_words, who
from app.citizen.plan_change import running
from app.citizen.plan_day import day_of_week, weekdays
from app.citizen.plan_draft import OtherTerms
from app.citizen.plan_other_often import AMOUNT, COMPARE, FIRST_DAY, asks_first_day, looked_at
from app.citizen.plan_progress import left_to_pay
from app.citizen.plan_steps import PLAN, PROGRESS
from app.citizen.slots import PLAN_OTHER
from app.citizen.view import current_view
from app.http import session
from app.http.access import signed_in, signed_in_recently
from app.http.current import services
from app.http.fields import Choice, DayOfMonth, Money
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.often import often
from app.http.pages import page
from app.http.text import gettext as _
from app.http.text import lazy_gettext as _l
from consent.errors import WrongState
from debts.ephemeral import Ephemeral
from debts.money import Pence, format_pounds
from plan.progress import PlanSoFar
from plan.rules.allocation import BelowMinimums
from plan.rules.frequencies import TIMES_A_YEAR, Frequency, at_most
from plan.rules.strategies import StrategyName
from plan.rules.vary import share_again
from plan.terms import Every, Terms
from plan.vary import Seen, kept, vary_amount

blueprint = Blueprint("plan_compare", __name__)
LEAST: Final = 500
MOST: Final = 1_000_000
"""Pence a month."""


def _other(every: Every) -> FormSchema:
    words = often(every)
    most = at_most(MOST, Frequency(every))

    class Other(FormSchema):
        amount = Money.between(
            _("Amount %(often)s", often=words),
            _least(every),
            most,
            empty=_("Enter how much you want to pay %(often)s", often=words),
        )
        day: Any = (
            DayOfMonth(empty=_l("Day of the month must be between 1 and 28"))
            if every is Every.MONTH
            else day_of_week(every)
        )

    return Other()


def _least(every: Every) -> Pence:
    return at_most(LEAST, Frequency(every))


class Which(FormSchema):
    plan = Choice(
        ("new", "old"), empty=_l("Select if you want to keep your plan or use the new one")
    )


@dataclass(frozen=True, slots=True, repr=False)
class Beside(Ephemeral):
    """One department's part now and then, in pence of each payment."""

    name: str
    now: Pence
    then: Pence


@blueprint.get(AMOUNT)
@signed_in
def other() -> Response:
    plan = running()
    if plan is None:
        return redirect(PLAN, 303)
    known = looked_at(plan)
    amount = format_pounds(Pence(known.pence)).removeprefix("£")
    return _ask(plan, known, blank(amount=amount, day=str(known.day)))


@blueprint.post(AMOUNT)
@signed_in
def other_sent() -> Response:
    plan = running()
    if plan is None:
        return redirect(PLAN, 303)
    known = looked_at(plan)
    every = Every(known.every)
    form = read_form(_other(every))
    if not form.ok:
        return _ask(plan, known, form)
    most = _most(every)
    if most is not None and form.data["amount"] > most:
        words = _(
            "Amount %(often)s must be between %(least)s and %(most)s",
            often=often(every),
            least=format_pounds(_least(every)),
            most=format_pounds(most),
        )
        return _ask(plan, known, form.with_error("amount", words))
    day = int(form.data["day"])
    first_on = _same_weeks(plan, day) if every is plan.frequency else None
    chosen = OtherTerms(form.data["amount"], day, plan.version, every.value, first_on)
    try:
        _beside(plan, chosen)
    except BelowMinimums:
        words = _("This is less than departments take at least. Talk to a free adviser")
        return _ask(plan, known, form.with_error("amount", words))
    session.visit().put(PLAN_OTHER, chosen)
    return redirect(FIRST_DAY if asks_first_day(plan, chosen) else COMPARE, 303)


@blueprint.get(COMPARE)
@signed_in_recently
def compare() -> Response:
    """D77."""
    plan, chosen = running(), session.visit().get(PLAN_OTHER, OtherTerms)
    if plan is None or chosen is None:
        return redirect(AMOUNT, 303)
    if asks_first_day(plan, chosen) and chosen.first_on is None:
        return redirect(FIRST_DAY, 303)
    return _page(plan, chosen, blank())


@blueprint.post(COMPARE)
@signed_in_recently
def chosen() -> Response:
    visit = session.visit()
    plan, other = running(), visit.get(PLAN_OTHER, OtherTerms)
    if plan is None or other is None:
        return redirect(PROGRESS, 303)
    if asks_first_day(plan, other) and other.first_on is None:
        return redirect(FIRST_DAY, 303)
    form = read_form(Which())
    if not form.ok:
        return _page(plan, other, form)
    if form.data["plan"] == "new":
        if other.version != plan.version:
            raise WrongState("the plan was changed in another tab")
        _vary(plan, other)
    visit.delete(PLAN_OTHER)
    return redirect(PROGRESS, 303)


def _most(every: Every) -> Pence | None:
    """What is available by the budget of this visit, where there is one with enough for a plan."""
    worked = plan_case.worked()
    most = plan_case.most_in(worked, every) if worked is not None else Pence(0)
    return most if most >= _least(every) else None


def _same_weeks(plan: PlanSoFar, day: int) -> date | None:
    """Of a plan that stays as often as it is: another weekday in the weeks that it is paid in."""
    if plan.frequency is Every.MONTH or plan.next_due is None or day == plan.pay_day:
        return None
    return plan_dates.calendar().in_week_of(plan.next_due, plan.pay_day, day)


def _in_a_year(pence: int, every: Every) -> int:
    return pence * TIMES_A_YEAR[Frequency(every)]


def _vary(plan: PlanSoFar, other: OtherTerms) -> None:
    part = services()
    vary_amount(
        part.store,
        part.clock,
        part.chance,
        actor=session.person(),
        seen=Seen(plan.plan_id, other.version, who.evidence().at),
        terms=Terms(
            other.pence,
            other.day,
            StrategyName(plan.strategy),
            plan.policy_version,
            "",
            every=Every(other.every),
            method=plan.method,
            first_on=other.first_on,
        ),
        working_days=plan_dates.calendar(),
    )


def _beside(plan: PlanSoFar, other: OtherTerms) -> list[Beside]:
    """Each department's part of the old payment and of the new one, A to Z."""
    live = [line for line in plan.lines if line.live]
    lines = [kept(line, line.pence, plan.frequency, other.rhythm.every) for line in live]
    parts = share_again(other.pence, lines, StrategyName(plan.strategy))
    found: dict[str, tuple[int, int]] = {}
    for line, then in zip(live, parts, strict=True):
        before, after = found.get(line.department, (0, 0))
        found[line.department] = (before + line.pence, after + then)
    return sorted(
        (
            Beside(plan_words.name(code) or code, Pence(b), Pence(a))
            for code, (b, a) in found.items()
        ),
        key=lambda row: row.name,
    )


def _ask(plan: PlanSoFar, known: OtherTerms, form: Form) -> Response:
    every = Every(known.every)
    return page(
        "citizen/plan/other_terms.html", form=form, plan=plan, every=every, weekdays=weekdays()
    )


def _page(plan: PlanSoFar, other: OtherTerms, form: Form) -> Response:
    view = current_view()
    now = left_to_pay(plan, view)
    then = left_to_pay(plan, view, payment=other.pence, rhythm=other.rhythm)
    return page(
        "citizen/plan/compare.html",
        form=form,
        plan=plan,
        finish=(now.finish, then.finish) if now and then else (None, None),
        month=plan_dates.month_and_year,
        other=other,
        slower=_in_a_year(plan.payment, plan.frequency)
        - _in_a_year(other.pence, other.rhythm.every),
        rows=_beside(plan, other),
    )
