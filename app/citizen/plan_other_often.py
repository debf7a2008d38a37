"""D77: a running plan is paid more or less often from now on; its amount and day are asked next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import plan_dates, plan_first_day
from app.citizen.plan_change import running
from app.citizen.plan_draft import OtherTerms
from app.citizen.plan_often import Often
from app.citizen.plan_steps import PLAN
from app.citizen.slots import PLAN_OTHER
from app.http import session
from app.http.access import signed_in
from app.http.forms import Form, blank, read_form
from app.http.often import choice, each_time
from app.http.pages import page
from debts.money import Pence
from plan.progress import PlanSoFar
from plan.rules.frequencies import Frequency, converted
from plan.terms import Every
from plan.working_days import BY_WEEKS

blueprint = Blueprint("plan_other_often", __name__)
AMOUNT: Final = "/plan/change/amount"
COMPARE: Final = "/plan/change/compare"
OTHER_OFTEN: Final = "/plan/change/often"
FIRST_DAY: Final = "/plan/change/first-day"


def looked_at(plan: PlanSoFar) -> OtherTerms:
    """The terms that the person looks at: those of the plan, while there are no others."""
    known = session.visit().get(PLAN_OTHER, OtherTerms)
    return known or OtherTerms(plan.payment, plan.pay_day, plan.version, plan.frequency.value)


def _as_often(plan: PlanSoFar, every: Every) -> Pence:
    return converted(plan.payment, Frequency(plan.frequency), Frequency(every))


def asks_first_day(plan: PlanSoFar, other: OtherTerms) -> bool:
    """A plan that is paid every two or four weeks from now on needs to know which weeks; one that
    was paid so before stays in its own."""
    return other.rhythm.every in BY_WEEKS and other.rhythm.every is not plan.frequency


@blueprint.get(OTHER_OFTEN)
@signed_in
def other_often() -> Response:
    plan = running()
    if plan is None:
        return redirect(PLAN, 303)
    return _ask_often(plan, blank(often=looked_at(plan).every))


@blueprint.post(OTHER_OFTEN)
@signed_in
def other_often_sent() -> Response:
    """The amount becomes one that takes no more in a year, and can be another on the next page."""
    plan = running()
    if plan is None:
        return redirect(PLAN, 303)
    form = read_form(Often())
    if not form.ok:
        return _ask_often(plan, form)
    every = Every(form.data["often"])
    if every is plan.frequency:
        session.visit().delete(PLAN_OTHER)
    else:
        pence = _as_often(plan, every)
        other = OtherTerms(pence, plan_dates.USUAL_DAY, plan.version, every.value)
        session.visit().put(PLAN_OTHER, other)
    return redirect(AMOUNT, 303)


@blueprint.get(FIRST_DAY)
@signed_in
def other_first_day() -> Response:
    plan, chosen = running(), session.visit().get(PLAN_OTHER, OtherTerms)
    if plan is None or chosen is None or not asks_first_day(plan, chosen):
        return redirect(AMOUNT, 303)
    known = chosen.first_on.isoformat() if chosen.first_on else ""
    return plan_first_day.ask(chosen.rhythm, blank(first=known), FIRST_DAY, AMOUNT)


@blueprint.post(FIRST_DAY)
@signed_in
def other_first_day_sent() -> Response:
    plan, chosen = running(), session.visit().get(PLAN_OTHER, OtherTerms)
    if plan is None or chosen is None or not asks_first_day(plan, chosen):
        return redirect(AMOUNT, 303)
    form = read_form(plan_first_day.schema(chosen.rhythm))
    if not form.ok:
        return plan_first_day.ask(chosen.rhythm, form, FIRST_DAY, AMOUNT)
    first_on = date.fromisoformat(form.data["first"])
    session.visit().put(PLAN_OTHER, replace(chosen, first_on=first_on))
    return redirect(COMPARE, 303)


def _ask_often(plan: PlanSoFar, form: Form) -> Response:
    choices = [
        (every, choice(every), each_time(_as_often(plan, every), every), False) for every in Every
    ]
    return page(
        "citizen/plan/often.html",
        form=form,
        choices=choices,
        action=OTHER_OFTEN,
        back=AMOUNT,
    )
