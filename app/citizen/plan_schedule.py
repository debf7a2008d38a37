"""D62: every payment of the plan, worked out fresh from the answers of this visit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.citizen import plan_case, plan_dates, plan_words
from app.citizen.plan_case import Worked
from app.citizen.plan_steps import PLAN
from app.http.access import signed_in
from app.http.pages import page
from app.http.text import gettext as _
from debts.ephemeral import Ephemeral
from debts.money import Pence

blueprint = Blueprint("plan_schedule", __name__)
FIRST: Final = 12
"""Payments on the page before "Show all"."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet would take for the start of a formula."""


@dataclass(frozen=True, slots=True, repr=False)
class Payment(Ephemeral):
    """One payment: its day, its total, and each debt's part in the order of the plan."""

    day: date
    total: Pence
    shares: tuple[Pence, ...]


@blueprint.get("/plan/schedule")
@signed_in
def schedule() -> Response:
    worked = plan_case.worked()
    if worked is None or not worked.possible:
        return redirect(PLAN, 303)
    found = list(payments(worked))
    show_all = "all" in request.args
    return page(
        "citizen/plan/schedule.html",
        rows=plan_words.rows(worked),
        payments=found if show_all else found[:FIRST],
        count=len(found),
        hidden=0 if show_all else max(0, len(found) - FIRST),
    )


@blueprint.get("/plan/schedule.csv")
@signed_in
def as_file() -> Response:
    """The same as a file; its name says nothing of what it is about."""
    worked = plan_case.worked()
    if worked is None or not worked.possible:
        return redirect(PLAN, 303)
    answer = Response(_csv(worked), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="payments.csv"'
    return answer


def payments(worked: Worked) -> Iterator[Payment]:
    found = worked.proposal.schedule
    if found is None:
        return
    days = plan_dates.payment_days(worked.rhythm, found.payments)
    for one, day in zip(found.each_payment(), days, strict=True):
        yield Payment(day, one.total, one.shares)


def plain(cell: str) -> str:
    """A cell that no spreadsheet runs: the words in it come from departments."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _csv(worked: Worked) -> str:
    out = io.StringIO()
    write = csv.writer(out)
    labels = [f"{row.label}, {row.department}" for row in plan_words.rows(worked)]
    write.writerow([plain(cell) for cell in (_("Date"), _("Total"), *labels)])
    for payment in payments(worked):
        amounts = [f"{p // 100}.{p % 100:02d}" for p in (payment.total, *payment.shares)]
        write.writerow([payment.day.isoformat(), *amounts])
    return out.getvalue()
