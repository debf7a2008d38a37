"""D48, D49 and D50: other debts, money put aside, and what may change."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, request
from marshmallow import Schema
from werkzeug.wrappers import Response

from app.citizen.budget_amounts import ANY_AMOUNT, in_box, too_much
from app.citizen.budget_draft import NONE, OTHER, SUGGESTED
from app.citizen.budget_outside import paid_outside
from app.citizen.budget_steps import START
from app.citizen.budget_summary import summarise
from app.citizen.budget_visit import back, budget, keep, onward, policy
from app.citizen.budget_words import CHANGES, NO_CHANGES, listed
from app.http.access import signed_in
from app.http.fields import Choice, Choices, Money, Text
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext
from app.http.text import lazy_gettext as _l
from debts.money import NOTHING, format_pounds
from plan.rules.affordability import suggested_savings
from plan.rules.policy import Policy

blueprint = Blueprint("budget_rest", __name__, url_prefix="/budget")
NOT_ASKED: Final = Text(optional=True)


class Changes(FormSchema):
    changes = Choices(
        tuple(CHANGES),
        exclusive=NO_CHANGES,
        empty=_l("Select what will change, or select ‘Nothing I know of’"),
    )


@blueprint.get("/other-debts")
@signed_in
def other_debts() -> Response:
    known = budget().other_debts
    pays = "" if known is None else "yes" if known else "no"
    return _other_debts_page(blank(None, pays=pays, amount=in_box(known or None)))


@blueprint.post("/other-debts")
@signed_in
def other_debts_answered() -> Response:
    form = read_form(_other_debts_schema())
    amount = form.data.get("amount") if form.data.get("pays") == "yes" else NOTHING
    if amount is not None and (words := too_much(gettext("Amount for other debts"), amount, None)):
        form = form.with_error("amount", words)
    if not form.ok:
        return _other_debts_page(form)
    keep(other_debts=amount)
    return onward()


@blueprint.get("/savings")
@signed_in
def savings() -> Response:
    figures = policy()
    if figures is None:
        return redirect(START, 303)
    known = budget()
    amount = in_box(known.savings_pence)
    return _savings_page(figures, blank(None, savings=known.savings, amount=amount))


@blueprint.post("/savings")
@signed_in
def savings_answered() -> Response:
    figures = policy()
    if figures is None:
        return redirect(START, 303)
    form = read_form(_savings_schema(figures))
    if not form.ok:
        return _savings_page(figures, form)
    own = form.data["savings"] == OTHER
    keep(savings=form.data["savings"], savings_pence=form.data["amount"] if own else None)
    return onward()


@blueprint.get("/changes")
@signed_in
def changes() -> Response:
    known = budget().changes
    ticked = [NO_CHANGES] if known == () else list(known or ())
    return _changes_page(blank(Changes(), changes=ticked))


@blueprint.post("/changes")
@signed_in
def changes_answered() -> Response:
    form = read_form(Changes())
    if not form.ok:
        return _changes_page(form)
    said = form.data["changes"]
    keep(changes=() if said == (NO_CHANGES,) else said)
    return onward()


def _other_debts_schema() -> Schema:
    """An amount is asked only of who said yes."""
    asked = Money(
        empty=_l("Enter how much you pay for other debts each month"),
        not_money=_l("Amount for other debts must be an amount of money, like 250 or 250.75"),
        negative=_l("Amount for other debts must be £0 or more"),
        most=ANY_AMOUNT,
    )
    pays = Choice(("yes", "no"), empty=_l("Select yes if you pay other debts each month"))
    amount = asked if request.form.get("pays") == "yes" else NOT_ASKED
    return FormSchema.from_dict({"pays": pays, "amount": amount})()


def _savings_schema(figures: Policy) -> Schema:
    most = figures.affordability.savings_cap
    outside = gettext(
        "Amount to put aside must be between £0 and %(most)s", most=format_pounds(most)
    )
    asked = Money(empty=outside, not_money=outside, outside=outside, most=most)
    savings = Choice((SUGGESTED, OTHER, NONE), empty=_l("Select how much you want to put aside"))
    amount = asked if request.form.get("savings") == OTHER else NOT_ASKED
    return FormSchema.from_dict({"savings": savings, "amount": amount})()


def _other_debts_page(form: Form) -> Response:
    known = budget()
    return page(
        "citizen/budget/other_debts.html", form=form, taken=known.taken_monthly(), back=back()
    )


def _savings_page(figures: Policy, form: Form) -> Response:
    left = summarise(budget(), figures, paid_outside(figures)).affordable.surplus
    return page(
        "citizen/budget/savings.html",
        form=form,
        suggested=suggested_savings(left, figures),
        most=figures.affordability.savings_cap,
        back=back(),
    )


def _changes_page(form: Form) -> Response:
    return page(
        "citizen/budget/changes.html",
        form=form,
        changes=listed(CHANGES),
        no_changes=NO_CHANGES,
        back=back(),
    )
