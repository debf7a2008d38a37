"""D72 and D73: the person is back from the payment service; did the money come?

The page looks again by itself every two seconds, with scripts or without, and says what it knows.
What came of a payment is the worker's word: this page only asks it to look.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import paying, plan_words
from app.citizen.pay import RETURN
from app.citizen.plan_steps import PROGRESS
from app.http import session
from app.http.access import signed_in
from app.http.current import now, services
from app.http.pages import page
from consent.errors import OutsideFailed
from plan.paying import PaymentState
from plan.progress import progress

blueprint = Blueprint("pay_return", __name__)
WAITS: Final = 60
"""Seconds after which the page says that it does not know."""
KNOWN_AFTER: Final = timedelta(hours=2)
"""GOV.UK Pay ends what nobody finished after 90 minutes; the worker asks it every 10."""
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
    at = now()
    long = (at - payment.made_at).total_seconds() > WAITS
    answer = page(
        "citizen/plan/pay_checking.html",
        payment=payment,
        long=long,
        now=at,
        known_by=payment.made_at + KNOWN_AFTER,
    )
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
    plan = progress(services().store, actor=session.person())
    return page(
        "citizen/plan/pay_done.html",
        payment=last.payment,
        reference=paying.reference(last.payment),
        parts=parts,
        plan=plan,
    )
