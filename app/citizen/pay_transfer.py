"""D70 and D71: the account, the reference and the amount for a bank transfer or a standing order.

Nothing happens here: the money is a payment when the paying bank's statement says that it came.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen.plan_change import to_pay
from app.citizen.plan_steps import PLAN
from app.http import session
from app.http.access import signed_in
from app.http.current import services, settings
from app.http.pages import page
from plan.bank_reference import bank_reference
from plan.pay import can_pay

blueprint = Blueprint("pay_transfer", __name__)
TRANSFER: Final = "/plan/pay/transfer"


@blueprint.get(TRANSFER)
@signed_in
def transfer() -> Response:
    plan = to_pay()
    if plan is None:
        return redirect(PLAN, 303)
    found = can_pay(services().store, actor=session.person(), plan_id=plan.plan_id)
    return page(
        "citizen/plan/pay_transfer.html",
        plan=plan,
        account=settings().paying_account,
        reference=bank_reference(plan.reference),
        due=found.due,
        usual=found.usual,
    )
