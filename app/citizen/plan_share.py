"""D65: which departments may hear of the plan: one yes or no for each and for each purpose.

Nothing is recorded here. The yeses become permissions together with the plan (D66), so that a
plan that is not agreed leaves none behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect
from marshmallow import Schema
from werkzeug.wrappers import Response

from app.citizen import plan_case
from app.citizen.plan_case import Worked
from app.citizen.plan_steps import HOW, PLAN, SHARE, next_step
from app.http import words
from app.http.access import signed_in
from app.http.current import now, services
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext as _
from consent.notices import Notice, Row, full_name
from consent.purposes import Purpose
from consent.register import DepartmentEntry

blueprint = Blueprint("plan_share", __name__)


@dataclass(frozen=True, slots=True)
class Card:
    """One question on the page: a department, a purpose, its nine rows, and the form's field."""

    entry: DepartmentEntry
    field: str
    notice: Notice
    rows: tuple[Row, ...]
    question: str


@blueprint.get(SHARE)
@signed_in
def share() -> Response:
    """Nothing is selected at first (CD01); an answer given in this visit is shown again."""
    worked = plan_case.before_plan(with_everyone=True)
    if worked is None or not worked.proposal.shares:
        return redirect(PLAN, 303)
    draft = plan_case.keep(share_shown_at=now())
    said = {f"share_{code}": answer for code, answer in draft.share.items()}
    said |= {f"totals_{code}": answer for code, answer in draft.totals.items()}
    return _page(worked, blank(**said))  # type: ignore[arg-type]


@blueprint.post(SHARE)
@signed_in
def share_sent() -> Response:
    """A no leaves that department out: the plan is worked out again and shown before going on."""
    worked = plan_case.before_plan(with_everyone=True)
    if worked is None or not worked.proposal.shares:
        return redirect(PLAN, 303)
    found = cards(worked)
    form = read_form(_schema(found))
    if not form.ok:
        return _page(worked, form)
    before = plan_case.draft().declined
    draft = plan_case.keep(share=_said(form, "share_"), totals=_said(form, "totals_"))
    if draft.declined != before:
        plan_case.keep(settled=False)
        return redirect(PLAN, 303)
    return redirect(next_step(draft), 303)


def cards(worked: Worked) -> list[Card]:
    """Every department with a debt in the plan, A to Z, and after it its question about totals."""
    codes = {share.claim.department for share in worked.proposal.shares}
    entries = [entry for entry in services().register.connected() if entry.code in codes]
    found = []
    for entry in entries:
        found.append(_card(entry, Purpose.RUN_PLAN, "share"))
        if entry.budget_totals and entry.code in services().messages:
            found.append(_card(entry, Purpose.SHARE_BUDGET_TOTALS, "totals"))
    return found


def notice_of(purpose: Purpose) -> Notice:
    return services().notices.newest(purpose, words.language())


def _card(entry: DepartmentEntry, purpose: Purpose, field: str) -> Card:
    notice = notice_of(purpose)
    rows = notice.card(entry, until=notice.until(entry, now()))
    question = notice.question_one.format(name=full_name(entry))
    return Card(entry, f"{field}_{entry.code}", notice, rows, question)


def _schema(found: list[Card]) -> Schema:
    fields: dict[str, Any] = {}
    for card in found:
        name = card.entry.name
        if card.notice.purpose is Purpose.RUN_PLAN:
            empty = _("Select yes if you agree to share your plan with %(name)s", name=name)
        else:
            empty = _(
                "Select yes if you agree to share your budget totals with %(name)s", name=name
            )
        fields[card.field] = Choice(("yes", "no"), empty=empty)
    return FormSchema.from_dict(fields, name="Share")()


def _said(form: Form, prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): str(value)
        for name, value in form.data.items()
        if name.startswith(prefix)
    }


def _page(worked: Worked, form: Form) -> Response:
    return page("citizen/plan/share.html", form=form, cards=cards(worked), back=HOW)
