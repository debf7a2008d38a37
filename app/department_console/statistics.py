"""X12: how much the department was asked in a week, so that it can size its system."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.department_console import audit, guard
from app.department_console.desk import here
from app.http.access import staff
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.clock import london_date
from consent.staff import Did
from plan.demand import Demand, demand, forecast, last_week, week_of
from plan.disclosure import LEAST, ROUND_TO

ADDRESS: Final = "/department/statistics"
blueprint = Blueprint("console_statistics", __name__, url_prefix=ADDRESS)
WEEKS: Final = 4
"""What is shown to choose from, and what the forecast is made of."""
OUTCOMES: Final = {
    "answered": _l("Answered in time"),
    "answered_late": _l("Answered late, after 20 seconds"),
    "timed_out": _l("Not answered in 25 seconds"),
    "left_alone": _l("Not asked: too many faults a moment before"),
    "refused": _l("Your system refused"),
    "closed": _l("Not asked: marked as closed"),
    "error": _l("Your system had a fault"),
    "dropped": _l("Answered after the permission ended"),
}
PERMISSIONS: Final = {"given": _l("Permissions given"), "stopped": _l("Permissions stopped")}
PLANS: Final = {
    "put": _l("Plans put to you"),
    "agreed": _l("Accepted"),
    "change_asked": _l("You asked for a change"),
    "refused": _l("You objected"),
}


def _weeks(today: date) -> list[str]:
    """The newest that are over, the newest first."""
    return [week_of(today - timedelta(days=7 * back)) for back in range(1, WEEKS + 1)]


def _found(week: str) -> Demand:
    return demand(here().store, here().clock, actor=guard.actor(), week=week)


@blueprint.get("")
@staff
def week() -> Response:
    asked = request.args.get("week") or last_week(here().clock)
    found = _found(asked)
    weeks = _weeks(london_date(guard.now()))
    return page(
        "department_console/statistics.html",
        found=found,
        weeks={one: (one, f"{ADDRESS}?week={one}") for one in weeks},
        most=max((count for count in (*found.days.values(), 0) if count), default=0),
        most_hour=max((count for count in (*found.hours.values(), 0) if count), default=0),
        expected=forecast([_found(one).days for one in weeks]),
        outcomes=OUTCOMES,
        permissions=PERMISSIONS,
        plans=PLANS,
        least=LEAST,
        rounded=ROUND_TO,
    )


@blueprint.get("/<week>.csv")
@staff
def as_csv(week: str) -> Response:
    """The same counts; an empty cell is one that is hidden."""
    found = _found(week)
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(["week", "what", "which", "count"])
    for what, counts in _groups(found).items():
        for which, count in counts.items():
            table.writerow([found.week, what, which, "" if count is None else count])
    for name, seconds in (("median", found.median), ("95 of 100", found.slowest)):
        shown = "" if seconds is None else f"{seconds:.2f}"
        table.writerow([found.week, "seconds to answer", name, shown])
    audit.note(Did.TOOK_LIST, f"demand {found.week}")
    headers = {"Content-Disposition": f'attachment; filename="demand-{found.week}.csv"'}
    return Response(out.getvalue(), mimetype="text/csv", headers=headers)


def _groups(found: Demand) -> dict[str, dict[Any, int | None]]:
    return {
        "requests by day": {day.isoformat(): count for day, count in found.days.items()},
        "requests by hour": dict(found.hours),
        "outcomes": dict(found.outcomes),
        "permissions": dict(found.permissions),
        "plans": dict(found.plans),
    }
