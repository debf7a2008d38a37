"""D72 and D73: the person is back from the payment service; did the money come?

The page looks again by itself every two seconds, with scripts or without, and says what it knows.
What came of a payment is the worker's word: this page only asks it to look.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import paying, plan_words
from app.citizen.pay import PAY, RETURN
from app.citizen.plan_steps import PROGRESS
from app.http.access import signed_in
from app.http.current import now
from app.http.pages import page
from consent.errors import OutsideFailed
from plan.paying import PaymentState

blueprint = Blueprint("pay_return", __name__)
WAITS: Final = 60
"""Seconds after which the page says that it does not know."""
EVERY: Final = "2"
EVERY_LATER: Final = "30"


@blueprint.get(RETURN)
@signed_in
def back() -> Response:
    last = paying.newest()
    if last is None:
        return redirect(PROGRESS, 303)
    payment = last.payment
    if payment.state is PaymentState.SETTLED:
        return _received(last)
    if not payment.open:
        return page("citizen/plan/pay_failed.html", payment=payment)
    paying.look_now(payment)
    long = (now() - payment.made_at).total_seconds() > WAITS
    answer = page("citizen/plan/pay_checking.html", payment=payment, long=long)
    answer.headers["Refresh"] = EVERY_LATER if long else EVERY
    return answer


@blueprint.post("/plan/pay/go-on")
@signed_in
def go_on() -> Response:
    """Back to the page of the payment service, where it still waits."""
    last = paying.newest()
    try:
        there = paying.way_back_to(last.payment) if last else ""
    except OutsideFailed:
        there = ""
    return redirect(there or RETURN, 303)


@blueprint.post("/plan/pay/leave")
@signed_in
def leave() -> Response:
    """The person does not pay now."""
    last = paying.newest()
    try:
        if last:
            paying.call_off(last.payment)
    except OutsideFailed:
        return page("citizen/plan/pay_later.html", status=503)
    return redirect(RETURN, 303)


def _received(last: paying.Newest) -> Response:
    parts = [
        (plan_words.name(part.department), part.pence) for part in last.parts if part.pence > 0
    ]
    return page("citizen/plan/pay_done.html", payment=last.payment, parts=parts, pay=PAY)
