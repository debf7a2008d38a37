"""X13: the last calls of the department's own system to each address, without a word of anybody."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from app.department_console import guard
from app.department_console.desk import here
from app.http.access import staff
from app.http.pages import page
from app.http.recent import MOST

blueprint = Blueprint("console_calls", __name__, url_prefix="/department/connection/calls")


@blueprint.get("")
@staff
def calls() -> Response:
    found = here().recent.of(guard.actor().code)
    return page("department_console/calls.html", found=found, most=MOST)
