"""D79: the plan is finished, with each department's word that nothing is left (PLAN-17).

While a department has still to say so, the page says who has and who has not. That needs fresh
answers: what is left is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import plan_words, who
from app.citizen.plan_progress import left_to_pay
from app.citizen.plan_steps import FINISHED, PROGRESS
from app.citizen.plan_words import GONE
from app.citizen.view import current_view
from app.http import session
from app.http.access import signed_in
from app.http.current import services
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from plan.lifecycle import PlanState, ShareState
from plan.progress import PlanSoFar, progress
from plan.standing import standing
from plan.terms import EndedReason

blueprint = Blueprint("plan_finished", __name__)
WHY: Final[Mapping[EndedReason, Any]] = {
    EndedReason.PAID_IN_FULL: _l("Everything in it is paid."),
    EndedReason.AMENDED_TO_NIL: _l(
        "A department looked at its figures again. Nothing is left to pay."
    ),
    EndedReason.REMISSION: _l("A department let you off what was left. Nothing is left to pay."),
    EndedReason.WITHIN_TOLERANCE: _l("The last few pence were let go. Nothing is left to pay."),
}
"""The reasons for which a plan is finished, in plain words: that of the line that ended last."""


@dataclass(frozen=True, slots=True)
class Word:
    """What one department has said: that nothing is left, and when; or nothing so far. `gone` is
    that its debt left the plan and was not finished in it."""

    name: str
    said_at: datetime | None
    gone: bool


@blueprint.get(FINISHED)
@signed_in
def finished() -> Response:
    plan = progress(services().store, actor=session.person())
    if plan is None or not (plan.state is PlanState.FINISHED or _nothing_left(plan)):
        return redirect(PROGRESS, 303)
    part, words = services(), department_words(plan)
    return page(
        "citizen/plan/finished.html",
        plan=plan,
        done=plan.state is PlanState.FINISHED,
        why=WHY.get(plan.ended_reason, "") if plan.ended_reason else "",
        words=words,
        stands=standing(part.store, part.clock, actor=session.person(), plan_id=plan.plan_id),
        permissions=len(who.open_grants()),
    )


def department_words(plan: PlanSoFar) -> list[Word]:
    """One for each department of the plan, A to Z."""
    found = []
    for code, lines in plan.departments().items():
        kept = [line for line in lines if line.state not in GONE]
        cleared = [line.answered_at for line in kept if line.state is ShareState.CLEARED]
        said = [at for at in cleared if at is not None]
        whole = len(cleared) == len(kept) and bool(said)
        found.append(
            Word(plan_words.name(code) or code, max(said) if whole else None, gone=not kept)
        )
    return sorted(found, key=lambda word: word.name)


def _nothing_left(plan: PlanSoFar) -> bool:
    """Every department answered in this visit and shows nothing for the plan's lines."""
    left = left_to_pay(plan, current_view()) if plan.live else None
    return left is not None and not left.pence and not left.missing
