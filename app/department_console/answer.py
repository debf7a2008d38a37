"""X04: a department's staff answer its part of a plan, and see first what the person will read.

What is typed stays in the browser until it is sent: the look at it is a page of its own, and the
plan as it was seen goes along, so that nobody answers something else than what they read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, redirect
from marshmallow import fields
from werkzeug.wrappers import Response

from app.department_console import guard, plan_words, references
from app.department_console.desk import here
from app.department_console.plans import ADDRESS, answer_by
from app.department_console.written import Written
from app.http.access import staff_answers
from app.http.fields import Choice, Money
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext
from app.http.text import lazy_gettext as _l
from consent import tone
from consent.clock import london_date
from plan.answer_words import REASON_WORDS
from plan.answers import (
    BY_CONSOLE,
    LEAST_ASKED,
    MOST_ASKED,
    REASONS,
    CannotAnswer,
    PlanSaid,
    Refusal,
    answer_plan,
    why_not,
)
from plan.lifecycle import LIVE_SHARE
from plan.own_plans import OwnPlan, PlanStory, plan_story
from plan.terms import Reason, Said

blueprint = Blueprint("console_answer", __name__, url_prefix=ADDRESS)
ALL: Final = "all"
"""Every debt of the plan, where there are several."""
_SELECT_A_REASON: Final = _l("Select a reason")
_TELL: Final = _l("Tell the person why in 500 characters or less")


def _reasons(said: Said) -> tuple[str, ...]:
    return tuple(reason.value for reason in plan_words.REASONS if reason in REASONS[said])


class Answer(FormSchema):
    """`do` is the button: `check` shows what the person will read, `send` sends it, `change` goes
    back to the form. `seen` is the plan as it was read."""

    debt = fields.String(load_default=ALL)
    answer = Choice([said.value for said in Said], empty=_l("Select your answer"))
    charges = Choice(("stop", "go_on"), optional=True)
    asked = Money.between(_l("New amount"), LEAST_ASKED, MOST_ASKED, empty=_l("Enter a new amount"))
    change_reason = Choice(_reasons(Said.CHANGE_ASKED), empty=_SELECT_A_REASON)
    change_words = Written(empty=_TELL, optional=True)
    refuse_reason = Choice(_reasons(Said.REFUSED), empty=_SELECT_A_REASON)
    refuse_words = Written(empty=_TELL)
    do = fields.String(load_default="check")
    seen = fields.String(required=True)


_CHARGES: Final = {"stop": True, "go_on": False}
OF_ANSWER: Final = {
    Said.AGREED: frozenset({"charges"}),
    Said.CHANGE_ASKED: frozenset({"asked", "change_reason", "change_words"}),
    Said.REFUSED: frozenset({"refuse_reason", "refuse_words"}),
}
"""Boxes that go with an answer; those of another are not looked at."""


@dataclass(frozen=True, slots=True, repr=False)
class Read:
    """The form, and what it says once every box of its answer is right."""

    form: Form
    said: PlanSaid | None


@blueprint.get("/<reference>/answer")
@staff_answers
def ask(reference: str) -> Response:
    story = _story(reference)
    return _stands(story) or _form(story, blank())


@blueprint.post("/<reference>/answer")
@staff_answers
def answer(reference: str) -> Response:
    story = _story(reference)
    read = _read(story.plan)
    if read.said is None or read.form.value("do") == "change":
        return _stands(story) or _form(story, read.form)
    if read.form.value("do") != "send":
        return _stands(story) or _check(story, read.form, read.said)
    try:
        answer_plan(
            here().store,
            here().clock,
            here().chance,
            actor=guard.actor(),
            reference=story.plan.reference,
            said=read.said,
            by=BY_CONSOLE,
            as_seen=read.form.value("seen"),
        )
    except CannotAnswer as refused:
        return _cannot(_story(reference), refused.why)
    return redirect(f"{_next(story.plan, read.said)}?sent=1", 303)


def _story(reference: str) -> PlanStory:
    wanted = references.of_address(reference)
    return plan_story(here().store, actor=guard.actor(), reference=wanted)


def _address(found: OwnPlan) -> str:
    return f"{ADDRESS}/{references.in_address(found.reference)}"


def _next(found: OwnPlan, said: PlanSaid) -> str:
    """After a yes, what is not said yet of other ways to collect (F61)."""
    asked = said.said is Said.AGREED and any(line.enforcement is None for line in _live(found))
    return f"{_address(found)}/enforcement" if asked else _address(found)


def _read(found: OwnPlan) -> Read:
    """What was typed. Boxes of another answer than the one that is marked are left alone."""
    form = read_form(Answer())
    errors = dict(form.errors)
    said = Said(form.data["answer"]) if "answer" in form.data else None
    wanted = {"answer", *(OF_ANSWER[said] if said else ())}
    errors = {name: words for name, words in errors.items() if name in wanted}
    form = Form(form.typed, form.data, errors)
    debt = form.value("debt") or ALL
    tokens = [line.debt_token for line in found.lines]
    if said is Said.CHANGE_ASKED and len(_live(found)) > 1 and debt not in tokens:
        form = form.with_error("debt", gettext("Select the debt that you ask a change for"))
    if not form.ok or said is None:
        return Read(form, None)
    data = form.data
    change, refuse = said is Said.CHANGE_ASKED, said is Said.REFUSED
    reason = data["change_reason"] if change else data["refuse_reason"] if refuse else ""
    words = data["change_words"] if change else data["refuse_words"] if refuse else ""
    return Read(
        form,
        PlanSaid(
            said=said,
            reason=Reason(reason),
            asked_pence=int(data["asked"]) if change else None,
            words=words or "",
            debt_token=debt if debt in tokens else None,
            charges_stop=_CHARGES.get(data["charges"] or "") if said is Said.AGREED else None,
        ),
    )


def _live(found: OwnPlan) -> list[Any]:
    return [line for line in found.lines if line.state in LIVE_SHARE]


def _form(story: PlanStory, form: Form) -> Response:
    found = story.plan
    return page(
        "department_console/answer.html",
        form=form,
        plan=found,
        lines=_live(found),
        words=plan_words,
        answer_by=answer_by(found),
        today=london_date(guard.now()),
        change_reasons=_choices(Said.CHANGE_ASKED),
        refuse_reasons=_choices(Said.REFUSED),
        stops=all(line.charges_stop for line in _live(found)),
        back=_address(found),
        seen=form.value("seen") or found.seen,
    )


def _choices(said: Said) -> list[dict[str, Any]]:
    return [
        {"value": reason.value, "text": words}
        for reason, words in plan_words.REASONS.items()
        if reason in REASONS[said]
    ]


def _check(story: PlanStory, form: Form, said: PlanSaid) -> Response:
    reason = REASON_WORDS.get(said.reason)
    return page(
        "department_console/answer_check.html",
        typed=list(form.typed.items(multi=True)),
        plan=story.plan,
        lines=[line for line in _live(story.plan) if said.debt_token in (None, line.debt_token)],
        said=said,
        reason=gettext(reason) if reason else "",
        today=london_date(guard.now()),
        cold=tone.cold(said.words),
        back=_address(story.plan),
    )


def _stands(story: PlanStory) -> Response | None:
    """The page that says why there is nothing to answer, or nothing."""
    why = why_not(story.plan)
    return _cannot(story, why) if why else None


def _cannot(story: PlanStory, why: Refusal) -> Response:
    last = story.answers[0] if story.answers else None
    return page(
        "department_console/answer_stands.html",
        status=409,
        why=why.value,
        plan=story.plan,
        last=last,
        last_by=story.by.get(last.answered_at, "") if last else "",
        words=plan_words,
        back=_address(story.plan),
    )
