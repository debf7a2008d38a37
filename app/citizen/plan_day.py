"""D63: the day of the month, or of the week, on which the person pays."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect
from marshmallow import fields
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.citizen import plan_case, plan_dates, plan_often
from app.citizen.plan_case import Worked
from app.citizen.plan_dates import Rhythm
from app.citizen.plan_steps import DAY, PLAN, next_step
from app.http.access import signed_in
from app.http.fields import Choice, DayOfMonth
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.often import often, weekday
from app.http.pages import page
from app.http.text import gettext as _
from app.http.text import lazy_gettext as _l
from plan.terms import Every

blueprint = Blueprint("plan_day", __name__)
OFFERED: Final = ("1", "15", "28")
WEEKDAYS: Final = range(1, 6)
"""Monday to Friday: at a weekend no payment is taken."""
OTHER: Final = "other"


class Day(FormSchema):
    day = Choice((*OFFERED, OTHER), empty=_l("Select which day you want to pay each month"))
    other = fields.String()


class OtherDay(FormSchema):
    other = DayOfMonth(empty=_l("Day of the month must be between 1 and 28"))


def day_of_week(every: Every) -> Choice:
    """Monday to Friday, as 1 to 5."""
    words = _("Select which day you want to pay %(often)s", often=often(every))
    return Choice([str(day) for day in WEEKDAYS], empty=words)


def weekdays() -> list[tuple[str, str]]:
    return [(str(day), weekday(day)) for day in WEEKDAYS]


@blueprint.get(DAY)
@signed_in
def day() -> Response:
    worked = plan_case.before_plan()
    if worked is None:
        return redirect(PLAN, 303)
    known = str(worked.rhythm.pay_day or "")
    offered = worked.every is not Every.MONTH or known in OFFERED or not known
    return _page(worked, blank(day=known if offered else OTHER, other="" if offered else known))


@blueprint.post(DAY)
@signed_in
def day_sent() -> Response:
    worked = plan_case.before_plan()
    if worked is None:
        return redirect(PLAN, 303)
    if worked.every is not Every.MONTH:
        return _weekday_sent(worked)
    form = read_form(Day())
    if not form.ok:
        return _page(worked, form)
    chosen = form.data["day"]
    if chosen == OTHER:
        own = read_form(OtherDay(), MultiDict({"other": form.value("other")}))
        if not own.ok:
            return _page(worked, form.with_error("other", own.errors["other"]))
        chosen = own.data["other"]
    return redirect(next_step(plan_case.keep(pay_day=int(chosen))), 303)


def _weekday_sent(worked: Worked) -> Response:
    schema = FormSchema.from_dict({"day": day_of_week(worked.every)}, name="DayOfWeek")
    form = read_form(schema())
    if not form.ok:
        return _page(worked, form)
    chosen = int(form.data["day"])
    first_on = worked.draft.first_on if chosen == worked.draft.pay_day else None
    return redirect(next_step(plan_case.keep(pay_day=chosen, first_on=first_on)), 303)


def _page(worked: Worked, form: Form) -> Response:
    every = worked.every
    days = [int(one) for one in OFFERED] if every is Every.MONTH else WEEKDAYS
    return page(
        "citizen/plan/day.html",
        form=form,
        every=every,
        days=[(day, plan_dates.payment_days(Rhythm(every, day), 1)[0]) for day in days],
        comes=plan_often.suggested(worked),
    )
