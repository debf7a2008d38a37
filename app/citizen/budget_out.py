"""D45, D46 and D47: what is spent, group by group, and why where it is more than usual."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, redirect
from werkzeug.wrappers import Response

from app.citizen.budget_amounts import Rows, kinds_of
from app.citizen.budget_steps import OUT_CHOOSE, find_guideline
from app.citizen.budget_visit import back, budget, guidelines, keep, keep_whole, onward
from app.citizen.budget_words import (
    HINTS,
    HOW_OFTEN_OUT,
    NOT_SAID,
    REASONS,
    grouped,
    listed,
)
from app.http.access import signed_in
from app.http.fields import Choices
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext
from app.http.text import lazy_gettext as _l
from plan.rules.guidelines import GuidelineExcess, Guidelines
from plan.rules.statement_lines import OUTGOING_GROUPS, OUTGOING_LINES, Group

blueprint = Blueprint("budget_out", __name__, url_prefix="/budget/out")
GROUPS: Final = {group.slug: group for group in OUTGOING_GROUPS}


class Kinds(FormSchema):
    lines = Choices(tuple(OUTGOING_LINES), empty=_l("Select what you spend money on"))


class Why(FormSchema):
    reasons = Choices(
        tuple(REASONS),
        exclusive=NOT_SAID,
        empty=_l("Select a reason, or select ‘I’d rather not say’"),
    )


@blueprint.get("/choose")
@signed_in
def choose() -> Response:
    return _choose_page(blank(Kinds(), lines=list(budget().outgoings or ())))


@blueprint.post("/choose")
@signed_in
def chosen() -> Response:
    form = read_form(Kinds())
    if not form.ok:
        return _choose_page(form)
    keep(outgoings=form.data["lines"])
    return onward()


@blueprint.get("/<group>")
@signed_in
def amounts(group: str) -> Response:
    found, rows = _rows(group)
    if not rows.kinds:
        return redirect(OUT_CHOOSE, 303)
    return _amounts_page(found, rows, rows.filled(budget().amounts))


@blueprint.post("/<group>")
@signed_in
def amounts_typed(group: str) -> Response:
    found, rows = _rows(group)
    if not rows.kinds:
        return redirect(OUT_CHOOSE, 303)
    form = rows.read()
    if not form.ok:
        return _amounts_page(found, rows, form)
    keep_whole(budget().with_amounts(rows.lines(form)))
    return onward()


@blueprint.get("/<group>/reason")
@signed_in
def reason(group: str) -> Response:
    found, excess = _excess(group)
    if excess is None:
        return onward()
    said = list(budget().reasons.get(group, ()))
    return _reason_page(found, excess, blank(Why(), reasons=said))


@blueprint.post("/<group>/reason")
@signed_in
def reason_given(group: str) -> Response:
    found, excess = _excess(group)
    if excess is None:
        return onward()
    form = read_form(Why())
    if not form.ok:
        return _reason_page(found, excess, form)
    keep(reasons={**budget().reasons, group: form.data["reasons"]})
    return onward()


def _rows(slug: str) -> tuple[Group, Rows]:
    """The group of this address, and rows for its ticked lines."""
    group = GROUPS.get(slug) or abort(404)
    ours = {kind.id for kind in group.lines}
    ticked = [line for line in budget().outgoings or () if line in ours]
    return group, Rows(kinds_of(ticked, OUTGOING_LINES), HOW_OFTEN_OUT, coming_in=False)


def _excess(slug: str) -> tuple[Guidelines, GuidelineExcess | None]:
    """How far this group is above its guideline; nothing when it is not. 404 for no such group."""
    found = guidelines()
    if found is None or find_guideline(found, slug) is None:
        abort(404)
    excesses = budget().excesses(found)
    return found, next((excess for excess in excesses if excess.group == slug), None)


def _choose_page(form: Form) -> Response:
    known = budget()
    return page(
        "citizen/budget/out_choose.html",
        form=form,
        groups=grouped(OUTGOING_GROUPS),
        coming_in=known.statement().total_income if known.income is not None else None,
        back=back(),
    )


def _amounts_page(group: Group, rows: Rows, form: Form) -> Response:
    label = gettext(group.label)
    return page(
        "citizen/budget/out_amounts.html",
        form=form,
        title=gettext("How much do you spend on %(group)s?", group=label),
        rows=rows.shown(HINTS),
        joint=budget().joint,
        back=back(),
    )


def _reason_page(found: Guidelines, excess: GuidelineExcess, form: Form) -> Response:
    return page(
        "citizen/budget/reason.html",
        form=form,
        title=gettext(
            "Is there a reason you spend more on %(group)s?", group=gettext(excess.label)
        ),
        guideline=excess.guideline,
        synthetic=found.synthetic,
        reasons=listed(REASONS),
        not_said=NOT_SAID,
        back=back(),
    )
