"""How often the person pays, as their money comes: each week, two weeks, four weeks or month (D63).

Nobody is asked who does not open this page; a plan is by the month.
"""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import plan_case
from app.citizen.plan_case import Worked
from app.citizen.plan_steps import DAY, OFTEN, PLAN, next_step
from app.http.access import signed_in
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.often import choice, each_time, often
from app.http.pages import page
from app.http.text import gettext as _
from app.http.text import lazy_gettext as _l
from plan.rules.frequencies import Frequency
from plan.rules.statement import total
from plan.terms import Every

blueprint = Blueprint("plan_often", __name__)


class Often(FormSchema):
    often = Choice(tuple(Every), empty=_l("Select how often you want to pay"))


@blueprint.get(OFTEN)
@signed_in
def how_often() -> Response:
    worked = plan_case.before_plan()
    if worked is None or not worked.possible:
        return redirect(PLAN, 303)
    return _page(worked, blank(often=worked.every))


@blueprint.post(OFTEN)
@signed_in
def chosen() -> Response:
    """The day is asked again where the frequency is another: it is one of another kind."""
    worked = plan_case.before_plan()
    if worked is None or not worked.possible:
        return redirect(PLAN, 303)
    form = read_form(Often())
    if not form.ok:
        return _page(worked, form)
    every = Every(form.data["often"])
    if every is not worked.every:
        other = plan_case.by(worked, every)
        if other.often_gone:
            words = _(
                "Select another answer. A plan that is paid %(often)s does not fit these figures",
                often=often(every),
            )
            return _page(worked, form.with_error("often", words))
        plan_case.keep(every=every.value, payment=other.draft.payment, pay_day=None, first_on=None)
    return redirect(next_step(plan_case.draft()), 303)


def comes(worked: Worked) -> list[Every]:
    """How often money comes in other than by the month, the most of it first."""
    statement = worked.case.statement
    lines = statement.income if statement else ()
    found = {
        every: total(line for line in lines if line.every is Frequency(every)) for every in Every
    }
    weekly = [every for every in Every if found[every] and every is not Every.MONTH]
    return sorted(weekly, key=lambda every: -found[every])


def suggested(worked: Worked) -> Every | None:
    """What most of this money comes by, where the plan is by the month and need not be."""
    found = comes(worked)
    return found[0] if found and worked.every is Every.MONTH else None


def _page(worked: Worked, form: Form) -> Response:
    offered = [plan_case.by(worked, every) for every in Every]
    known = comes(worked)
    return page(
        "citizen/plan/often.html",
        form=form,
        action=OFTEN,
        back=DAY if worked.draft.settled else PLAN,
        choices=[
            (one.every, choice(one.every), _amount(one), one.every in known)
            for one in offered
            if not one.often_gone
        ],
    )


def _amount(worked: Worked) -> str:
    return each_time(worked.proposal.payment or 0, worked.every)
