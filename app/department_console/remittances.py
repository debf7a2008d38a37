"""X06 and X07: what the department was paid, day by day, with the lines of a day."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from adapters.payments.advice import as_csv, as_json
from app.department_console import addresses, audit, guard, said
from app.department_console.desk import here
from app.http.access import staff
from app.http.fields import Choice
from app.http.forms import FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.roles import Role
from consent.staff import Did
from plan.reconcile import Day, advice, days, late, statement

blueprint = Blueprint("console_remittances", __name__, url_prefix="/department/remittances")
ALL: Final = "all"


def _months(found: Sequence[Day]) -> list[str]:
    """Months in which something was paid, the newest first: `2026-11`."""
    return list(dict.fromkeys(one.value_date.strftime("%Y-%m") for one in found))


@blueprint.get("")
@staff
def listed() -> Response:
    found = days(here().store, actor=guard.actor())
    months = _months(found)

    class Which(FormSchema):
        month = Choice((ALL, *months), optional=True, empty=_l("Select a month"))

    form = read_form(Which(), request.args) if "month" in request.args else blank(month=ALL)
    month = form.data.get("month") or ALL
    shown = [one for one in found if month in (ALL, one.value_date.strftime("%Y-%m"))]
    return page(
        "department_console/remittances.html",
        form=form,
        found=shown,
        months=[(one, date.fromisoformat(f"{one}-01")) for one in months],
        month=month,
        late={one.reference for one in shown if late(one, here().clock)},
        said=said,
    )


@blueprint.get("/list.csv")
@staff
def listed_as_csv() -> Response:
    """All days as a table, in pounds."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(["value date", "reference", "bank reference", "lines", "total", "status"])
    for one in days(here().store, actor=guard.actor()):
        table.writerow(
            [
                one.value_date.isoformat(),
                one.reference,
                one.reference.replace(" ", ""),
                one.last_sequence - one.first_sequence + 1,
                f"{one.total_pence // 100}.{one.total_pence % 100:02d}",
                one.state.value,
            ]
        )
    audit.note(Did.TOOK_LIST, "remittances")
    return _file(out.getvalue().encode(), "text/csv", "payments.csv")


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
