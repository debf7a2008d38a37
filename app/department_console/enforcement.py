"""X04: staff say whether other ways to collect wait while a plan runs; each choice has the words
that the person will read beside it (F61)."""

from __future__ import annotations

from datetime import date
from typing import Final

from flask import Blueprint, redirect, request
from marshmallow import fields
from werkzeug.wrappers import Response

from app.department_console import guard, plan_words, references
from app.department_console.desk import here
from app.department_console.moments import Day
from app.department_console.plans import ADDRESS
from app.http.access import staff_answers
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext
from app.http.text import lazy_gettext as _l
from consent.clock import london_date
from plan.answers import BY_CONSOLE, CannotAnswer, Refusal
from plan.enforcement import EnforcementSaid, asked, say_enforcement
from plan.own_plans import OwnLine, OwnPlan, PlanStory, plan_story
from plan.terms import Asked, NotWaiting

blueprint = Blueprint("console_enforcement", __name__, url_prefix=ADDRESS)
ALL: Final = "all"
KEPT, UNTIL, NO = "kept", "until", "no"
REASONS: Final = tuple(reason for reason in NotWaiting if reason is not NotWaiting.NONE)
_SELECT: Final = _l("Select if you hold off other ways to collect")


class Says(FormSchema):
    """Boxes of a choice that is not marked are not looked at."""

    debt = fields.String(load_default=ALL)
    waits = Choice((KEPT, UNTIL, NO), empty=_SELECT)
    until = Day(
        empty=_l("Enter the last day on which you hold them off"),
        wrong=_l("Last day on which you hold them off must be a real day, like 31/12/2030"),
    )
    reason = Choice(
        tuple(reason.value for reason in REASONS), empty=_l("Select why you do not hold them off")
    )


@blueprint.get("/<reference>/enforcement")
@staff_answers
def ask(reference: str) -> Response:
    return _show(_story(reference), blank())


@blueprint.post("/<reference>/enforcement")
@staff_answers
def say(reference: str) -> Response:
    story = _story(reference)
    form, said = _read(london_date(guard.now()))
    if said is None:
        return _show(story, form)
    debt = form.value("debt")
    tokens = [line.debt_token for line in story.plan.lines]
    try:
        say_enforcement(
            here().store,
            here().clock,
            here().chance,
            actor=guard.actor(),
            reference=story.plan.reference,
            said=said,
            debt_token=debt if debt in tokens else None,
            by=BY_CONSOLE,
        )
    except CannotAnswer:
        return _over(story)
    return redirect(f"{address(story.plan)}?told=1", 303)


def address(found: OwnPlan) -> str:
    return f"{ADDRESS}/{references.in_address(found.reference)}"


def waiting_lines(found: OwnPlan) -> list[OwnLine]:
    """Lines for which the department is asked to wait."""
    return [line for line in found.lines if asked(found.state, line.state) is Asked.WAIT]


def _story(reference: str) -> PlanStory:
    wanted = references.of_address(reference)
    return plan_story(here().store, actor=guard.actor(), reference=wanted)


def _read(today: date) -> tuple[Form, EnforcementSaid | None]:
    form = read_form(Says())
    waits = form.data.get("waits")
    belongs = {"waits", *({UNTIL: ("until",), NO: ("reason",)}.get(waits or "", ()))}
    errors = {name: words for name, words in form.errors.items() if name in belongs}
    form = Form(form.typed, form.data, errors)
    if not form.ok:
        return form, None
    data = form.data
    said = EnforcementSaid(
        waits != NO,
        data["until"] if waits == UNTIL else None,
        NotWaiting(data["reason"]) if waits == NO else NotWaiting.NONE,
    )
    if said.faults(today):
        words = gettext("Last day on which you hold them off must be from today to a year ahead")
        return form.with_error("until", words), None
    return form, said


def _show(story: PlanStory, form: Form) -> Response:
    lines = waiting_lines(story.plan)
    if not lines:
        return _over(story)
    return page(
        "department_console/enforcement.html",
        form=form,
        plan=story.plan,
        lines=lines,
        today=london_date(guard.now()),
        reasons=[reason.value for reason in REASONS],
        answered=request.args.get("sent") == "1",
        back=address(story.plan),
    )


def _over(story: PlanStory) -> Response:
    return page(
        "department_console/answer_stands.html",
        status=409,
        why=Refusal.NOT_RUNNING.value,
        plan=story.plan,
        last=None,
        last_by="",
        words=plan_words,
        back=address(story.plan),
    )
