"""X10 and X11: what people asked about debts, and what the department decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.department_console import addresses, guard, said
from app.department_console.desk import here
from app.department_console.moments import Day
from app.department_console.written import Written
from app.http.access import staff, staff_answers
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.answer_hold import Decided, Decision, OwnHold, answer_hold, own_holds
from consent.clock import london_date
from consent.errors import NotFound, WrongState
from consent.plain_words import LONGEST
from consent.roles import Role

blueprint = Blueprint("console_disputes", __name__, url_prefix="/department/disputes")
PAGE: Final = "department_console/dispute.html"
ANSWER_WITHIN: Final = timedelta(days=28)
"""In so many days a person hears what was decided, or that more time is needed. No rule sets it: a
value of the pilot, for the departments to agree."""


class Decides(FormSchema):
    decision = Choice(tuple(Decision), empty=_l("Select your decision"))
    words = Written(empty=_l("Tell the person why in 500 characters or less"))
    appeal_by = Day(wrong=_l("Last day to appeal must be a date, like 31/12/2030"), optional=True)
    look_again_on = Day(
        wrong=_l("Day you look again must be a date, like 31/12/2030"), optional=True
    )


@blueprint.get("")
@staff
def listed() -> Response:
    found = own_holds(here().store, actor=guard.actor())
    return page(
        "department_console/disputes.html",
        found=[(one, london_date(one.asked_at + ANSWER_WITHIN)) for one in found],
        today=london_date(guard.now()),
        said=said,
        done=request.args.get("done", ""),
    )


@blueprint.get("/<reference>")
@staff
def one(reference: str) -> Response:
    return _show(reference, blank())


@blueprint.post("/<reference>")
@staff_answers
def decide(reference: str) -> Response:
    form = _fits(read_form(Decides()))
    if not form.ok:
        return _show(reference, form)
    decided = Decided(
        Decision(form.data["decision"]),
        form.data["words"],
        form.data["appeal_by"],
        form.data["look_again_on"],
    )
    try:
        answer_hold(
            here().store,
            here().clock,
            here().chance,
            actor=guard.actor(),
            reference=addresses.reference(reference),
            decided=decided,
            by="console",
        )
    except WrongState:
        words: Any = _l("A colleague has decided this already: go back to the list")
        return _show(reference, form.with_error("decision", words))
    return redirect("/department/disputes?done=1", 303)


def _fits(form: Form) -> Form:
    """A day goes with the decisions that have one, and lies ahead."""
    if not form.ok:
        return form
    today = london_date(guard.now())
    decision = Decision(form.data["decision"])
    appeals = decision in (Decision.CHANGED, Decision.NOT_UPHELD)
    wrong: tuple[tuple[str, bool, Any], ...] = (
        ("appeal_by", appeals, _l("Last day to appeal must be empty until you have decided")),
        (
            "look_again_on",
            not appeals,
            _l("Day you look again must be empty once you have decided"),
        ),
    )
    for name, belongs, words in wrong:
        day = form.data[name]
        if day is not None and not belongs:
            form = form.with_error(name, words)
        elif day is not None and day <= today:
            form = form.with_error(name, _PAST[name])
    if decision is Decision.NOT_UPHELD and form.data["appeal_by"] is None:
        form = form.with_error("appeal_by", _APPEAL)
    return form


_PAST: Final[dict[str, Any]] = {
    "appeal_by": _l("Last day to appeal must be in the future"),
    "look_again_on": _l("Day you look again must be in the future"),
}
_APPEAL: Final[Any] = _l("Enter the last day on which the person can appeal")


def _show(reference: str, form: Form) -> Response:
    found = _found(addresses.reference(reference))
    answer = found.answer
    return page(
        PAGE,
        form=form,
        hold=found,
        bare=reference,
        due=london_date(found.asked_at + ANSWER_WITHIN),
        decided=answer is not None and answer.decision is not Decision.MORE_TIME_NEEDED,
        may_answer=guard.may(Role.ANSWERS),
        longest=LONGEST,
        said=said,
    )


def _found(reference: str) -> OwnHold:
    """Raises NotFound, also for another department's."""
    found = own_holds(here().store, actor=guard.actor())
    for one in found:
        if one.reference == reference:
            return one
    raise NotFound("no such request")
