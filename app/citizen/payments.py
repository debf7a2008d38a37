"""D70: the payments that the person has made, how each was split, and where each part is now."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.citizen import paying, plan_words
from app.http import session
from app.http.access import signed_in
from app.http.current import services, settings
from app.http.pages import page
from app.http.text import gettext
from app.http.text import lazy_gettext as _l
from consent.clock import london_date
from debts.money import plain_pounds
from plan.paying import AllocationKind, AllocationState, Outcome, PaymentState, Route
from plan.store import payments, receipts, refunds
from plan.store.payments import AllocationRow, PaymentRow
from plan.store.refunds import RefundRow

blueprint = Blueprint("payments", __name__)
ON_A_PAGE: Final = 12
STATES: Final = {
    PaymentState.STARTED: _l("We are checking"),
    PaymentState.SUBMITTED: _l("We are checking"),
    PaymentState.SETTLED: _l("Received"),
    PaymentState.FAILED: _l("No money was taken"),
    PaymentState.CANCELLED: _l("No money was taken"),
}
ROUTES: Final = {
    Route.BANK: _l("by bank transfer"),
    Route.CASH: _l("in cash"),
    Route.BENEFIT: _l("from your benefit"),
}
"""How it came, where that is not by card."""
BY_CARD: Final = _l("by card")
OUTCOMES: Final = {
    Outcome.POSTED: _l("The department has it"),
    Outcome.IN_SUSPENSE: _l("The department has it and is looking for where it belongs"),
    Outcome.HELD: _l("The department has it and holds it"),
    Outcome.REJECTED: _l("The department sent it back"),
    Outcome.RETURNED: _l("The department sent it back"),
}
"""What a department said about its part."""


@dataclass(frozen=True, slots=True)
class Made:
    """One payment as the page shows it: pence, each part with what became of it, what went back."""

    payment: PaymentRow
    said: str
    route: str
    parts: tuple[tuple[str, int, str], ...]
    back: tuple[RefundRow, ...]


@blueprint.get("/plan/payments")
@signed_in
def made() -> Response:
    found = _all()
    asked = request.args.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    pages = max(-(-len(found) // ON_A_PAGE), 1)
    number = min(max(number, 1), pages)
    return page(
        "citizen/plan/payments.html",
        payments=found[(number - 1) * ON_A_PAGE : number * ON_A_PAGE],
        reference=paying.reference,
        number=number,
        pages=pages,
        cash=bool(settings().cash_prefix),
    )


@blueprint.get("/plan/payments.csv")
@signed_in
def as_csv() -> Response:
    """A line for each part of each payment, in pounds, with the payment that it is a part of."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(
        [
            gettext("Date"),
            gettext("How you paid"),
            gettext("Payment reference"),
            gettext("Payment"),
            gettext("Paid to"),
            gettext("Amount"),
            gettext("Where it is"),
        ]
    )
    for one in _all():
        row = one.payment
        day = row.value_date or london_date(row.made_at)
        whole = (
            day.isoformat(),
            one.route or BY_CARD,
            row.payment_id,
            plain_pounds(row.amount_pence),
        )
        for name, pence, said in one.parts:
            lines.writerow([*whole, name, plain_pounds(pence), said])
    headers = {"Content-Disposition": 'attachment; filename="payments.csv"'}
    return Response(out.getvalue(), mimetype="text/csv", headers=headers)


def _all() -> list[Made]:
    actor = session.person()
    with services().store.transaction(actor) as tx:
        rows = payments.of_subject(tx, actor.subject)
        ids = [row.payment_id for row in rows]
        parts = payments.parts_of(tx, ids) if ids else []
        back = refunds.of_payments(tx, ids) if ids else []
        said = receipts.outcomes(tx, [part.allocation_id for part in parts])
    return [
        Made(
            payment=row,
            said=str(STATES[row.state]),
            route=str(ROUTES.get(row.route, "")),
            parts=_parts([part for part in parts if part.payment_id == row.payment_id], said),
            back=tuple(one for one in back if one.payment_id == row.payment_id),
        )
        for row in rows
    ]


def _parts(
    found: Sequence[AllocationRow], said: Mapping[UUID, Outcome]
) -> tuple[tuple[str, int, str], ...]:
    """What each line got, with what went back of it counted in."""
    by_line: dict[UUID, int] = {}
    for part in found:
        by_line[part.share_id] = by_line.get(part.share_id, 0) + part.pence
    return tuple(
        (plan_words.name(part.department), by_line[part.share_id], _where(part, said))
        for part in found
        if part.kind is AllocationKind.PAID
    )


def _where(part: AllocationRow, said: Mapping[UUID, Outcome]) -> str:
    if part.allocation_id in said:
        return str(OUTCOMES[said[part.allocation_id]])
    if part.state is AllocationState.VOID:
        return gettext("Not paid")
    if part.state is AllocationState.PLANNED:
        return gettext("We are checking")
    if part.sequence is None:
        return gettext("Received, goes to the department next")
    return gettext("On its way to the department")
