"""D25: what became of a question about a debt, and how to say it oneself."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import who
from app.citizen.debts_draft import DebtQuery
from app.citizen.debts_owe import find
from app.citizen.debts_words import DECISIONS, PROBLEMS
from app.citizen.slots import QUERY
from app.citizen.view import current_view, holds_by_tag, tag_of
from app.http import session
from app.http.access import signed_in
from app.http.current import now, services
from app.http.pages import page
from consent.answer_hold import answers_to
from consent.clock import london_date
from consent.holds import HoldState, Reason, note_hold

blueprint = Blueprint("debts_sent", __name__, url_prefix="/debts/<int:number>/query")


@blueprint.get("/sent")
@signed_in
def sent(number: int) -> Response:
    found = find(current_view(), number)
    if found is None:
        return redirect("/debts", 303)
    hold = holds_by_tag().get(tag_of(found))
    if hold is None:
        return redirect(f"/debts/{number}/query", 303)
    query = session.visit().get(QUERY, DebtQuery)
    mine = query is not None and query.token == found.debt.token
    return page(
        "citizen/debts/query_sent.html",
        numbered=found,
        debt=found.debt,
        entry=services().register.departments[found.department],
        hold=hold,
        state=HoldState(hold.state),
        answer=answers_to(services().store, actor=session.person(), hold_ids=[hold.hold_id]).get(
            hold.hold_id
        ),
        decisions=DECISIONS,
        problem=PROBLEMS[Reason(hold.reason_code)],
        own_words=query.words if query is not None and mine else "",
        may_send=mine and hold.state == HoldState.NOT_SENT,
        identity=who.identity(),
        today=london_date(now()),
    )


@blueprint.post("/end")
@signed_in
def end(number: int) -> Response:
    """The person has no problem with this debt any more: it may join a plan again."""
    found = find(current_view(), number)
    hold = holds_by_tag().get(tag_of(found)) if found else None
    if hold is not None:
        note_hold(
            services().store,
            services().clock,
            actor=session.person(),
            hold_id=hold.hold_id,
            state=HoldState.CLOSED,
        )
    return redirect(f"/debts/{number}" if found else "/debts", 303)
