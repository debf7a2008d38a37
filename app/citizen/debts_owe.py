"""D22, D23, D26 and D29: what the departments answered, by name, and what is missing from it."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen.debts_page import Words
from app.citizen.statement import current_nation
from app.citizen.view import current_view
from app.http import session
from app.http.access import signed_in
from app.http.current import now, services
from app.http.pages import page
from app.http.text import gettext
from consent.clock import london_date
from consent.errors import NotFound
from debts.debt import Debt
from debts.view import CardState, Numbered, View
from plan.progress import progress
from plan.rules.appeal import Appeal
from plan.rules.claim import Nation
from plan.rules.words import APPEALS

blueprint = Blueprint("debts_owe", __name__)


@blueprint.get("/debts")
@signed_in
def owe() -> Response:
    """D22. Before anybody was asked in this visit it is D20, and D26 when nothing was found."""
    view = current_view()
    if not any(card.was_asked for card in view.cards):
        return redirect("/debts/get", 303)
    if view.none_found:
        return redirect("/debts/none", 303)
    plan = progress(services().store, actor=session.person())
    return page(
        "citizen/debts/owe.html",
        view=view,
        words=Words(view),
        cleared=_cleared(view),
        has_plan=plan is not None and plan.live,
    )


@blueprint.get("/debts/print")
@signed_in
def for_print() -> Response:
    """D29: one sheet of paper for each department."""
    view = current_view()
    if not any(card.was_asked for card in view.cards):
        return redirect("/debts/get", 303)
    return page("citizen/debts/print.html", view=view, words=Words(view), at=now())


@blueprint.get("/debts/none")
@signed_in
def none() -> Response:
    """D26: only when every department that was asked has answered that there is nothing."""
    view = current_view()
    if not view.none_found:
        return redirect("/debts", 303)
    return page(
        "citizen/debts/none.html",
        cards=[card for card in view.cards if card.was_asked],
        later=services().register.not_connected(),
    )


@blueprint.get("/debts/<int:number>")
@signed_in
def one(number: int) -> Response:
    """D23. The number means something in this visit only."""
    view = current_view()
    found = find(view, number)
    if found is None:
        return redirect("/debts", 303)
    words, entry = Words(view), services().register.departments[found.department]
    appeal = _appeal(found.debt)
    return page(
        "citizen/debts/one.html",
        numbered=found,
        debt=found.debt,
        entry=entry,
        appeal=appeal,
        appeal_words=gettext(APPEALS[appeal.way], department=entry.name),
        words=words,
        asked=words.asked(found),
        paid=_paid(found.debt),
        today=_today(),
    )


def find(view: View, number: int) -> Numbered | None:
    """The debt of this number; nothing when its department has no amounts to show any more.
    Raises NotFound for a number that was never given out."""
    found = view.find(number)
    if found is not None:
        return found
    place = number // 100
    if not 0 < place <= len(view.cards) or not view.cards[place - 1].allowed:
        raise NotFound("no such debt")
    if view.cards[place - 1].debts:
        raise NotFound("no such debt")
    return None


def _cleared(view: View) -> bool:
    """All amounts are out of date: the page says so once, and offers to get all of them again."""
    states = {card.state for card in view.cards if card.was_asked}
    return states == {CardState.OUT_OF_DATE}


def _paid(debt: Debt) -> int:
    """What was paid or taken off since it began, in pence; 0 when it cannot be said."""
    if debt.original is None or debt.original < debt.balance or debt.fees or debt.interest:
        return 0
    return debt.original - debt.balance


def _appeal(debt: Debt) -> Appeal:
    """Where to turn, by the kind of debt and where the person lives (F35)."""
    policy = services().policies.on(_today(), current_nation() or Nation.ENGLAND)
    return policy.appeals.of(debt.type_code)


def _today() -> date:
    return london_date(now())
