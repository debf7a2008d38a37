"""D74, D75: one payment on another day. The plan's own day stays."""

from __future__ import annotations

from datetime import date
from typing import Final

from flask import Blueprint, redirect
from marshmallow import fields
from werkzeug.wrappers import Response

from app.citizen import plan_dates
from app.citizen.plan_change import CHANGE, running
from app.citizen.plan_missed import ONE_DAY
from app.citizen.plan_steps import PLAN, PROGRESS
from app.http import session
from app.http.access import signed_in
from app.http.current import services
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext as _
from app.http.words import long_date
from plan.move_day import DayNotPossible, Movable, movable, move_day
from plan.progress import PlanSoFar

blueprint = Blueprint("plan_one_day", __name__)
OTHER: Final = "other"
OFFERED: Final = 4
"""Days offered by name: about one in each week."""


@blueprint.get(ONE_DAY)
@signed_in
def ask() -> Response:
    plan = running()
    found = _movable(plan) if plan else None
    if plan is None:
        return redirect(PLAN, 303)
    return _page(found, blank()) if found else redirect(CHANGE, 303)


@blueprint.post(ONE_DAY)
@signed_in
def answered() -> Response:
    """`payment` is the number of the payment that stood on the page."""
    plan = running()
    found = _movable(plan) if plan else None
    if plan is None or found is None:
        return redirect(PROGRESS, 303)
    form = read_form(_schema(found)())
    if form.value("payment") != str(found.sequence):
        return redirect(ONE_DAY, 303)
    if not form.ok:
        return _page(found, form)
    to = _day(found, form)
    if to is None:
        return _page(found, form.with_error("other", _other_day(found)))
    part = services()
    try:
        move_day(
            part.store,
            part.clock,
            part.chance,
            actor=session.person(),
            plan_id=plan.plan_id,
            sequence=found.sequence,
            to=to,
            working_days=plan_dates.calendar(),
        )
    except DayNotPossible:
        return redirect(ONE_DAY, 303)
    return redirect(PROGRESS, 303)


def offered(found: Movable) -> list[date]:
    """Some of the days that it can move to, spread over all of them, the last one too."""
    last = len(found.days) - 1
    return [found.days[place] for place in sorted({last * n // OFFERED for n in range(1, 5)})]


def _movable(plan: PlanSoFar) -> Movable | None:
    part = services()
    return movable(
        part.store,
        part.clock,
        actor=session.person(),
        plan_id=plan.plan_id,
        working_days=plan_dates.calendar(),
    )


def _schema(found: Movable) -> type[FormSchema]:
    class WhichDay(FormSchema):
        day = Choice(
            (*(day.isoformat() for day in offered(found)), OTHER),
            empty=_("Select which day you want to pay"),
        )
        other = fields.String()
        payment = fields.String()

    return WhichDay


def _day(found: Movable, form: Form) -> date | None:
    """The chosen day: one that stood there, or the only one with this number in its month."""
    chosen = form.data["day"]
    if chosen != OTHER:
        return date.fromisoformat(chosen)
    typed = form.value("other").strip()
    return next((day for day in found.days if str(day.day) == typed), None)


def _other_day(found: Movable) -> str:
    return _(
        "Enter a working day from %(first)s to %(last)s, like %(day)s",
        first=long_date(found.days[0]),
        last=long_date(found.days[-1]),
        day=found.days[-1].day,
    )


def _page(found: Movable, form: Form) -> Response:
    return page(
        "citizen/plan/one_day.html",
        form=form,
        found=found,
        offered=offered(found),
        late=found.due_on < plan_dates.today(),
    )
