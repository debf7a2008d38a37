"""LIM-04: debts that may be too old to collect. The person says first if they shall be in the plan.

A payment can start time again. The service says so and never decides; nothing of the answer is kept
but what the plan then holds.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import plan_case, plan_words
from app.citizen.plan_case import Worked
from app.citizen.plan_steps import OLD, PLAN, next_step
from app.citizen.view import tag_of
from app.http.access import signed_in
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext as _
from debts.view import Numbered

blueprint = Blueprint("plan_old", __name__)


@blueprint.get(OLD)
@signed_in
def old() -> Response:
    """Nothing is selected at first; an answer given in this visit is shown again."""
    worked = plan_case.before_plan()
    debts = asked(worked) if worked else []
    if worked is None or not debts:
        return redirect(PLAN, 303)
    said = {
        _field(one): worked.draft.old[tag_of(one)]
        for one in debts
        if tag_of(one) in worked.draft.old
    }
    return _page(debts, blank(**said))  # type: ignore[arg-type]


@blueprint.post(OLD)
@signed_in
def old_sent() -> Response:
    """Where another debt stays out now, the plan is worked out again and shown before going on."""
    worked = plan_case.before_plan()
    debts = asked(worked) if worked else []
    if worked is None or not debts:
        return redirect(PLAN, 303)
    form = read_form(_schema(debts))
    if not form.ok:
        return _page(debts, form)
    before = worked.draft
    draft = plan_case.keep(old={tag_of(one): form.data[_field(one)] for one in debts})
    if {tag for tag, pays in draft.pay_anyway.items() if not pays} != {
        tag for tag, pays in before.pay_anyway.items() if not pays
    }:
        plan_case.keep(settled=False)
        return redirect(PLAN, 303)
    return redirect(next_step(draft), 303)


def asked(worked: Worked) -> list[Numbered]:
    """Debts that the person is asked about, those of which they have said something too."""
    waiting = {tag_of(worked.of(claim)) for claim in worked.proposal.ask_first}
    wanted = waiting | worked.draft.old.keys()
    return [one for one in worked.view.debts if tag_of(one) in wanted]


def _field(one: Numbered) -> str:
    return f"old_{one.number}"


def _schema(debts: list[Numbered]) -> FormSchema:
    fields: dict[str, Any] = {
        _field(one): Choice(
            ("in", "out"),
            empty=_("Select if you want %(debt)s in your plan", debt=one.debt.label),
        )
        for one in debts
    }
    made: Any = FormSchema.from_dict(fields, name="Old")
    return made()  # type: ignore[no-any-return]


def _page(debts: list[Numbered], form: Form) -> Response:
    return page(
        "citizen/plan/old_debts.html",
        form=form,
        debts=[(_field(one), one.debt, plan_words.name(one.department)) for one in debts],
    )
