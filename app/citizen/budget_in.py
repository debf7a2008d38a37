"""D43 and D44: which money comes in, and how much of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, redirect, request
from marshmallow import fields
from werkzeug.wrappers import Response

from app.citizen.budget_amounts import ANY_AMOUNT, Rows, in_box, kinds_of, line_of, too_much
from app.citizen.budget_draft import Budget
from app.citizen.budget_steps import IN_CHOOSE
from app.citizen.budget_visit import back, budget, keep, keep_whole, onward
from app.citizen.budget_words import HOW_OFTEN_IN, NO_INCOME, grouped, how_often
from app.http.access import signed_in
from app.http.fields import Choice, Choices, Money, Text
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext
from app.http.text import lazy_gettext as _l
from plan.rules.statement_lines import INCOME_GROUPS, INCOME_LINES

blueprint = Blueprint("budget_in", __name__, url_prefix="/budget/in")
TAKEN: Final = "taken"
"""The name of the line that is no line of the Statement: what is taken before it comes in."""


class Kinds(FormSchema):
    lines = Choices(
        tuple(INCOME_LINES),
        exclusive=NO_INCOME,
        empty=_l("Select what money you have coming in, or select ‘I have no money coming in’"),
    )


@blueprint.get("/choose")
@signed_in
def choose() -> Response:
    ticked = budget().income
    chosen = [NO_INCOME] if ticked == () else list(ticked or ())
    return _choose_page(blank(Kinds(), lines=chosen))


@blueprint.post("/choose")
@signed_in
def chosen() -> Response:
    form = read_form(Kinds())
    if not form.ok:
        return _choose_page(form)
    lines = form.data["lines"]
    keep(income=() if lines == (NO_INCOME,) else lines)
    return onward()


@blueprint.get("/amounts")
@signed_in
def amounts() -> Response:
    known = budget()
    if not known.income:
        return redirect(IN_CHOOSE, 303)
    taken = known.taken
    return _amounts_page(
        _rows(known).filled(
            known.amounts,
            taken=known.taken_asked,
            taken_amount=in_box(taken.pence) if taken else "",
            taken_every=str(taken.every) if taken else "",
        )
    )


@blueprint.post("/amounts")
@signed_in
def amounts_typed() -> Response:
    known = budget()
    if not known.income:
        return redirect(IN_CHOOSE, 303)
    rows = _rows(known)
    form = _with_taken_checked(rows.read(_taken_fields()))
    if not form.ok:
        return _amounts_page(form)
    said = form.data["taken"]
    taken = None
    if said == "yes":
        taken = line_of(TAKEN, form.data["taken_amount"], form.data["taken_every"])
    changed = known.with_amounts(rows.lines(form))
    keep_whole(replace(changed, taken_asked=said or "", taken=taken))
    return onward()


def _rows(known: Budget) -> Rows:
    return Rows(kinds_of(known.income or (), INCOME_LINES), HOW_OFTEN_IN, coming_in=True)


def _taken_fields() -> Mapping[str, fields.Field[Any]]:
    """How much is asked only of who said yes."""
    often = [str(one) for one in HOW_OFTEN_IN]
    asked: dict[str, fields.Field[Any]] = {"taken": Choice(("yes", "no"), optional=True)}
    if request.form.get("taken") != "yes":
        unread = {"taken_amount": Text(optional=True), "taken_every": Text(optional=True)}
        return {**asked, **unread}
    return {
        **asked,
        "taken_amount": Money(
            empty=_l("Enter how much is taken for a debt"),
            not_money=_l("Amount taken must be an amount of money, like 250 or 250.75"),
            negative=_l("Amount taken must be £0 or more"),
            most=ANY_AMOUNT,
        ),
        "taken_every": Choice(often, empty=_l("Select how often it is taken")),
    }


def _with_taken_checked(form: Form) -> Form:
    amount, every = form.data.get("taken_amount"), form.data.get("taken_every")
    if form.data.get("taken") != "yes" or amount is None or every is None:
        return form
    words = too_much(gettext("Amount taken"), amount, every)
    return form.with_error("taken_amount", words) if words else form


def _choose_page(form: Form) -> Response:
    return page(
        "citizen/budget/in_choose.html",
        form=form,
        groups=grouped(INCOME_GROUPS),
        no_income=NO_INCOME,
        back=back(),
    )


def _amounts_page(form: Form) -> Response:
    return page(
        "citizen/budget/in_amounts.html",
        form=form,
        rows=_rows(budget()).shown({}),
        choices=how_often(HOW_OFTEN_IN),
        back=back(),
    )
