"""D74: a payment has not come. It happens; this page says who hears of it and what can be done.

Nothing is kept of the answer: what is done on the page that it leads to has its own event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen.plan_change import ADVICE, BREAK, CHANGE, running
from app.citizen.plan_dates import today
from app.citizen.plan_steps import PROGRESS
from app.http import session
from app.http.access import signed_in
from app.http.current import services
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from plan.lifecycle import PlanState
from plan.progress import PlanSoFar
from plan.standing import Standing, standing

blueprint = Blueprint("plan_missed", __name__)
MISSED: Final = "/plan/missed"
PAY: Final = "/plan/pay"
ONE_DAY: Final = "/plan/change/one-day"
LEADS_TO: Final[Mapping[str, str]] = {
    "pay": PAY,
    "part": f"{PAY}?how_much=other",
    "day": ONE_DAY,
    "pause": BREAK,
    "changed": CHANGE,
    "talk": ADVICE,
}


class Do(FormSchema):
    do = Choice(tuple(LEADS_TO), empty=_l("Select what you want to do"))


@dataclass(frozen=True, slots=True)
class Late:
    """The plan, and what has not come of it. `second` is that it is not the first in a row, and
    `review` that the plan is looked at with the person."""

    plan: PlanSoFar
    stands: Standing

    @property
    def second(self) -> bool:
        return self.stands.in_a_row > 1 or self.review

    @property
    def review(self) -> bool:
        return self.plan.review_by is not None


@blueprint.get(MISSED)
@signed_in
def missed() -> Response:
    """Where nothing is late, the page that says so."""
    found = late()
    return _page(found, blank()) if found else redirect(PROGRESS, 303)


@blueprint.post(MISSED)
@signed_in
def answered() -> Response:
    found = late()
    if found is None:
        return redirect(PROGRESS, 303)
    form = read_form(Do())
    return redirect(LEADS_TO[form.data["do"]], 303) if form.ok else _page(found, form)


def late() -> Late | None:
    """Nothing while the plan is paused: what is open then is talked about when it goes on."""
    plan = running()
    if plan is None or plan.state is not PlanState.ACTIVE:
        return None
    part = services()
    stands = standing(part.store, part.clock, actor=session.person(), plan_id=plan.plan_id)
    return Late(plan, stands) if stands.late else None


def _page(found: Late, form: Form) -> Response:
    return page(
        "citizen/plan/missed.html",
        form=form,
        plan=found.plan,
        stands=found.stands,
        late=found,
        today=today(),
    )
