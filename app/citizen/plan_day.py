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
from app.http.fields import Choice, DayOfMonth, WholeNumber
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.often import often, weekday
from app.http.pages import page
from app.http.text import gettext as _
from app.http.text import lazy_gettext as _l
from plan.terms import Every

blueprint = Blueprint("plan_day", __name__)
OFFERED: Final = ("1", "15", "28")
LAST_DAY: Final = 28
"""The last day of the month on which a plan is paid."""
WEEKDAYS: Final = range(1, 6)
"""Monday to Friday: at a weekend no payment is taken."""
OTHER: Final = "other"
BENEFIT: Final = "benefit"


class Day(FormSchema):
    day = Choice(
        (*OFFERED, BENEFIT, OTHER), empty=_l("Select which day you want to pay each month")
    )
    benefit = fields.String()
    other = fields.String()


class OtherDay(FormSchema):
    other = DayOfMonth(empty=_l("Day of the month must be between 1 and 28"))


class BenefitDay(FormSchema):
    benefit = WholeNumber(
        least=1,
        most=31,
        empty=_l("Enter the day of the month your benefit is paid"),
        wrong=_l("Day your benefit is paid must be between 1 and 31"),
    )


TYPED: Final = {OTHER: OtherDay, BENEFIT: BenefitDay}
"""Answers with a number of their own."""


def day_after(day: int) -> int:
    """The day of the month after this one, if every month has it, else the 1st: a benefit of the
    31st is paid on the last day of a shorter month. One that falls on a weekend is paid before it,
    and our payment after it, so the order holds."""
    return day + 1 if day < LAST_DAY else 1


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
    if chosen in TYPED:
        own = read_form(TYPED[chosen](), MultiDict({chosen: form.value(chosen)}))
        if not own.ok:
            return _page(worked, form.with_error(chosen, own.errors[chosen]))
        typed = int(own.data[chosen])
        chosen = day_after(typed) if chosen == BENEFIT else typed
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
