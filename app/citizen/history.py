"""D18: who has used the permissions, as a page and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.citizen.uses import Use, uses
from app.http import session
from app.http.access import signed_in
from app.http.current import services
from app.http.pages import page
from app.http.text import gettext
from consent.clock import LONDON

blueprint = Blueprint("history", __name__)
ADDRESS: Final = "/permissions/history"
ON_A_PAGE: Final = 25
LAST_PAGE: Final = 4000
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet may take for the start of a formula."""


@blueprint.get(ADDRESS)
@signed_in
def history() -> Response:
    asked = request.args.get("page", "1")
    number = min(int(asked), LAST_PAGE) if asked.isdecimal() and len(asked) < 6 else 1
    number = max(number, 1)
    found = uses(
        services().store,
        session.person(),
        skip=(number - 1) * ON_A_PAGE,
        most=ON_A_PAGE + 1,
    )
    return page(
        "citizen/permissions/history.html",
        uses=found[:ON_A_PAGE],
        number=number,
        more=len(found) > ON_A_PAGE,
    )


@blueprint.get(f"{ADDRESS}.csv")
@signed_in
def history_as_csv() -> Response:
    """Everything, one line for each use; nothing in it can run in a spreadsheet."""
    found = uses(services().store, session.person())
    headers = {"Content-Disposition": 'attachment; filename="permissions-used.csv"'}
    return Response(_csv(found), mimetype="text/csv", headers=headers)


def _csv(found: Iterable[Use]) -> str:
    written = io.StringIO()
    sheet = csv.writer(written)
    sheet.writerow(
        (
            gettext("Date"),
            gettext("Time"),
            gettext("Department"),
            gettext("What for"),
            gettext("Started by"),
            gettext("What happened"),
        )
    )
    for use in found:
        local = use.at.astimezone(LONDON)
        cells = (
            f"{local:%Y-%m-%d}",
            f"{local:%H:%M:%S}",
            use.department,
            use.purpose,
            use.by,
            use.outcome,
        )
        sheet.writerow([harmless(cell) for cell in cells])
    return written.getvalue()


def harmless(cell: str) -> str:
    """With an apostrophe before what a spreadsheet would work out."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
