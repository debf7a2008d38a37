"""How much the department that asks was asked in a week (protocol, Part B; X12)."""

from __future__ import annotations

import json
from typing import Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.department_api import guard, reading
from app.department_api.door import here
from app.department_api.problems import Problem
from app.department_api.tokens import DEMAND
from app.http.access import a_department
from consent.errors import NotFound
from plan.demand import WEEK, demand
from plan.disclosure import LEAST, ROUND_TO

blueprint = Blueprint("demand", __name__)
COST: Final = 100.0
"""Counting a week is as much work as so many other calls."""


@blueprint.get("/v1/demand")
@a_department
def week() -> Response:
    """Counts of one week that is over. null is a count that is hidden because it is small."""
    reading.only("week")
    if "week" not in request.args:
        raise Problem("malformed", field="week", detail="A week of ISO 8601, as 2026-W47")
    wanted = reading.text("week", WEEK)
    guard.keep_to_the_rate(guard.department(), COST)
    guard.look(DEMAND, ())
    try:
        found = demand(here().receipts.store, here().clock, actor=guard.caller(), week=wanted)
    except NotFound:
        raise Problem("not-found") from None
    body = {
        "week": found.week,
        "first_day": found.first.isoformat(),
        "last_day": found.last.isoformat(),
        "least": LEAST,
        "rounded_to": ROUND_TO,
        "days": [{"day": day.isoformat(), "requests": count} for day, count in found.days.items()],
        "hours": [{"hour": hour, "requests": count} for hour, count in found.hours.items()],
        "outcomes": found.outcomes,
        "permissions": found.permissions,
        "plans": found.plans,
    }
    return Response(json.dumps(body), mimetype="application/json")
