"""D64 and D71: a page to print and take to a counter, for who pays in cash.

Nothing happens here: the money is a payment when whoever took it says so (`svd bank record`). The
barcode is the plan's own reference behind the digits by which the cash network knows us.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app import barcode
from app.citizen.plan_change import to_pay
from app.citizen.plan_steps import PLAN
from app.http import session
from app.http.access import signed_in
from app.http.current import services, settings
from app.http.pages import page
from plan.bank_reference import bank_reference
from plan.pay import can_pay

blueprint = Blueprint("pay_cash", __name__)
CASH: Final = "/plan/pay/cash"


@blueprint.get(CASH)
@signed_in
def cash() -> Response:
    plan = to_pay()
    if plan is None:
        return redirect(PLAN, 303)
    found = can_pay(services().store, actor=session.person(), plan_id=plan.plan_id)
    prefix = settings().cash_prefix
    return page(
        "citizen/plan/pay_cash.html",
        plan=plan,
        prefix=prefix,
        reference=bank_reference(plan.reference),
        bars=barcode.drawing(barcode.modules(prefix, plan.reference)),
        due=found.due,
        usual=found.usual,
    )
