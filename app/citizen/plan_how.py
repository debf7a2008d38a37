"""D64: the way in which the person wants to pay. Only cards are charged; transfers just come."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect
from marshmallow import Schema
from werkzeug.wrappers import Response

from app.citizen import plan_case
from app.citizen.plan_steps import HOW, PLAN, next_step
from app.citizen.plan_words import METHODS
from app.http.access import signed_in
from app.http.current import settings
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from plan.terms import Method

blueprint = Blueprint("plan_how", __name__)


def _offered() -> dict[Method, Any]:
    """Cash needs a network that takes it."""
    takes_cash = bool(settings().cash_prefix)
    return {way: said for way, said in METHODS.items() if takes_cash or way is not Method.CASH}


def _how() -> Schema:
    ways = [way.value for way in _offered()]
    method = Choice(ways, empty=_l("Select how you want to pay"))
    return FormSchema.from_dict({"method": method}, name="How")()


@blueprint.get(HOW)
@signed_in
def how() -> Response:
    if plan_case.before_plan() is None:
        return redirect(PLAN, 303)
    return _page(blank(method=plan_case.draft().method))


@blueprint.post(HOW)
@signed_in
def how_sent() -> Response:
    form = read_form(_how())
    if not form.ok:
        return _page(form)
    return redirect(next_step(plan_case.keep(method=form.data["method"])), 303)


def _page(form: Form) -> Response:
    return page("citizen/plan/how.html", form=form, methods=_offered())
