"""X06 and X07: what the department was paid, day by day, with the lines of a day."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug.wrappers import Response

from adapters.payments.advice import as_csv, as_json, day_as_json
from app.department_console import addresses, audit, guard, moments, said
from app.department_console.desk import here
from app.http.access import staff
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext
from app.http.text import lazy_gettext as _l
from consent.roles import Role
from consent.staff import Did
from debts.money import plain_pounds
from plan.paying import RemittanceState
from plan.reconcile import Day, advice, days, late, statement

blueprint = Blueprint("console_remittances", __name__, url_prefix="/department/remittances")
ADDRESS: Final = "/department/remittances"
SORTS: Final[dict[str, tuple[Any, Callable[[Day], Any], bool]]] = {
    "newest": (_l("newest"), attrgetter("value_date"), True),
    "oldest": (_l("oldest"), attrgetter("value_date"), False),
    "largest": (_l("largest total"), attrgetter("total_pence"), True),
    "smallest": (_l("smallest total"), attrgetter("total_pence"), False),
    "status": (_l("status"), lambda one: list(RemittanceState).index(one.state), False),
}
"""Words, what days are sorted by, and whether the largest comes first; the newest among equals."""


class Which(FormSchema):
    since = moments.Day(optional=True, wrong=_l("First day must be a date, like 31/12/2030"))
    until = moments.Day(optional=True, wrong=_l("Last day must be a date, like 31/12/2030"))
    sort = Choice(tuple(SORTS), optional=True, empty=_l("Select how to sort"))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which days, in which order; `form` has what was typed and is wrong."""

    form: Form
    since: date | None
    until: date | None
    sort: str

    def days(self) -> list[Day]:
        found = days(here().store, actor=guard.actor(), since=self.since, until=self.until)
        _, key, downwards = SORTS[self.sort]
        return sorted(found, key=key, reverse=downwards)

    def link(self, **changes: str) -> str:
        """The query of this list, with another order."""
        asked = {"since": self.form.value("since"), "until": self.form.value("until")}
        asked = {**asked, "sort": self.sort, **changes}
        return urlencode({name: value for name, value in asked.items() if value})


def _asked() -> Asked:
    form = read_form(Which(), request.args)
    since, until = form.data.get("since"), form.data.get("until")
    if since and until and until < since:
        form = form.with_error("until", gettext("Last day must be the same as or after the first"))
    if not form.ok:
        since = until = None
    return Asked(form, since, until, form.data.get("sort") or "newest")


@blueprint.get("")
@staff
def listed() -> Response:
    asked = _asked()
    shown = asked.days()
    return page(
        "department_console/remittances.html",
        form=asked.form,
        found=shown,
        any=bool(shown) or bool(days(here().store, actor=guard.actor())),
        sort=asked.sort,
        sorts={
            key: (words, f"{ADDRESS}?{asked.link(sort=key)}") for key, (words, *_) in SORTS.items()
        },
        files={kind: f"{ADDRESS}/list.{kind}?{asked.link()}" for kind in ("csv", "json")},
        late={one.reference for one in shown if late(one, here().clock)},
        said=said,
    )


@blueprint.get("/list.csv")
@staff
def listed_as_csv() -> Response:
    """The days that are shown, in that order, as a table in pounds."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(["value date", "reference", "bank reference", "lines", "total", "status"])
    for one in _asked().days():
        table.writerow(
            [
                one.value_date.isoformat(),
                one.reference,
                one.reference.replace(" ", ""),
                one.last_sequence - one.first_sequence + 1,
                plain_pounds(one.total_pence),
                one.state.value,
            ]
        )
    audit.note(Did.TOOK_LIST, "remittances")
    return _file(out.getvalue().encode(), "text/csv", "payments.csv")


@blueprint.get("/list.json")
@staff
def listed_as_json() -> Response:
    """The same with the names of `GET /v1/remittances`."""
    items = [day_as_json(one) for one in _asked().days()]
    audit.note(Did.TOOK_LIST, "remittances")
    body = json.dumps({"items": items}, indent=2) + "\n"
    return _file(body.encode(), "application/json", "payments.json")


@blueprint.get("/<reference>")
@staff
def one_day(reference: str) -> Response:
    found = statement(here().store, actor=guard.actor(), reference=addresses.reference(reference))
    return page(
        "department_console/remittance.html",
        form=blank(),
        found=found,
        bare=reference,
        late=late(found.row, here().clock),
        said=said,
        may_answer=guard.may(Role.RECONCILES),
        done=request.args.get("done", ""),
    )


@blueprint.get("/<reference>/advice.<kind>")
@staff
def as_file(reference: str, kind: str) -> Response:
    """The same file that the paying account's operator sends."""
    kinds = {"json": (as_json, "application/json"), "csv": (as_csv, "text/csv")}
    found = statement(here().store, actor=guard.actor(), reference=addresses.reference(reference))
    if kind not in kinds:
        return Response(status=404)
    make, media = kinds[kind]
    audit.note(Did.TOOK_LIST, found.row.reference)
    return _file(make(advice(found)), media, f"advice-{reference}.{kind}")


def _file(body: bytes, media: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, mimetype=media, headers=headers)
