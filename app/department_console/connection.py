"""X13: how the department's system does, and when it is closed (S06)."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.department_console import addresses, guard, keys
from app.department_console.desk import here
from app.department_console.moments import Day, TimeOfDay, in_london
from app.department_console.statistics import OUTCOMES
from app.http.access import staff, staff_administers
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.closures import ClosureRefused, Why, drop_closure, plan_closure
from consent.ids import new_uuid
from consent.roles import Role
from plan.connection import health

blueprint = Blueprint("console_connection", __name__, url_prefix="/department/connection")
WRONG: Final[dict[Why, tuple[str, Any]]] = {
    Why.ENDS_FIRST: ("until_day", _l("Closure end must be after closure start")),
    Why.TOO_LONG: ("until_day", _l("Closure must be 7 days or less")),
    Why.TOO_EARLY: ("from_day", _l("Closure start must be in the future")),
    Why.TOO_FAR: ("from_day", _l("Closure start must be within the next 90 days")),
    Why.OVERLAPS: ("from_day", _l("Closure must be at a time when no other one is planned")),
    Why.BEGUN: ("from_day", _l("Closure start must be in the future")),
    Why.TOO_MANY: ("from_day", _l("Take back a closure first: you have 100 planned")),
}


class Window(FormSchema):
    from_day = Day(
        empty=_l("Enter the day on which the closure starts"),
        wrong=_l("Start day must be a date, like 31/12/2030"),
    )
    from_time = TimeOfDay(
        empty=_l("Enter the time at which the closure starts"),
        wrong=_l("Start time must be a time, like 18:00"),
    )
    until_day = Day(
        empty=_l("Enter the day on which the closure ends"),
        wrong=_l("End day must be a date, like 31/12/2030"),
    )
    until_time = TimeOfDay(
        empty=_l("Enter the time at which the closure ends"),
        wrong=_l("End time must be a time, like 06:00"),
    )


@blueprint.get("")
@staff
def look() -> Response:
    return _show(blank(), request.args.get("done", ""))


@blueprint.post("/closures")
@staff_administers
def plan() -> Response:
    form = read_form(Window())
    if not form.ok:
        return _show(form)
    said = form.data
    try:
        plan_closure(
            here().store,
            here().clock,
            here().chance,
            actor=guard.actor(),
            closure_id=new_uuid(here().chance),
            from_at=in_london(said["from_day"], said["from_time"]),
            until_at=in_london(said["until_day"], said["until_time"]),
            by="console",
        )
    except ClosureRefused as refused:
        return _show(form.with_error(*WRONG[refused.why]))
    return redirect("/department/connection?done=planned", 303)


@blueprint.post("/closures/<closure_id>/drop")
@staff_administers
def take_back(closure_id: str) -> Response:
    drop_closure(
        here().store,
        here().clock,
        here().chance,
        actor=guard.actor(),
        closure_id=addresses.uuid(closure_id),
    )
    return redirect("/department/connection?done=dropped", 303)


def _show(form: Form, done: str = "") -> Response:
    return page(
        "department_console/connection.html",
        form=form,
        found=health(here().store, here().clock, actor=guard.actor()),
        outcomes=OUTCOMES,
        now=guard.now(),
        keys=keys.published(guard.actor().code),
        entry=here().register.find(guard.actor().code),
        may_plan=guard.may(Role.ADMINISTERS),
        done=done,
    )
