"""D71: the person pays now. Their card is the payment service's business; we never see it.

Without amounts of this visit it is at most what is due (decision 30). With them the person may pay
more, up to what is left, and say where it goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, request
from marshmallow import fields
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.citizen import plan_words
from app.citizen.paying import fresh_left, newest, send_to_pay
from app.citizen.plan_change import to_pay
from app.citizen.plan_steps import PLAN
from app.citizen.view import current_view, tag_of
from app.http import session
from app.http.access import signed_in
from app.http.current import services, settings
from app.http.fields import Choice, Money
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext
from app.http.text import lazy_gettext as _l
from consent.errors import OutsideFailed
from consent.ids import random_text
from debts.money import Pence, format_pounds
from debts.view import Numbered
from plan.pay import AmountRefused, CanPay, PaymentRuns, can_pay, least
from plan.progress import PlanSoFar

blueprint = Blueprint("pay", __name__)
PAY: Final = "/plan/pay"
RETURN: Final = "/plan/pay/return"
DUE, OTHER = "due", "other"
USUAL, SOONER = "usual", "sooner"


class Pay(FormSchema):
    how_much = Choice((DUE, OTHER), empty=_l("Select how much you want to pay"))
    amount = fields.String()
    where = Choice((USUAL, SOONER), optional=True)
    keep = fields.String()
    post_key = fields.String()


@blueprint.get(PAY)
@signed_in
def pay() -> Response:
    plan = to_pay()
    if plan is None:
        return redirect(PLAN, 303)
    found = can_pay(services().store, actor=session.person(), plan_id=plan.plan_id)
    if found.running:
        return redirect(RETURN, 303)
    key = random_text(services().chance, 24)
    how_much = OTHER if request.args.get("how_much") == OTHER else DUE if found.due else ""
    return _page(plan, found, blank(post_key=key, how_much=how_much))


@blueprint.post(PAY)
@signed_in
def pay_sent() -> Response:
    """Write the payment down, then send the person to the payment service's own page."""
    plan = to_pay()
    if plan is None:
        return redirect(PLAN, 303)
    found = can_pay(services().store, actor=session.person(), plan_id=plan.plan_id)
    form = read_form(Pay())
    if not form.ok:
        return _page(plan, found, form)
    left = fresh_left(plan)
    pence, form = _amount(form, found, left)
    if pence is None:
        return _page(plan, found, form)
    beyond = pence > found.due and form.value("where") == SOONER
    to = _smallest(left) if beyond and left else None
    try:
        there = send_to_pay(
            plan, pence, post_key=form.value("post_key"), to=to, fresh=left, keep=_keeps(form)
        )
    except PaymentRuns:
        return redirect(RETURN, 303)
    except AmountRefused:
        return _page(plan, found, form.with_error("amount", _between(found, left)))
    except OutsideFailed:
        return page("citizen/plan/pay_later.html", status=503)
    return redirect(there or RETURN, 303)


def _amount(
    form: Form, found: CanPay, left: Mapping[UUID, int] | None
) -> tuple[Pence | None, Form]:
    if form.value("how_much") == DUE and found.due:
        return Pence(found.due), form
    words = _between(found, left)

    class Amount(FormSchema):
        amount = Money(
            empty=_l("Enter how much you want to pay"),
            not_money=words,
            least=least(found.due),
            most=_most(found, left),
            outside=words,
        )

    own = read_form(Amount(), MultiDict({"amount": form.value("amount")}))
    if not own.ok:
        return None, form.with_error("amount", own.errors["amount"])
    return own.data["amount"], form


def _most(found: CanPay, left: Mapping[UUID, int] | None) -> int:
    return max(found.due if left is None else sum(left.values()), least(found.due))


def _between(found: CanPay, left: Mapping[UUID, int] | None) -> str:
    return gettext(
        "Amount must be between %(least)s and %(most)s",
        least=format_pounds(Pence(least(found.due))),
        most=format_pounds(Pence(_most(found, left))),
    )


def _smallest(left: Mapping[UUID, int]) -> UUID | None:
    """The debt that can be finished soonest."""
    return min((line for line in left if left[line]), key=lambda line: left[line], default=None)


def _debt_to_finish(plan: PlanSoFar, left: Mapping[UUID, int] | None) -> Numbered | None:
    """The debt that more than is due can finish sooner, as its department shows it in this visit;
    nothing where there is only one."""
    if left is None or sum(1 for pence in left.values() if pence) < 2:
        return None
    line = _smallest(left)
    tags = {each.debt_tag for each in plan.lines if each.share_id == line}
    return next((one for one in current_view().debts if tag_of(one) in tags), None)


def _keeps(form: Form) -> bool:
    return form.value("keep") == "yes"


def _page(plan: PlanSoFar, found: CanPay, form: Form) -> Response:
    left = fresh_left(plan)
    last, sooner = newest(), _debt_to_finish(plan, left)
    return page(
        "citizen/plan/pay.html",
        form=form,
        plan=plan,
        due=found.due,
        least=least(found.due),
        most=_most(found, left),
        fresh=left is not None,
        sooner=sooner,
        sooner_at=plan_words.name(sooner.department) if sooner else "",
        keeps=last is not None and last.has_agreement,
        cash=bool(settings().cash_prefix),
    )
