"""D68: a department asked for another part of each payment. The person takes it or keeps theirs."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, redirect
from marshmallow import fields
from werkzeug.wrappers import Response

from app.citizen import plan_case, plan_words
from app.citizen.plan_change import running
from app.citizen.plan_steps import PLAN
from app.http import session
from app.http.access import signed_in
from app.http.current import services
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext
from consent.errors import NotFound
from debts.money import Pence
from plan.answers import words_to_show
from plan.lifecycle import ShareState
from plan.progress import LineSoFar, PlanSoFar
from plan.settle_terms import accept, keep_mine

blueprint = Blueprint("plan_settle", __name__)
ANSWERS: Final = "/plan/answers"


def _schema(name: str, *, may_accept: bool) -> FormSchema:
    words = gettext(
        "Select if you accept %(department)s’s change or want to keep your plan", department=name
    )

    class Settle(FormSchema):
        settle = Choice(("accept", "keep") if may_accept else ("keep",), empty=words)
        line = fields.String()

    return Settle()


@blueprint.get("/plan/answers/<line>")
@signed_in
def ask(line: str) -> Response:
    plan = running()
    if plan is None:
        return redirect(PLAN, 303)
    found = _asked(plan, line)
    return _page(plan, found, blank()) if found else redirect(ANSWERS, 303)


@blueprint.post("/plan/answers/<line>")
@signed_in
def settled(line: str) -> Response:
    plan = running()
    found = _asked(plan, line) if plan else None
    if plan is None or found is None:
        return redirect(ANSWERS, 303)
    most = _most(plan)
    may_accept = most is None or _with(plan, found) <= most
    form = read_form(_schema(plan_words.name(found.department), may_accept=may_accept))
    if not form.ok:
        return _page(plan, found, form)
    verb = accept if form.data["settle"] == "accept" else keep_mine
    verb(
        services().store,
        services().clock,
        services().chance,
        actor=session.person(),
        plan_id=plan.plan_id,
        share_id=found.share_id,
    )
    return redirect(ANSWERS, 303)


def _asked(plan: PlanSoFar, line: str) -> LineSoFar | None:
    """The line of this plan that a department wants changed; nothing when it was settled.
    Raises NotFound for what is no line of this plan."""
    try:
        share_id = UUID(line)
    except ValueError:
        raise NotFound("no such line") from None
    found = next((each for each in plan.lines if each.share_id == share_id), None)
    if found is None:
        raise NotFound("no such line")
    named = found.state is ShareState.CHANGE_ASKED and found.asked_pence is not None
    return found if named else None


def _with(plan: PlanSoFar, line: LineSoFar) -> int:
    """Pence of each payment, if the person accepts."""
    return plan.payment - line.pence + (line.asked_pence or 0)


def _most(plan: PlanSoFar) -> Pence | None:
    """What the budget of this visit leaves for each payment. Nobody accepts more than that here
    (F40); without a budget the page asks them to look first."""
    worked = plan_case.worked()
    return None if worked is None else plan_case.most_in(worked, plan.frequency)


def _page(plan: PlanSoFar, line: LineSoFar, form: Form) -> Response:
    return page(
        "citizen/plan/settle.html",
        form=form,
        plan=plan,
        line=line,
        name=plan_words.name(line.department),
        reason=plan_words.ANSWER_REASONS.get(line.reason, ""),
        said=words_to_show(
            services().store, actor=session.person(), states={line.share_id: line.state}
        ).get(line.share_id, ""),
        payment=_with(plan, line),
        most=_most(plan),
    )
