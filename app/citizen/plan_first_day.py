"""In which weeks a plan is paid that is paid every two or four weeks: by its first day (D63)."""

from __future__ import annotations

from datetime import date
from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import plan_case, plan_dates
from app.citizen.plan_dates import Rhythm
from app.citizen.plan_steps import DAY, FIRST, PLAN, next_step
from app.http.access import signed_in
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from plan.working_days import BY_WEEKS

blueprint = Blueprint("plan_first_day", __name__)
EMPTY: Final = _l("Select when you want to make your first payment")


@blueprint.get(FIRST)
@signed_in
def first_day() -> Response:
    if plan_case.before_plan() is None:
        return redirect(PLAN, 303)
    draft = plan_case.draft()
    if draft.pay_day is None or draft.rhythm.every not in BY_WEEKS:
        return redirect(DAY, 303)
    known = draft.first_on.isoformat() if draft.first_on else ""
    return ask(draft.rhythm, blank(first=known), FIRST, DAY)


@blueprint.post(FIRST)
@signed_in
def first_day_sent() -> Response:
    draft = plan_case.draft()
    if draft.pay_day is None or draft.rhythm.every not in BY_WEEKS:
        return redirect(DAY, 303)
    form = read_form(schema(draft.rhythm))
    if not form.ok:
        return ask(draft.rhythm, form, FIRST, DAY)
    return redirect(next_step(plan_case.keep(first_on=date.fromisoformat(form.data["first"]))), 303)


def schema(rhythm: Rhythm) -> FormSchema:
    class First(FormSchema):
        first = Choice([day.isoformat() for day in plan_dates.first_days(rhythm)], empty=EMPTY)

    return First()


def ask(rhythm: Rhythm, form: Form, action: str, back: str) -> Response:
    """The page, for a new plan or for other terms of a running one."""
    return page(
        "citizen/plan/first_day.html",
        form=form,
        every=rhythm.every,
        days=plan_dates.first_days(rhythm),
        action=action,
        back=back,
    )
