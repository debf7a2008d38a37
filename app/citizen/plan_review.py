"""The yearly look at a running plan: keep it as it is, or say what has changed (PLAN-06, M10)."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import plan_case, plan_dates
from app.citizen.plan_change import CHANGE, running
from app.citizen.plan_steps import PROGRESS
from app.http import session
from app.http.access import signed_in
from app.http.current import services
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from plan.progress import PlanSoFar
from plan.review import keep_as_it_is

blueprint = Blueprint("plan_review", __name__)
REVIEW: Final = "/plan/review"


class Look(FormSchema):
    look = Choice(("keep", "changed"), empty=_l("Select if your plan is still right for you"))


@blueprint.get(REVIEW)
@signed_in
def look() -> Response:
    """Only while a look is due: at other times there is nothing to answer."""
    plan = _due()
    return _page(plan, blank()) if plan else redirect(PROGRESS, 303)


@blueprint.post(REVIEW)
@signed_in
def looked() -> Response:
    plan = _due()
    if plan is None:
        return redirect(PROGRESS, 303)
    form = read_form(Look())
    if not form.ok:
        return _page(plan, form)
    if form.data["look"] == "changed":
        return redirect(CHANGE, 303)
    part = services()
    keep_as_it_is(part.store, part.clock, part.chance, actor=session.person(), plan_id=plan.plan_id)
    return redirect(PROGRESS, 303)


def _due() -> PlanSoFar | None:
    plan = running()
    return plan if plan is not None and plan.due_for_review(plan_dates.today()) else None


def _page(plan: PlanSoFar, form: Form) -> Response:
    """`spare` is what a plan may take each time by the budget of this visit, where there is one."""
    worked = plan_case.worked()
    return page(
        "citizen/plan/review.html",
        form=form,
        plan=plan,
        spare=plan_case.most_in(worked, plan.frequency) if worked else None,
    )
