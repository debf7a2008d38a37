"""D12: the nine rows for each department, one question, and a yes or a no of equal weight."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from flask import Blueprint, redirect
from marshmallow import fields
from werkzeug.wrappers import Response

from app.citizen import anchor, who
from app.citizen.slots import CHOSEN, Chosen
from app.http import session, words
from app.http.access import signed_in_recently
from app.http.current import now, services, settings
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.errors import WrongState
from consent.grant import Given, Shown, Yes, give
from consent.notices import Notice, Row
from consent.purposes import Purpose
from consent.register import DepartmentEntry

blueprint = Blueprint("agree", __name__, url_prefix="/permissions")
CHOOSE: Final = "/permissions/choose"


class Agree(FormSchema):
    agree = Choice(
        ("yes", "no"), empty=_l("Select yes if you agree to us asking these departments")
    )
    post_key = fields.String(required=True)


@dataclass(frozen=True, slots=True)
class Card:
    """What one department's card says."""

    entry: DepartmentEntry
    rows: tuple[Row, ...]


@blueprint.get("/check")
@signed_in_recently
def check() -> Response:
    """D12. When the cards were shown is part of what is recorded."""
    visit = session.visit()
    chosen = visit.get(CHOSEN, Chosen)
    if chosen is None or not _asked_for(chosen):
        return redirect(CHOOSE, 303)
    chosen = replace(chosen, shown_at=now())
    visit.put(CHOSEN, chosen)
    return _page(blank(Agree(), post_key=chosen.post_key), chosen)


@blueprint.post("/check")
@signed_in_recently
def decided() -> Response:
    visit = session.visit()
    chosen = visit.get(CHOSEN, Chosen)
    if chosen is None:
        return redirect(CHOOSE, 303)
    form = read_form(Agree())
    if form.value("post_key") != chosen.post_key:
        raise WrongState("other departments were chosen in another tab")
    if not form.ok:
        return _page(form, chosen)
    if form.data["agree"] == "no":
        visit.delete(CHOSEN)
        return redirect("/permissions/not-asked", 303)
    opened = anchor.opening(chosen.post_key)
    given = _give(chosen, opened)
    visit.put(CHOSEN, replace(chosen, departments=()))  # so that the same post leads to the same
    return anchor.away(given, opened, f"/permissions/{given.receipt.replace(' ', '')}")


def _give(chosen: Chosen, opened: bytes) -> Given:
    """One record for each department."""
    notice = _notice()
    return give(
        services().store,
        services().clock,
        services().chance,
        actor=session.person(),
        yeses=[
            Yes(entry, notice, notice.until(entry, chosen.shown_at)) for entry in _entries(chosen)
        ],
        shown=Shown(chosen.post_key, chosen.shown_at, words.language()),
        sign_in=who.evidence(),
        origin=settings().portal_url,
        opening=opened,
    )


def _page(form: Form, chosen: Chosen) -> Response:
    notice, entries = _notice(), _asked_for(chosen) or _entries(chosen)
    many = notice.question_many.format(count=len(entries))
    return page(
        "citizen/permissions/check.html",
        form=form,
        notice=notice,
        cards=[
            Card(entry, notice.card(entry, until=notice.until(entry, chosen.shown_at)))
            for entry in entries
        ],
        question=notice.question_one if len(entries) == 1 else many,
    )


def _notice() -> Notice:
    return services().notices.newest(Purpose.VIEW_DEBTS, words.language())


def _entries(chosen: Chosen) -> list[DepartmentEntry]:
    found = (services().register.find(code) for code in chosen.departments)
    return [entry for entry in found if entry is not None and entry.connected]


def _asked_for(chosen: Chosen) -> list[DepartmentEntry]:
    """Without those that were said yes to already: nobody is asked twice (CD15)."""
    held = {grant.department for grant in who.live_grants() if grant.purpose is Purpose.VIEW_DEBTS}
    return [entry for entry in _entries(chosen) if entry.code not in held]
