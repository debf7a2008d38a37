"""X07: does a day's payment match the department's bank statement, and are its lines in place."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.department_console import addresses, guard, said
from app.department_console.desk import here
from app.http.access import staff_reconciles
from app.http.fields import Choice, Money
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from plan.confirm import answer_remittance
from plan.receipts import post_the_rest
from plan.reconcile import Statement, late, statement

blueprint = Blueprint("console_remittance_answers", __name__, url_prefix="/department/remittances")


class Matches(FormSchema):
    matches = Choice(("yes", "no"), empty=_l("Select yes if the total matches your bank statement"))


class Arrived(FormSchema):
    arrived = Money(
        empty=_l("Enter the amount on your bank statement, or 0 if nothing came"),
        not_money=_l("Amount must be an amount of money, like 70 or 70.50"),
        most=10_000_000_000,
    )


@blueprint.post("/<reference>")
@staff_reconciles
def answer(reference: str) -> Response:
    form = read_form(Matches())
    if not form.ok:
        found = _found(reference)
        return page(
            "department_console/remittance.html",
            form=form,
            found=found,
            bare=reference,
            late=late(found.row, here().clock),
            said=said,
            may_answer=True,
            done="",
        )
    if form.data["matches"] == "no":
        return redirect(f"/department/remittances/{reference}/difference", 303)
    _say(reference, matches=True)
    return redirect(f"/department/remittances/{reference}?done=confirmed", 303)


@blueprint.get("/<reference>/difference")
@staff_reconciles
def ask_difference(reference: str) -> Response:
    return _difference(reference, blank())


@blueprint.post("/<reference>/difference")
@staff_reconciles
def difference(reference: str) -> Response:
    """What came, laid beside what was sent. Nothing is kept of the amount that is typed."""
    form = read_form(Arrived())
    return _difference(reference, form, form.data.get("arrived") if form.ok else None)


@blueprint.post("/<reference>/differs")
@staff_reconciles
def differs(reference: str) -> Response:
    _say(reference, matches=False)
    return redirect(f"/department/remittances/{reference}?done=differs", 303)


@blueprint.post("/<reference>/post")
@staff_reconciles
def post(reference: str) -> Response:
    """All lines without an answer are in their place."""
    post_the_rest(
        here().store,
        here().clock,
        here().chance,
        actor=guard.actor(),
        reference=addresses.reference(reference),
    )
    return redirect(f"/department/remittances/{reference}?done=posted", 303)


def _difference(reference: str, form: Form, arrived: int | None = None) -> Response:
    found = _found(reference)
    gap = None if arrived is None else arrived - found.row.total_pence
    return page(
        "department_console/difference.html",
        form=form,
        found=found,
        bare=reference,
        arrived=arrived,
        gap=gap,
        alike=found.alike(gap) if gap else (),
    )


def _found(reference: str) -> Statement:
    return statement(here().store, actor=guard.actor(), reference=addresses.reference(reference))


def _say(reference: str, *, matches: bool) -> None:
    answer_remittance(
        here().store,
        here().clock,
        here().chance,
        actor=guard.actor(),
        reference=addresses.reference(reference),
        matches=matches,
    )
