"""D67: the plan is agreed; what happens next and by when. Opened later it tells how it stands."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import plan_letter, plan_words
from app.citizen.plan_steps import AGREED, PLAN
from app.http import session
from app.http.access import signed_in
from app.http.current import services
from app.http.pages import page
from plan.progress import progress

blueprint = Blueprint("plan_agreed", __name__)


@blueprint.get(AGREED)
@signed_in
def agreed() -> Response:
    plan = progress(services().store, actor=session.person())
    if plan is None:
        return redirect(PLAN, 303)
    return page(
        "citizen/plan/agreed.html",
        plan=plan,
        letter=plan_letter.made(plan),
        answer_by=max((line.answer_by for line in plan.lines if line.answer_by), default=None),
        departments=plan_words.by_department(plan),
        method=plan.method,
        way=plan_words.way(plan.method),
    )
