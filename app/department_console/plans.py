"""X02: plans in which this department has a part, those that wait for its answer first.

What a plan is in all, how long it takes and what the person has to live on is not kept, so it is
not shown: the list has the department's own part.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.department_console import audit, guard, plan_words, references
from app.department_console.desk import here
from app.http.access import staff
from app.http.fields import Choice, Text
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.often import choice
from app.http.pages import page
from app.http.text import gettext
from app.http.text import lazy_gettext as _l
from consent.clock import london_date
from consent.errors import NotFound
from consent.staff import Did
from plan.handles import own_handle
from plan.lifecycle import LIVE_SHARE, ShareState
from plan.own_plans import OwnPlan, PlanPage, read_plans
from plan.store.share_answers import Applied

blueprint = Blueprint("console_plans", __name__, url_prefix="/department")
ADDRESS: Final = "/department/plans"
A_PAGE: Final = 50
SHOWN: Final = {"waiting": _l("those that wait for an answer"), "all": _l("all plans")}
ORDERS: Final = {"soonest": _l("oldest first"), "newest": _l("newest first")}
MOST_IN_A_FILE: Final = 100_000


class Asked(FormSchema):
    show = Choice(tuple(SHOWN), optional=True)
    order = Choice(tuple(ORDERS), optional=True)
    after = Text(optional=True, longest=20)
    find = Text(optional=True, longest=40)


@blueprint.get("/plans")
@staff
def plans() -> Response:
    show, order, after, form = _asked()
    if form.value("find"):
        found = references.typed(form.value("find"))
        if found:
            return redirect(f"{ADDRESS}/{references.in_address(found)}", 303)
        form = form.with_error(
            "find", gettext("Enter a plan’s reference in the correct format, like PL7K 3XQ2 9TVA")
        )
    read = _read(show, order, after, A_PAGE)
    last = read.plans[-1].reference if read.plans else ""
    return page(
        "department_console/plans.html",
        form=form,
        plans=[_row(each) for each in read.plans],
        show=show,
        order=order,
        first=not after,
        today=london_date(guard.now()),
        shows={key: (words, _link(key, order)) for key, words in SHOWN.items()},
        orders={key: (words, _link(show, key)) for key, words in ORDERS.items()},
        start=_link(show, order),
        more=_link(show, order, last) if read.more else "",
        file=f"{ADDRESS}.csv?{urlencode({'show': show})}",
    )


@blueprint.get("/plans.csv")
@staff
def plans_as_csv() -> Response:
    """The whole list, a line for each debt; nothing in it can run in a spreadsheet."""
    show, _, _, _ = _asked()
    audit.note(Did.TOOK_LIST, "plans")
    headers = {"Content-Disposition": 'attachment; filename="plans.csv"'}
    return Response(_csv(_every(show)), mimetype="text/csv", headers=headers)


def _asked() -> tuple[str, str, str, Form]:
    form = read_form(Asked(), request.args)
    show = form.data.get("show") or "waiting"
    order = form.data.get("order") or "soonest"
    after = references.typed(form.data.get("after") or "") or ""
    return show, order, after, form if form.ok else blank()


def _read(show: str, order: str, after: str, limit: int) -> PlanPage:
    return read_plans(
        here().store,
        actor=guard.actor(),
        after=after,
        waiting=show == "waiting",
        limit=limit,
        newest=order == "newest",
    )


def _every(show: str) -> Iterator[OwnPlan]:
    after, count = "", 0
    while count < MOST_IN_A_FILE:
        try:
            read = _read(show, "soonest", after, 500)
        except NotFound:
            return  # the plan at which the last page ended is gone meanwhile
        yield from read.plans
        if not read.more:
            return
        after, count = read.plans[-1].reference, count + len(read.plans)


def _link(show: str, order: str, after: str = "") -> str:
    asked = {"show": show, "order": order, "after": references.in_address(after)}
    return f"{ADDRESS}?{urlencode({name: value for name, value in asked.items() if value})}"


def _row(found: OwnPlan) -> dict[str, Any]:
    lines = [line for line in found.lines if line.state in LIVE_SHARE]
    return {
        "reference": found.reference,
        "href": f"{ADDRESS}/{references.in_address(found.reference)}",
        "tokens": [line.debt_token for line in found.lines],
        "pence": sum(line.pence for line in lines),
        "every": choice(found.frequency),
        "from": found.starts_on,
        "answer_by": answer_by(found),
        "states": list(dict.fromkeys(map(plan_words.state_of, found.lines))),
    }


def answer_by(found: OwnPlan) -> date | None:
    """The first day after which no answer counts as accepted, of lines that wait."""
    waits = [
        line.answer_by
        for line in found.lines
        if line.state is ShareState.PENDING
        and not (line.last and line.last.applied is Applied.WAITING)
    ]
    return min((day for day in waits if day), default=None)


def _csv(found: Iterator[OwnPlan]) -> str:
    written = io.StringIO()
    sheet = csv.writer(written)
    sheet.writerow(
        ("plan", "debt", "pence", "every", "first_payment_from", "answer_by", "state", "permission")
    )
    for plan in found:
        for line in plan.lines:
            sheet.writerow(
                (
                    plan.reference,
                    _plain(own_handle(line.debt_token)),
                    line.pence if line.state in LIVE_SHARE else 0,
                    plan.frequency.value,
                    plan.starts_on.isoformat(),
                    line.answer_by.isoformat() if line.answer_by else "",
                    line.state.value,
                    line.grant_id,
                )
            )
    return written.getvalue()


def _plain(token: str) -> str:
    """A department's own word for a debt, which no spreadsheet takes for a sum."""
    return f"'{token}" if token[:1] in "=+-@" else token
