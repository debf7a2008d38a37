"""D64 and D71: a page to print and take to a counter, for who pays in cash.

Nothing happens here: the money is a payment when whoever took it says so (`svd bank record`). The
barcode is the plan's own reference behind the digits by which the cash network knows us.
"""

from __future__ import annotations

from typing import Final

from barcode import Code128
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

blueprint = Blueprint("pay_cash", __name__)
CASH: Final = "/plan/pay/cash"


@blueprint.get(CASH)
@signed_in
def cash() -> Response:
    plan = to_pay()
    if plan is None:
        return redirect(PLAN, 303)
    found = can_pay(services().store, actor=session.person(), plan_id=plan.plan_id)
    prefix, reference = settings().cash_prefix, bank_reference(plan.reference)
    return page(
        "citizen/plan/pay_cash.html",
        plan=plan,
        prefix=prefix,
        reference=reference,
        bars=bars(prefix + reference.replace(" ", "")),
        due=found.due,
        usual=found.usual,
    )


def bars(text: str) -> tuple[int, str]:
    """Code 128: how many modules wide with its quiet zones of ten, and the dark ones as the path of
    a drawing that is one high."""
    modules = f"{'0' * 10}{Code128(text).build()[0]}{'0' * 10}"
    dark = (f"M{at} 0h1v1h-1z" for at, module in enumerate(modules) if module == "1")
    return len(modules), "".join(dark)
