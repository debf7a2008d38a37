"""D24: a person says what is wrong with a debt, and may let us tell the department.

The debt leaves the plan as soon as they have said so. We keep a code and a date, never the words.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from flask import Blueprint, redirect, request
from marshmallow import fields
from werkzeug.wrappers import Response

from app.citizen import debts_telling as telling
from app.citizen.debts_draft import DebtQuery
from app.citizen.debts_owe import find
from app.citizen.debts_words import PROBLEMS
from app.citizen.slots import QUERY
from app.citizen.view import current_view
from app.http import session
from app.http.access import signed_in, signed_in_recently
from app.http.current import now, services
from app.http.fields import Choice, Text
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext
from app.http.text import lazy_gettext as _l
from consent.holds import HoldState, Reason
from consent.ids import random_text
from consent.notices import full_name
from consent.register import DepartmentEntry
from debts.view import Numbered

blueprint = Blueprint("debts_query", __name__, url_prefix="/debts/<int:number>/query")
LONGEST: Final = 500


class Problem(FormSchema):
    problem = Choice(tuple(PROBLEMS), empty=_l("Select what the problem is"))
    more = Text(
        optional=True,
        longest=LONGEST,
        too_long=_l("What the problem is must be 500 characters or less"),
    )


class Safe(FormSchema):
    safe = Choice(("yes", "no"), empty=_l("Select yes if it is safe for them to write to you"))


class Tell(FormSchema):
    tell = Choice(("yes", "no"), empty=_l("Select yes if you agree to us telling them"))
    post_key = fields.String(required=True)


@blueprint.get("")
@signed_in
def ask(number: int) -> Response:
    found = find(current_view(), number)
    if found is None:
        return redirect("/debts", 303)
    chosen = request.args.get("problem", "")
    return _ask(blank(Problem(), problem=chosen if chosen in PROBLEMS else None), found)


@blueprint.post("")
@signed_in
def asked(number: int) -> Response:
    """What was chosen stays in the visit; where it goes depends on it and on the department."""
    found = find(current_view(), number)
    if found is None:
        return redirect("/debts", 303)
    form = read_form(Problem())
    if form.ok and form.data["problem"] == Reason.OTHER and not form.data["more"]:
        form = form.with_error("more", gettext("Tell us what the problem is"))
    if not form.ok:
        return _ask(form, found)
    reason = Reason(form.data["problem"])
    query = DebtQuery(
        number=number,
        department=found.department,
        token=found.debt.token,
        reason=reason.value,
        words=form.data["more"] or "" if reason is Reason.OTHER else "",
        post_key=random_text(services().chance, 16),
        shown_at=now(),
    )
    session.visit().put(QUERY, query)
    if reason is Reason.COERCED:
        return _go(number, "safe")
    return _onward(query, found)


@blueprint.get("/safe")
@signed_in
def safe(number: int) -> Response:
    """Nobody has to prove anything; we ask only whether a letter could put them in danger."""
    found, query = _found(number), _query(number)
    if found is None or query is None:
        return _go(number)
    return _safe(blank(Safe()), found)


@blueprint.post("/safe")
@signed_in
def is_safe(number: int) -> Response:
    found, query = _found(number), _query(number)
    if found is None or query is None:
        return _go(number)
    form = read_form(Safe())
    if not form.ok:
        return _safe(form, found)
    query = replace(query, safe_to_write=form.data["safe"] == "yes")
    session.visit().put(QUERY, query)
    if not query.safe_to_write:
        telling.keep(query, found, HoldState.KEPT_BACK)
        return _go(number, "sent")
    return _onward(query, found)


@blueprint.get("/agree")
@signed_in_recently
def agree(number: int) -> Response:
    """The permission to tell this department this once, with its own yes or no."""
    found, query = _found(number), _query(number)
    if found is None or query is None:
        return _go(number)
    query = replace(query, shown_at=now())
    session.visit().put(QUERY, query)
    return _agree(blank(Tell(), post_key=query.post_key), found, query)


@blueprint.post("/agree")
@signed_in_recently
def agreed(number: int) -> Response:
    """Of posts at the same moment one tells; the others wait, and show what became of it."""
    found, query = _found(number), _query(number)
    if found is None:
        return _go(number)
    form = read_form(Tell())
    if query is not None and form.value("post_key") != query.post_key:
        return _go(number, "agree")
    if query is not None and not form.ok:
        return _agree(form, found, query)
    mine = session.visit().take(QUERY, DebtQuery) if query is not None else None
    if mine is None:
        telling.wait_for_the_other(found)
    elif form.data["tell"] == "no":
        telling.keep(mine, found, HoldState.LETTER)
        session.visit().put(QUERY, mine)
    else:
        try:
            telling.tell(mine, found)
        except Exception:
            session.visit().put(QUERY, mine)  # their words are not lost with a fault of ours
            raise
    return _go(number, "sent")


def _onward(query: DebtQuery, found: Numbered) -> Response:
    """To the permission, or to a letter where the department cannot take it from us."""
    if telling.takes_it(_entry(found)):
        return _go(query.number, "agree")
    telling.keep(query, found, HoldState.LETTER)
    return _go(query.number, "sent")


def _go(number: int, step: str = "") -> Response:
    return redirect(f"/debts/{number}/query/{step}".rstrip("/"), 303)


def _found(number: int) -> Numbered | None:
    return find(current_view(), number)


def _query(number: int) -> DebtQuery | None:
    query = session.visit().get(QUERY, DebtQuery)
    return query if query is not None and query.number == number else None


def _entry(found: Numbered) -> DepartmentEntry:
    return services().register.departments[found.department]


def _ask(form: Form, found: Numbered) -> Response:
    return page("citizen/debts/query.html", form=form, numbered=found, problems=PROBLEMS)


def _safe(form: Form, found: Numbered) -> Response:
    return page("citizen/debts/query_safe.html", form=form, numbered=found, entry=_entry(found))


def _agree(form: Form, found: Numbered, query: DebtQuery) -> Response:
    notice, entry = telling.notice(), _entry(found)
    names = {"name": full_name(entry), "short": entry.short}
    return page(
        "citizen/debts/query_agree.html",
        form=form,
        numbered=found,
        entry=entry,
        notice=notice,
        rows=notice.card(entry, until=notice.until(entry, query.shown_at)),
        question=notice.question_one.format(**names),
        yes=notice.yes.format(**names),
        no=notice.no.format(**names),
        query=query,
        problem=PROBLEMS[Reason(query.reason)],
    )
