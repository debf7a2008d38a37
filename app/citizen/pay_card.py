"""A card that is charged on each payment day: whether there is one, and no more of it.

From the moment of the button nothing is charged; the payment service is told by the worker.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen.plan_change import running
from app.http import session
from app.http.access import signed_in
from app.http.current import now, services
from app.http.pages import page
from plan.paying import AgreementState
from plan.store import agreements
from plan.store.agreements import AgreementRow

blueprint = Blueprint("pay_card", __name__)
CARD: Final = "/plan/pay/card"


@blueprint.get(CARD)
@signed_in
def card() -> Response:
    return page("citizen/plan/pay_card.html", kept=_kept() is not None)


@blueprint.post(CARD)
@signed_in
def stopped() -> Response:
    """The same again changes nothing."""
    kept = _kept()
    if kept is not None:
        with services().store.transaction(session.person()) as tx:
            agreements.set_state(tx, kept.agreement_id, AgreementState.INACTIVE, now())
    return redirect(CARD, 303)


def _kept() -> AgreementRow | None:
    plan = running()
    if plan is None:
        return None
    with services().store.transaction(session.person()) as tx:
        return agreements.active(tx, plan.plan_id)
