"""D18: who has used the permissions, as a page and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.citizen import permission_words
from app.citizen.uses import Use, every, newest, used_departments
from app.http import session
from app.http.access import signed_in
from app.http.current import now, services
from app.http.pages import page
from app.http.text import gettext
from consent.clock import LONDON

blueprint = Blueprint("history", __name__)
ADDRESS: Final = "/permissions/history"
ON_A_PAGE: Final = 25
LONGEST: Final = 19
"""Digits of a place that the database can hold."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet may take for the start of a formula."""


@blueprint.get(ADDRESS)
@signed_in
def history() -> Response:
    """D18, 25 lines at a time, for all departments or one."""
    department = request.args.get("department", "")
    used = used_departments(
        services().store, session.person(), list(services().register.departments)
    )
    if department not in used:
        department = ""
    found = newest(
        services().store,
        session.person(),
        now(),
        most=ON_A_PAGE,
        before=_position("before"),
        after=None if "before" in request.args else _position("after"),
        department=department,
    )
    return page(
        "citizen/permissions/history.html",
        uses=found.uses,
        newer=_link(after=found.uses[0].position, department=department)
        if found.newer and found.uses
        else "",
        older=_link(before=found.uses[-1].position, department=department)
        if found.older and found.uses
        else "",
        whole=not _turned(),
        department=department,
        used=used,
        words=permission_words,
    )


@blueprint.get(f"{ADDRESS}.csv")
@signed_in
def history_as_csv() -> Response:
    """Everything, one line for each use; nothing in it can run in a spreadsheet."""
    found = every(services().store, session.person(), now())
    headers = {"Content-Disposition": 'attachment; filename="permissions-used.csv"'}
    return Response(_csv(found), mimetype="text/csv", headers=headers)


def _position(name: str) -> int | None:
    """A place in the history, from the address; nothing for what is none."""
    asked = request.args.get(name, "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < LONGEST else None


def _turned() -> bool:
    return _position("before") is not None or _position("after") is not None


def _link(**asked: int | str) -> str:
    return f"{ADDRESS}?{urlencode({name: value for name, value in asked.items() if value != ''})}"


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
            gettext("The answer"),
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
            use.thrown_away,
        )
        sheet.writerow([harmless(cell) for cell in cells])
    return written.getvalue()


def harmless(cell: str) -> str:
    """With an apostrophe before what a spreadsheet would work out."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
