"""D85: what a pause of debts is, and which of this person's debts are on hold now."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from app.citizen.debts_page import Words
from app.citizen.view import current_view, moratorium_until
from app.http.access import signed_in
from app.http.pages import page
from debts.debt import Flag, Hold

blueprint = Blueprint("debts_breathing", __name__)


@blueprint.get("/breathing-space")
@signed_in
def breathing_space() -> Response:
    """Only the day on which we look again is known and shown, alike for every kind (MOR-06)."""
    view = current_view()
    until = moratorium_until(view)
    held = [one for one in view.debts if one.debt.hold in (Hold.BREATHING_SPACE, Hold.OTHER)]
    outside = [one for one in view.debts if Flag.OUTSIDE_BREATHING_SPACE in one.debt.flags]
    return page(
        "citizen/debts/breathing_space.html",
        words=Words(view),
        until=until,
        held=held,
        outside=outside if until or held else [],
    )
