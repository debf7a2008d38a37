"""D08: the person's own page: what comes next, and nothing of a debt unless they just looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint
from werkzeug.wrappers import Response

from app.citizen import budget_steps, budget_visit, permission_words, plan_words, who
from app.citizen.slots import BUDGET
from app.citizen.steps import NINO, next_step
from app.citizen.view import current_view
from app.http import session
from app.http.access import signed_in
from app.http.current import services
from app.http.pages import page
from app.http.text import gettext
from consent.purposes import Purpose
from debts.view import View
from plan.lifecycle import PlanState
from plan.progress import PlanSoFar, progress
from plan.standing import Standing, standing

blueprint = Blueprint("home", __name__)
DONE: Final = "completed"
TO_DO: Final = "not_started"
BEGUN: Final = "in_progress"
NOT_YET: Final = "cannot_start"


@dataclass(frozen=True, slots=True)
class Task:
    """One of the four steps. Without an address it cannot be opened yet."""

    title: str
    state: str
    href: str = ""


@blueprint.get("/home")
@signed_in
def home() -> Response:
    """D08."""
    live = who.live_grants()
    plan = progress(services().store, actor=session.person())
    view = current_view()
    to_ask = [grant.department for grant in live if grant.purpose is Purpose.VIEW_DEBTS]
    ends_soon = [grant for grant in live if permission_words.ends_soon(grant)]
    return page(
        "citizen/account/home.html",
        tasks=[] if plan is not None and plan.live else _tasks(to_ask, view),
        plan=plan,
        get_debts=_get_debts(to_ask),
        waiting_for=_waiting_for(plan),
        stands=_stands(plan),
        asks=plan_words.asks(plan) if plan is not None else [],
        view=view if view.answered else None,
        count=len(live),
        ends_soon=min(ends_soon, key=lambda grant: grant.expires_at, default=None),
        words=permission_words,
    )


def _tasks(to_ask: Sequence[str], view: View) -> list[Task]:
    """Choose, see, money, plan; each opens when what it needs is there."""
    may_ask, seen = bool(to_ask), view.answered > 0
    money = _money()
    return [
        Task(
            gettext("Choose which departments we ask"),
            DONE if may_ask else TO_DO,
            "/permissions" if may_ask else next_step(),
        ),
        Task(
            gettext("See what you owe"),
            DONE if seen else TO_DO if may_ask else NOT_YET,
            "/debts" if seen else _get_debts(to_ask) if may_ask else "",
        ),
        Task(gettext("Your money in and out"), money, "/budget"),
        Task(
            gettext("Agree a plan you can afford"),
            TO_DO if seen and money == DONE else NOT_YET,
            "/plan" if seen and money == DONE else "",
        ),
    ]


def _get_debts(to_ask: Sequence[str]) -> str:
    """By way of the one question that finding somebody may need, once in a visit."""
    return f"{NINO}?next=/debts/get" if who.needs_nino(to_ask) else "/debts/get"


def _money() -> str:
    if BUDGET not in session.visit().slots():
        return TO_DO
    return DONE if budget_steps.whole(budget_visit.walk()) else BEGUN


def _stands(plan: PlanSoFar | None) -> Standing | None:
    """How a plan that runs stands with its payments."""
    if plan is None or plan.state is not PlanState.ACTIVE:
        return None
    part = services()
    return standing(part.store, part.clock, actor=session.person(), plan_id=plan.plan_id)


def _waiting_for(plan: PlanSoFar | None) -> list[str]:
    """Departments that have not answered the plan, by name."""
    codes = plan.waiting_for if plan is not None and plan.live else ()
    return [permission_words.department_name(code) for code in codes]
