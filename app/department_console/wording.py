"""X15: how a department describes its kinds of debt to people, in English and Welsh."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, redirect, request
from marshmallow import fields
from werkzeug.wrappers import Response

from app.department_console import guard
from app.department_console.desk import here
from app.department_console.written import Written
from app.http.access import staff, staff_answers
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent import reading, tone
from consent import wording as verbs
from consent.clock import london_date
from consent.errors import NotFound
from consent.roles import Role
from consent.wording import LONGEST, LONGEST_NAME, Said, Wording, WordingState
from plan.rules.catalogue import DebtType
from plan.rules.claim import Nation

blueprint = Blueprint("console_wording", __name__, url_prefix="/department/wording")
ADDRESS: Final = "/department/wording"
HARD: Final = 7
"""School grade above which words are hard for many people (K22)."""
_AGE: Final = 5
"""Years from a school grade to an age."""


class Words(FormSchema):
    name_en = Written(
        empty=_l("Enter a name in English"),
        longest=LONGEST_NAME,
        too_long=_l("Name must be 60 characters or less"),
    )
    words_en = Written(
        empty=_l("Enter an explanation in English"),
        longest=LONGEST,
        too_long=_l("Explanation must be 300 characters or less"),
    )
    name_cy = Written(
        empty=_l("Enter a name in Welsh"),
        longest=LONGEST_NAME,
        too_long=_l("Name must be 60 characters or less"),
    )
    words_cy = Written(
        empty=_l("Enter an explanation in Welsh"),
        longest=LONGEST,
        too_long=_l("Explanation must be 300 characters or less"),
    )


class Decision(FormSchema):
    do = fields.String(load_default="")


@blueprint.get("")
@staff
def wording() -> Response:
    found = verbs.standing(here().store, actor=guard.actor())
    by_type: dict[str, dict[str, Wording]] = {}
    for one in found:
        by_type.setdefault(one.debt_type, {})[one.state.value] = one
    return page(
        "department_console/wording.html",
        kinds=_kinds().values(),
        by_type=by_type,
        may_write=guard.may(Role.ANSWERS),
        done=request.args.get("done", ""),
    )


@blueprint.get("/<code>")
@staff_answers
def write(code: str) -> Response:
    kind, standing = _kind(code), _of(code)
    now = standing.get(WordingState.PROPOSED) or standing.get(WordingState.PUBLISHED)
    names = ("name_en", "words_en", "name_cy", "words_cy")
    form = blank(**{name: getattr(now, name) for name in names}) if now else blank()
    return _form(kind, form)


@blueprint.post("/<code>")
@staff_answers
def propose(code: str) -> Response:
    kind, form = _kind(code), read_form(Words())
    if not form.ok:
        return _form(kind, form)
    verbs.propose(
        here().store,
        here().clock,
        here().chance,
        actor=guard.actor(),
        debt_type=kind.code,
        said=Said(**form.data),
    )
    return redirect(f"{ADDRESS}/{kind.code}/look?done=proposed", 303)


@blueprint.get("/<code>/look")
@staff
def look(code: str) -> Response:
    """What people will read, beside what they read now, for whoever approves it."""
    kind, standing = _kind(code), _of(code)
    proposed = standing.get(WordingState.PROPOSED)
    if proposed is None:
        return redirect(ADDRESS, 303)
    english = f"{proposed.name_en}. {proposed.words_en}"
    grade = reading.grade_of([reading.words(one) for one in reading.sentences(english)])
    return page(
        "department_console/wording_look.html",
        kind=kind,
        proposed=proposed,
        published=standing.get(WordingState.PUBLISHED),
        cold=tone.cold(english),
        age=round(grade) + _AGE if grade > HARD else 0,
        mine=proposed.proposed_by == guard.staff().account.staff_id,
        may_write=guard.may(Role.ANSWERS),
        done=request.args.get("done") == "proposed",
    )


@blueprint.post("/<code>/look/<uuid:wording_id>")
@staff_answers
def decide(code: str, wording_id: UUID) -> Response:
    kind, form = _kind(code), read_form(Decision())
    yes = form.value("do") == "approve"
    verb = verbs.approve if yes else verbs.drop
    verb(here().store, here().clock, here().chance, actor=guard.actor(), wording_id=wording_id)
    return redirect(f"{ADDRESS}?done={'approved' if yes else 'dropped'}#{kind.code}", 303)


def _kinds() -> dict[str, DebtType]:
    """The kinds of debt that the catalogue has for this department, by code."""
    department, today = guard.staff().account.department, london_date(guard.now())
    known = here().policies.on(today, Nation.ENGLAND).debt_types
    return {code: kind for code, kind in known.items() if kind.creditor == department}


def _kind(code: str) -> DebtType:
    found = _kinds().get(code)
    if found is None:
        raise NotFound("no such kind of debt")
    return found


def _of(code: str) -> dict[WordingState, Wording]:
    found = verbs.standing(here().store, actor=guard.actor())
    return {one.state: one for one in found if one.debt_type == code}


def _form(kind: DebtType, form: Form) -> Response:
    context: dict[str, Any] = {"kind": kind, "back": ADDRESS}
    return page("department_console/wording_write.html", form=form, **context)
