"""X08: lines of money that the department has to sort out, and others worth a look."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.department_console import guard, said
from app.department_console.desk import here
from app.http.access import staff
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.clock import london_date
from consent.errors import NotFound
from plan.reconcile import Show, worklist

ADDRESS: Final = "/department/reconciliation"
blueprint = Blueprint("console_reconciliation", __name__, url_prefix=ADDRESS)
KINDS: Final = {
    Show.OPEN: _l("To sort out"),
    Show.UNANSWERED: _l("No answer after 5 days"),
    Show.CLOSING: _l("Nearly paid"),
    Show.BACK: _l("Sent back"),
}


@blueprint.get("")
@staff
def listed() -> Response:
    asked = request.args.get("show", Show.OPEN.value)
    if asked not in {*Show}:
        raise NotFound("no such list")
    show = Show(asked)
    return page(
        "department_console/reconciliation.html",
        found=worklist(here().store, here().clock, actor=guard.actor(), show=show),
        show=show,
        kinds={kind: (words, f"{ADDRESS}?show={kind.value}") for kind, words in KINDS.items()},
        today=london_date(guard.now()),
        said=said,
    )
