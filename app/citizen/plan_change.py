"""D75, D76: something has changed. Each answer leads to the page that helps, such as a break."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import plan_dates, plan_words
from app.citizen.plan_steps import OTHER_HOW, PLAN, PROGRESS
from app.http import session
from app.http.access import signed_in
from app.http.current import services
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from plan.lifecycle import PlanState
from plan.pause import NoBreak, go_on_now, pause
from plan.progress import PlanSoFar, progress
from plan.rules.breaks import MOST_MONTHS
from plan.rules.frequencies import Frequency, payments_in
from plan.terms import Every

blueprint = Blueprint("plan_change", __name__)
CHANGE: Final = "/plan/change"
BREAK: Final = "/plan/change/pause"
DIED: Final = "/plan/change/died"
LONGER: Final = "longer"
ADVICE: Final = "/get-free-debt-advice"
LEADS_TO: Final[Mapping[str, str]] = {
    "less": BREAK,
    "ill": BREAK,
    "left_work": BREAK,
    "baby": BREAK,
    "grief": BREAK,
    "more": "/plan/change/amount",
    "one_day": "/plan/change/one-day",
    "day": "/plan/change/amount",
    "way": OTHER_HOW,
    "new_debt": "/debts/get",
    "moved": "/account",
    "controlled": "/stay-safe",
    "died": DIED,
    "other": ADVICE,
}
"""Less money or illness offers a break first and a new budget second (D75)."""


class Changed(FormSchema):
    changed = Choice(tuple(LEADS_TO), empty=_l("Select what has changed"))


def may_skip(every: Every) -> list[int]:
    """How many payments a break may skip, the longest last (PLAN-08)."""
    most = payments_in(MOST_MONTHS, Frequency(every))
    return [number for number in (1, 2, 4, 8) if number <= most]


def _break(every: Every) -> FormSchema:
    class Break(FormSchema):
        payments = Choice(
            (*map(str, may_skip(every)), LONGER),
            empty=_l("Select how long you want to pause your plan"),
        )

    return Break()


@blueprint.get(CHANGE)
@signed_in
def change() -> Response:
    """D75. Nothing is kept of the answer."""
    plan = running()
    return page("citizen/plan/change.html", form=blank()) if plan else redirect(PLAN, 303)


@blueprint.post(CHANGE)
@signed_in
def changed() -> Response:
    form = read_form(Changed())
    if not form.ok:
        return page("citizen/plan/change.html", form=form)
    return redirect(LEADS_TO[form.data["changed"]], 303)


@blueprint.get(DIED)
@signed_in
def died() -> Response:
    """D75: for who is here for somebody who has died. An adviser or the helpline stops contact and
    collection at once (decision 49)."""
    return page("citizen/plan/died.html")


@blueprint.get(BREAK)
@signed_in
def ask() -> Response:
    """D76."""
    plan = running()
    return _page(plan, blank()) if plan else redirect(PLAN, 303)


@blueprint.post(BREAK)
@signed_in
def answered() -> Response:
    plan = running()
    if plan is None or plan.state is PlanState.PAUSED:
        return redirect(PROGRESS, 303)
    form = read_form(_break(plan.frequency))
    if not form.ok:
        return _page(plan, form)
    if form.data["payments"] == LONGER:
        return _page(plan, form, too_much=True)
    try:
        pause(
            services().store,
            services().clock,
            services().chance,
            actor=session.person(),
            plan_id=plan.plan_id,
            payments=int(form.data["payments"]),
            working_days=plan_dates.calendar(),
        )
    except NoBreak:
        return _page(plan, form, too_much=True)
    return redirect(PROGRESS, 303)


@blueprint.post("/plan/change/go-on")
@signed_in
def go_on() -> Response:
    """The break ends now; the next payment stays on the day that the page showed."""
    plan = running()
    if plan is not None:
        part = services()
        go_on_now(part.store, part.clock, part.chance, actor=session.person(), plan_id=plan.plan_id)
    return redirect(PROGRESS, 303)


def running() -> PlanSoFar | None:
    """The plan of the person who is here, while it runs."""
    plan = progress(services().store, actor=session.person())
    return plan if plan is not None and plan.live else None


def to_pay() -> PlanSoFar | None:
    """The same, where it may be paid: not while it stands still after a death (PLAN-12)."""
    plan = running()
    return None if plan is None or plan.rests else plan


def _page(plan: PlanSoFar, form: Form, *, too_much: bool = False) -> Response:
    return page(
        "citizen/plan/break.html",
        form=form,
        plan=plan,
        payments=may_skip(plan.frequency),
        too_much=too_much,
        not_yet=plan.state is PlanState.PROPOSED,
        stopped_charges=plan_words.stopped_charges(plan),
        held_off=plan_words.held_off(plan),
    )
