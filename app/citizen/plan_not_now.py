"""D60: there is no plan now. The page has the same care as the plan's, and a safe next step."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import plan_case, plan_words
from app.citizen.plan_case import Worked
from app.citizen.plan_pause import may_pause
from app.citizen.plan_steps import NOT_NOW, PLAN
from app.http import session
from app.http.access import signed_in
from app.http.current import services
from app.http.pages import page
from debts.money import NOTHING
from plan.progress import progress
from plan.rules.reasons import Notice, Outcome, Reason

blueprint = Blueprint("plan_not_now", __name__)


class Why(StrEnum):
    """What stands against a plan, for the page's own words."""

    SHORT = "short"
    NOTHING_LEFT = "nothing_left"
    PROTECTED = "protected"
    """What a home needs to live on leaves too little for a plan (F40)."""
    TOKEN = "token"  # noqa: S105 - a small payment, not a secret
    MINIMUMS = "minimums"
    TOO_LONG = "too_long"
    DANGER = "danger"
    """A court or an enforcement agent is at work on a debt (decision 12, VUL-09)."""
    PAUSED = "paused"
    DECLINED = "declined"
    NONE_FITS = "none_fits"


ABOUT_MONEY: Final = frozenset(
    {Why.SHORT, Why.NOTHING_LEFT, Why.PROTECTED, Why.TOKEN, Why.MINIMUMS, Why.TOO_LONG}
)


@blueprint.get(NOT_NOW)
@signed_in
def not_now() -> Response:
    """Nothing is kept, and nobody is told. When a plan is possible, that is shown instead."""
    running = progress(services().store, actor=session.person())
    worked = plan_case.worked()
    if worked is None or worked.possible or (running is not None and running.live):
        return redirect(PLAN, 303)
    why = why_not(worked)
    return page(
        "citizen/plan/not_now.html",
        why=why.value,
        about_money=why in ABOUT_MONEY,
        worked=worked,
        figures=worked.suggested.affordable,
        protected=worked.suggested.protected,
        outside=sum(payment.pence for payment in worked.suggested.outside),
        minimums=_minimums(worked),
        smallest=worked.policy.affordability.smallest_payment,
        left_out=plan_words.left_out(worked),
        nation=worked.policy.nation.value,
        pause=may_pause(worked.view),
    )


def why_not(worked: Worked) -> Why:
    """The reason that is said: money first, then what the debts are."""
    proposal, figures = worked.suggested, worked.suggested.affordable
    if proposal.held_back and proposal.outcome in (Outcome.NO_AFFORDABLE_PLAN, Outcome.REFER):
        return Why.PROTECTED
    if proposal.outcome is Outcome.NO_AFFORDABLE_PLAN and figures is not None:
        return Why.SHORT if figures.surplus < 0 else Why.NOTHING_LEFT
    for notice, why in (
        (Notice.TOKEN_PAYMENT, Why.TOKEN),
        (Notice.BELOW_MINIMUMS, Why.MINIMUMS),
        (Notice.TOO_LONG, Why.TOO_LONG),
    ):
        if notice in proposal.notices:
            return why
    if worked.in_danger:
        return Why.DANGER
    reasons = {out.reason for out in proposal.excluded}
    if Reason.NO_CONSENT in reasons:
        return Why.DECLINED
    return Why.PAUSED if Reason.IN_BREATHING_SPACE in reasons else Why.NONE_FITS


def _minimums(worked: Worked) -> int:
    """What departments and the law ask for each month at least, on debts that could be in."""
    out = {(one.claim.department, one.claim.id) for one in worked.suggested.excluded}
    return sum(
        min(one.minimum_pence or NOTHING, one.balance_pence)
        for one in worked.claims
        if (one.department, one.id) not in out
    )
