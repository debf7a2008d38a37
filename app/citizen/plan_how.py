"""D64: the way in which the person wants to pay. Only cards are charged; transfers just come."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import plan_case
from app.citizen.plan_steps import HOW, PLAN, next_step
from app.citizen.plan_words import METHODS
from app.http.access import signed_in
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l

blueprint = Blueprint("plan_how", __name__)


class How(FormSchema):
    method = Choice([method.value for method in METHODS], empty=_l("Select how you want to pay"))


@blueprint.get(HOW)
@signed_in
def how() -> Response:
    if plan_case.before_plan() is None:
        return redirect(PLAN, 303)
    return _page(blank(How(), method=plan_case.draft().method))


@blueprint.post(HOW)
@signed_in
def how_sent() -> Response:
    form = read_form(How())
    if not form.ok:
        return _page(form)
    return redirect(next_step(plan_case.keep(method=form.data["method"])), 303)


def _page(form: Form) -> Response:
    return page("citizen/plan/how.html", form=form, methods=METHODS)
