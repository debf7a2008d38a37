"""X09: what a department does with one line of money. What goes back needs a second person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.department_console import addresses, guard, said
from app.department_console.desk import here
from app.http.access import staff, staff_reconciles
from app.http.fields import Choice, Money
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.roles import Role
from plan.paying import FINAL, LineSays, Outcome, ReceiptReason
from plan.receipts import BY_CONSOLE, Said, answer_allocation
from plan.reconcile import MoneyLine, line
from plan.send_back import CannotSendBack, Refusal, ask_to_send_back, decide_return

blueprint = Blueprint("console_line", __name__, url_prefix="/department/reconciliation")
PAGE: Final = "department_console/line.html"
HOLD: Final = timedelta(days=5)
MOST: Final = 100_000_000


class Decided(FormSchema):
    """`part` sends a part back and keeps the rest; `back` and `refuse` send all of it."""

    what = Choice(
        ("place", "hold", "part", "back", "refuse"),
        empty=_l("Select what you want to do with this payment"),
    )
    state = Choice(tuple(LineSays), optional=True, empty=_l("Select how the debt stands"))
    needed = Money(
        optional=True,
        not_money=_l("Amount still needed must be an amount of money, like 70 or 70.50"),
        outside=_l("Amount still needed must be between £0.01 and £1,000,000"),
        least=1,
        most=MOST,
    )
    returned = Money(
        optional=True,
        not_money=_l("Amount to send back must be an amount of money, like 70 or 70.50"),
        outside=_l("Amount to send back must be between £0.01 and £1,000,000"),
        least=1,
        most=MOST,
    )
    reason = Choice(
        tuple(said.REASONS), optional=True, empty=_l("Select why you do not place this payment")
    )


class Second(FormSchema):
    decision = Choice(("approve", "decline"), empty=_l("Select whether the money should go back"))


@blueprint.get("/<line_id>")
@staff
def one(line_id: str) -> Response:
    return _show(line_id, blank(), request.args.get("done", ""))


@blueprint.post("/<line_id>")
@staff_reconciles
def sort_out(line_id: str) -> Response:
    form = _whole(read_form(Decided()))
    if not form.ok:
        return _show(line_id, form)
    wanted, saying = addresses.uuid(line_id), _said(form)
    if not saying.sends_back:
        answer_allocation(
            *_tools(), actor=guard.actor(), allocation_id=wanted, said=saying, by=BY_CONSOLE
        )
        return _back(line_id, "answered")
    try:
        ask_to_send_back(*_tools(), actor=guard.actor(), allocation_id=wanted, said=saying)
    except CannotSendBack as refused:
        if refused.why is not Refusal.TOO_MUCH:
            raise
        words: Any = _l("Amount to send back must be no more than came")
        return _show(line_id, form.with_error("returned", words))
    return _back(line_id, "asked")


@blueprint.post("/<line_id>/second")
@staff_reconciles
def second(line_id: str) -> Response:
    form = read_form(Second())
    if not form.ok:
        return _show(line_id, form)
    agree, wanted = form.data["decision"] == "approve", addresses.uuid(line_id)
    decide_return(*_tools(), actor=guard.actor(), allocation_id=wanted, agree=agree)
    return _back(line_id, "approved" if agree else "declined")


def _tools() -> tuple[Any, Any, Any]:
    return here().store, here().clock, here().chance


def _back(line_id: str, done: str) -> Response:
    return redirect(f"/department/reconciliation/{line_id}?done={done}", 303)


def _whole(form: Form) -> Form:
    """What belongs to the answer that was chosen."""
    what, state = form.data.get("what"), form.data.get("state")
    missing = {
        "place": (("state", _l("Select how the debt stands")),),
        "part": (
            ("returned", _l("Enter how much to send back")),
            ("reason", _l("Select why you do not place this payment")),
        ),
    }.get(str(what), (("reason", _l("Select why you do not place this payment")),))
    for name, words in missing if what else ():
        if form.data.get(name) is None and name not in form.errors:
            form = form.with_error(name, words)
    if what == "place" and state == LineSays.CLOSING and form.data.get("needed") is None:
        form = form if "needed" in form.errors else form.with_error("needed", _NEEDED)
    return form


_NEEDED: Final[Any] = _l("Enter how much is still needed")


def _said(form: Form) -> Said:
    """The answer in the words of the departments' protocol."""
    reason = ReceiptReason(form.data.get("reason") or "")
    match form.data["what"]:
        case "place":
            state = LineSays(form.data["state"])
            needed = form.data["needed"] if state is LineSays.CLOSING else None
            return Said(Outcome.POSTED, state, needed_pence=needed)
        case "hold":
            return Said(Outcome.HELD, LineSays.OPEN, reason)
        case "part":
            back = form.data["returned"]
            return Said(Outcome.POSTED, LineSays.CLEARED, reason, returned_pence=back)
        case "back":
            return Said(Outcome.RETURNED, _after(reason), reason)
        case _:
            return Said(Outcome.REJECTED, _after(reason), reason)


def _after(reason: ReceiptReason) -> LineSays:
    """A debt that is closed takes no more."""
    return LineSays.CLEARED if reason is ReceiptReason.DEBT_CLOSED else LineSays.OPEN


def _show(line_id: str, form: Form, done: str = "") -> Response:
    found, asked_by = line(here().store, actor=guard.actor(), allocation_id=addresses.uuid(line_id))
    return page(
        PAGE,
        form=form,
        line=found,
        asked_by=asked_by,
        final=found.receipt is not None and found.receipt.outcome in FINAL,
        held_until=_held_until(found),
        mine=found.check is not None and found.check.asked_by == guard.actor().staff,
        may_answer=guard.may(Role.RECONCILES),
        said=said,
        done=done,
    )


def _held_until(found: MoneyLine) -> Any:
    """The day on which to look at a line that is on hold."""
    receipt = found.receipt
    return receipt.received_at + HOLD if receipt and receipt.outcome is Outcome.HELD else None
