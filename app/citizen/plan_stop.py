"""D78: the person stops the plan. No reason is asked, and nothing is charged."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import plan_words
from app.citizen.plan_steps import PLAN
from app.http import session
from app.http.access import signed_in
from app.http.current import services
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from plan.progress import PlanSoFar, progress
from plan.stop import stop

blueprint = Blueprint("plan_stop", __name__)
STOP = "/plan/stop"
STOPPED = "/plan/stopped"


class Stop(FormSchema):
    stop = Choice(("yes", "no"), empty=_l("Select yes if you want to stop your plan"))


@blueprint.get(STOP)
@signed_in
def ask() -> Response:
    plan = _running()
    return _page(plan, blank()) if plan else redirect(PLAN, 303)


@blueprint.post(STOP)
@signed_in
def answered() -> Response:
    plan = _running()
    if plan is None:
        return redirect(STOPPED, 303)
    form = read_form(Stop())
    if not form.ok:
        return _page(plan, form)
    if form.data["stop"] == "no":
        return redirect("/plan/progress", 303)
    part = services()
    stop(part.store, part.clock, part.chance, actor=session.person(), plan_id=plan.plan_id)
    return redirect(STOPPED, 303)


@blueprint.get(STOPPED)
@signed_in
def stopped() -> Response:
    plan = progress(services().store, actor=session.person())
    if plan is None or plan.live:
        return redirect(PLAN, 303)
    return page("citizen/plan/stopped.html", plan=plan, departments=plan_words.by_department(plan))


def _running() -> PlanSoFar | None:
    plan = progress(services().store, actor=session.person())
    return plan if plan is not None and plan.live else None


def _page(plan: PlanSoFar, form: Form) -> Response:
    return page(
        "citizen/plan/stop.html",
        form=form,
        plan=plan,
        departments=plan_words.by_department(plan),
        stopped_charges=plan_words.stopped_charges(plan),
        held_off=plan_words.held_off(plan),
    )
