"""D61: a plan that the person can afford, and what other amounts would make of it."""

from __future__ import annotations

import re
from typing import Any, Final

from flask import Blueprint, redirect
from marshmallow import fields
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.citizen import plan_case, plan_dates, plan_often, plan_words
from app.citizen.plan_case import Worked
from app.citizen.plan_steps import NOT_NOW, OLD, PROGRESS, next_step
from app.citizen.statement import BudgetState, budget_state
from app.citizen.view import current_view
from app.http import session
from app.http.access import signed_in
from app.http.current import services
from app.http.fields import Choice, Money
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.often import often
from app.http.pages import page
from app.http.text import gettext as _
from debts.money import Pence, format_pounds
from plan.progress import progress
from plan.rules.affordability import Part
from plan.rules.frequencies import months_of
from plan.rules.proposal import Option
from plan.rules.reasons import Notice, Outcome
from plan.terms import Every

blueprint = Blueprint("plan_propose", __name__)
OTHER: Final = "other"
PENCE: Final = re.compile(r"[0-9]{1,9}")
SHORT_PLAN: Final = 3
"""A plan of fewer months is called short."""


def _amounts(every: Every) -> FormSchema:
    """`do` is the button. Any but `continue` works out another amount. `payment` is the amount on
    the page that the person goes on with, in pence."""

    class Amount(FormSchema):
        do = fields.String()
        amount = Choice((*Part, OTHER), empty=_none_chosen(every), optional=True)
        other = fields.String()
        payment = fields.String()

    return Amount()


def _none_chosen(every: Every) -> str:
    return _("Select how much you want to pay %(often)s", often=often(every))


@blueprint.get("/plan")
@signed_in
def plan() -> Response:
    """A running plan has its own page; without answers or a budget this one says what is needed."""
    running = progress(services().store, actor=session.person())
    if running is not None and running.live:
        return redirect(PROGRESS, 303)
    worked = plan_case.worked()
    if worked is None:
        return _before()
    if not worked.possible:
        return redirect(NOT_NOW, 303)
    if worked.often_gone:
        plan_case.keep(every=Every.MONTH.value, payment=None, pay_day=None, settled=False)
    elif worked.payment_gone:
        plan_case.keep(payment=None, settled=False)
    return _page(worked, blank(amount=_part_of(worked), other=_own_amount(worked)))


@blueprint.post("/plan")
@signed_in
def plan_sent() -> Response:
    """Work out another amount on the same page, or go on with the one that is shown."""
    worked = plan_case.before_plan()
    if worked is None or not worked.possible:
        return redirect("/plan", 303)
    form = read_form(_amounts(worked.every))
    if form.value("do") == "continue":
        return _go_on(worked, form.value("payment"))
    if not form.value("amount"):
        return _page(worked, form.with_error("amount", _none_chosen(worked.every)))
    if not form.ok:
        return _page(worked, form)
    if form.data["amount"] != OTHER:
        offers = {option.part: option.payment for option in worked.proposal.options}
        plan_case.keep(payment=offers.get(form.data["amount"]), settled=False)
        return redirect("/plan", 303)
    own = read_form(_own(worked)(), MultiDict({"other": form.value("other")}))
    if not own.ok:
        return _page(worked, form.with_error("other", own.errors["other"]))
    plan_case.keep(payment=own.data["other"], settled=False)
    return redirect("/plan", 303)


def _go_on(worked: Worked, typed: str) -> Response:
    """With the amount that stood on the button, while it still makes a plan."""
    payment = Pence(int(typed)) if PENCE.fullmatch(typed) else Pence(0)
    if not worked.least <= payment <= worked.most:
        return redirect("/plan", 303)
    draft = plan_case.keep(payment=payment, settled=True)
    return redirect(OLD if worked.proposal.ask_first else next_step(draft), 303)


def _own(worked: Worked) -> type[FormSchema]:
    made: Any = FormSchema.from_dict(
        {
            "other": Money.between(
                _("Amount %(often)s", often=often(worked.every)),
                worked.least,
                worked.most,
                empty=_("Enter how much you want to pay %(often)s", often=often(worked.every)),
            )
        },
        name="OwnAmount",
    )
    return made  # type: ignore[no-any-return]


def _part_of(worked: Worked) -> str:
    """Which of the offers is the one on the page."""
    return next(
        (o.part for o in worked.proposal.options if o.payment == worked.proposal.payment), OTHER
    )


def _offers(worked: Worked) -> list[Option]:
    """Amounts to choose from. Those that all pay everything at once are one choice."""
    possible = [one for one in worked.proposal.options if one.outcome is Outcome.PLAN]
    once = [one for one in possible if one.payments == 1]
    shown = [one for one in once if one.part == _part_of(worked)] or once
    return [one for one in possible if one.payments != 1 or one is shown[0]]


def _own_amount(worked: Worked) -> str:
    known = worked.proposal.payment or 0
    return format_pounds(known).removeprefix("£") if _part_of(worked) == OTHER else ""


def _page(worked: Worked, form: Form) -> Response:
    proposal, rhythm = worked.proposal, worked.rhythm
    count = proposal.payments or 1
    days = plan_dates.payment_days(rhythm, count)
    return page(
        "citizen/plan/plan.html",
        form=form,
        worked=worked,
        proposal=proposal,
        count=count,
        days=days,
        month=plan_dates.month_and_year,
        bars=plan_words.bars(plan_words.rows(worked), days, worked.every),
        ways=len(proposal.shares) > 1 and count > 1,
        how=plan_words.how_worked_out(worked),
        left_out=plan_words.left_out(worked),
        can_appeal=plan_words.can_appeal(worked),
        old_debts=plan_words.old_debts(worked),
        interest=plan_words.interest(worked),
        charges_stop=plan_words.charges_stop(worked),
        offers=[
            (
                one.part,
                min(one.payment, proposal.owed),
                plan_dates.last_day(rhythm, one.payments or 1),
            )
            for one in _offers(worked)
        ],
        beside=plan_words.beside(proposal),
        long=Notice.LONG_PLAN in proposal.notices,
        stale_figures=Notice.GUIDELINES_OUT_OF_DATE in proposal.notices,
        short=months_of(count, proposal.every) < SHORT_PLAN,
        gone=worked.payment_gone,
        often_gone=Every(worked.draft.every) if worked.often_gone else None,
        comes=plan_often.suggested(worked),
        declined=[plan_words.name(code) for code in sorted(worked.draft.declined)],
    )


def _before() -> Response:
    """What is needed before a plan: answers, and money in and out."""
    view = current_view()
    return page(
        "citizen/plan/before.html",
        view=view,
        asked=any(card.was_asked for card in view.cards),
        budget=budget_state(),
        complete=BudgetState.COMPLETE,
    )
