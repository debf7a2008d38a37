"""D40 and D51: the list of what is asked, and the check of what was said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen.budget_draft import Budget
from app.citizen.budget_outside import paid_outside
from app.citizen.budget_steps import CHECK, START, Step, Task, whole
from app.citizen.budget_summary import summarise
from app.citizen.budget_visit import budget, keep_whole, policy, walk
from app.citizen.budget_words import CHANGES, NATION_NAMES
from app.http.access import signed_in
from app.http.forms import FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext

blueprint = Blueprint("budget", __name__, url_prefix="/budget")
PLAN = "/plan"


@blueprint.get("")
@signed_in
def tasks() -> Response:
    return page("citizen/budget/tasks.html", tasks=_tasks(budget(), walk()))


@blueprint.get("/check")
@signed_in
def check() -> Response:
    known, figures = budget(), policy()
    if figures is None or not whole(walk()):
        return redirect(START, 303)
    return page(
        "citizen/budget/check.html",
        form=blank(FormSchema()),
        budget=known,
        nation=gettext(NATION_NAMES[figures.nation]),
        synthetic=figures.guidelines.synthetic,
        summary=summarise(known, figures, paid_outside(figures)),
        changes=[gettext(CHANGES[code]) for code in known.changes or ()],
    )


@blueprint.post("/check")
@signed_in
def checked() -> Response:
    """The person says that this is right (AFF-13); any change afterwards asks again."""
    read_form(FormSchema())
    if not whole(walk()):
        return redirect(START, 303)
    keep_whole(budget(), checked=True)
    return redirect(PLAN, 303)


def _tasks(known: Budget, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """The five parts. A part that rests on another cannot start before it: spending is compared
    by who lives there, savings are suggested from what is left."""
    home, money_in = _done(steps, Task.HOUSEHOLD), _done(steps, Task.MONEY_IN)
    money_out, rest = _done(steps, Task.MONEY_OUT), _done(steps, Task.REST)
    return [
        _task(gettext("Your household"), steps, Task.HOUSEHOLD, open_=True),
        _task(gettext("Money coming in"), steps, Task.MONEY_IN, open_=True),
        _task(gettext("Money going out"), steps, Task.MONEY_OUT, open_=home),
        _task(
            gettext("Other debts and savings"),
            steps,
            Task.REST,
            open_=home and money_in and money_out,
        ),
        {
            "title": gettext("Check"),
            "href": CHECK if home and money_in and money_out and rest else "",
            "status": _status(
                done=known.checked and whole(list(steps)),
                started=False,
                open_=home and money_in and money_out and rest,
            ),
        },
    ]


def _task(title: str, steps: Sequence[Step], task: Task, *, open_: bool) -> dict[str, Any]:
    """Leads to its first page that is not done, or to its first page."""
    ours = [step for step in steps if step.task is task]
    ahead = next((step for step in ours if not step.done), ours[0])
    done, started = _done(steps, task), any(step.done for step in ours)
    status = _status(done=done, started=started, open_=open_ or started)
    return {"title": title, "href": ahead.path if open_ or started else "", "status": status}


def _done(steps: Sequence[Step], task: Task) -> bool:
    return all(step.done for step in steps if step.task is task)


def _status(*, done: bool, started: bool, open_: bool) -> str:
    if done:
        return "completed"
    if not open_:
        return "cannot_start"
    return "part_done" if started else "not_started"
