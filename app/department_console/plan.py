"""X03: one plan as this department sees it: its own part, its answers, and nothing of others."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.department_console import audit, enforcement, guard, plan_words, references
from app.department_console.desk import here
from app.department_console.plans import ADDRESS, answer_by
from app.http.access import staff
from app.http.pages import page
from consent.clock import london_date
from consent.roles import Role
from consent.staff import Did
from plan.answers import why_not
from plan.lifecycle import ShareState
from plan.own_plans import OwnPlan, plan_story

blueprint = Blueprint("console_plan", __name__, url_prefix=ADDRESS)


@blueprint.get("/<reference>")
@staff
def plan(reference: str) -> Response:
    wanted = references.of_address(reference)
    story = plan_story(here().store, actor=guard.actor(), reference=wanted)
    audit.note(Did.READ_PLAN, wanted)
    if closed(story.plan):
        return page("department_console/plan_closed.html", plan=story.plan)
    address = f"{ADDRESS}/{references.in_address(wanted)}/answer"
    return page(
        "department_console/plan.html",
        story=story,
        plan=story.plan,
        words=plan_words,
        today=london_date(guard.now()),
        answer_by=answer_by(story.plan),
        answer="" if why_not(story.plan) else address,
        waiting=enforcement.waiting_lines(story.plan),
        enforcement_page=f"{enforcement.address(story.plan)}/enforcement",
        may_answer=guard.may(Role.ANSWERS),
        sent=request.args.get("sent") == "1",
        told=request.args.get("told") == "1",
    )


def closed(found: OwnPlan) -> bool:
    """The permission for every line has ended, and what was seen under it is not shown any more."""
    return all(line.state is ShareState.LEFT for line in found.lines)
