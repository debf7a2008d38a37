"""D64: the way in which the person wants to pay. Only cards are charged; all else just comes.

What nobody could do is not offered: no bank is connected that asks a person to approve a payment,
nobody collects Direct Debits, and a benefit is not ours to take from (decision 24).
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, redirect
from marshmallow import Schema
from werkzeug.wrappers import Response

from app.citizen import plan_case
from app.citizen.plan_change import to_pay
from app.citizen.plan_steps import DAY, HOW, OTHER_HOW, PLAN, PROGRESS, next_step
from app.citizen.plan_words import METHODS
from app.http import session
from app.http.access import signed_in
from app.http.current import services, settings
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from plan.change_way import change_way
from plan.terms import Method

blueprint = Blueprint("plan_how", __name__)
BY_BANK: Final = frozenset({Method.PAY_BY_BANK, Method.STANDING_ORDER})


def _offered() -> dict[Method, Any]:
    """Cash needs a network that takes it, a transfer an account to which it goes."""
    lacks = set() if settings().paying_account else set(BY_BANK)
    if not settings().cash_prefix:
        lacks.add(Method.CASH)
    return {way: said for way, said in METHODS.items() if way not in lacks}


def _how() -> Schema:
    ways = [way.value for way in _offered()]
    method = Choice(ways, empty=_l("Select how you want to pay"))
    return FormSchema.from_dict({"method": method}, name="How")()


@blueprint.get(HOW)
@signed_in
def how() -> Response:
    if plan_case.before_plan() is None:
        return redirect(PLAN, 303)
    return _page(blank(method=plan_case.draft().method), HOW, DAY)


@blueprint.post(HOW)
@signed_in
def how_sent() -> Response:
    form = read_form(_how())
    if not form.ok:
        return _page(form, HOW, DAY)
    return redirect(next_step(plan_case.keep(method=form.data["method"])), 303)


@blueprint.get(OTHER_HOW)
@signed_in
def other_how() -> Response:
    """The same question for a plan that runs."""
    plan = to_pay()
    if plan is None:
        return redirect(PLAN, 303)
    return _page(blank(method=plan.method.value), OTHER_HOW, PROGRESS)


@blueprint.post(OTHER_HOW)
@signed_in
def other_how_sent() -> Response:
    plan = to_pay()
    if plan is None:
        return redirect(PLAN, 303)
    form = read_form(_how())
    if not form.ok:
        return _page(form, OTHER_HOW, PROGRESS)
    part = services()
    change_way(
        part.store,
        part.clock,
        part.chance,
        actor=session.person(),
        plan_id=plan.plan_id,
        method=Method(form.data["method"]),
    )
    return redirect(PROGRESS, 303)


def _page(form: Form, action: str, back: str) -> Response:
    departments = services().register.connected()
    return page(
        "citizen/plan/how.html",
        form=form,
        methods=_offered(),
        action=action,
        back=back,
        benefits=next((entry for entry in departments if entry.pays_benefits), None),
    )
