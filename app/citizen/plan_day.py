"""D63: the day of the month on which the person pays."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect
from marshmallow import fields
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.citizen import plan_case, plan_dates
from app.citizen.plan_steps import DAY, PLAN, next_step
from app.http.access import signed_in
from app.http.fields import Choice, DayOfMonth
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l

blueprint = Blueprint("plan_day", __name__)
OFFERED: Final = ("1", "15", "28")
OTHER: Final = "other"


class Day(FormSchema):
    day = Choice((*OFFERED, OTHER), empty=_l("Select which day you want to pay each month"))
    other = fields.String()


class OtherDay(FormSchema):
    other = DayOfMonth(empty=_l("Day of the month must be between 1 and 28"))


@blueprint.get(DAY)
@signed_in
def day() -> Response:
    if plan_case.before_plan() is None:
        return redirect(PLAN, 303)
    known = str(plan_case.draft().pay_day or "")
    offered = known in OFFERED or not known
    return _page(blank(day=known if offered else OTHER, other="" if offered else known))


@blueprint.post(DAY)
@signed_in
def day_sent() -> Response:
    form = read_form(Day())
    if not form.ok:
        return _page(form)
    chosen = form.data["day"]
    if chosen == OTHER:
        own = read_form(OtherDay(), MultiDict({"other": form.value("other")}))
        if not own.ok:
            return _page(form.with_error("other", own.errors["other"]))
        chosen = own.data["other"]
    return redirect(next_step(plan_case.keep(pay_day=int(chosen))), 303)


def _page(form: Form) -> Response:
    days = [(one, plan_dates.payment_days(int(one), 1)[0]) for one in OFFERED]
    return page("citizen/plan/day.html", form=form, days=days)
