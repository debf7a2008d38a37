"""X01: what waits for this department today."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from app.department_console import guard
from app.department_console.desk import here
from app.http.access import staff
from app.http.pages import page
from consent.clock import london_date
from plan.overview import overview as look

blueprint = Blueprint("console_overview", __name__)


@blueprint.get("/department")
@staff
def overview() -> Response:
    found = look(here().store, here().clock, actor=guard.actor())
    return page(
        "department_console/overview.html",
        found=found,
        today=london_date(guard.now()),
        email=guard.staff().account.email,
    )
