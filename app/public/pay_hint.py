"""A message from GOV.UK Pay that something changed: where to look, and never what (SEC-79).

It opens the one payment that it names, to have it looked at soon. A message that is not theirs is
refused; one about a payment that is not ours is taken and does nothing, so that it is not sent for
ever.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from adapters.payments.govuk_pay import HintRefused, read_webhook
from adapters.payments.govuk_pay.webhook import HEADER, MOST_BYTES
from app.http.access import anyone
from app.http.csrf import from_machine
from app.http.current import now, services
from consent.people import Anyone
from plan.store import payments

blueprint = Blueprint("pay_hint", __name__)
REFUNDED: Final = "card_payment_refunded"
ADDRESS: Final = "/webhooks/govuk-pay"


@blueprint.post(ADDRESS)
@anyone
@from_machine
def hint() -> Response:
    """204 when it was taken, 400 when it is not one of theirs."""
    raw = request.get_data(cache=False)
    if len(raw) > MOST_BYTES:
        return Response(status=413)
    try:
        said = read_webhook(raw, request.headers.get(HEADER, ""), services().pay_webhook_secret)
    except HintRefused:
        return Response(status=400)
    if said.about == "payment":
        with services().store.transaction(Anyone(), provider_id=said.resource_id) as tx:
            refunded = said.event == REFUNDED
            payments.hint(tx, said.resource_id, now(), refunded=refunded)
    return Response(status=204)
