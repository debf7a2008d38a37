"""D12: the nine rows for each department, one question, and answers of equal weight."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from flask import Blueprint, redirect
from marshmallow import fields
from werkzeug.wrappers import Response

from app.citizen import anchor, who
from app.citizen.new_words import Seen, card_of
from app.citizen.slots import CHOSEN, Chosen
from app.http import session, words
from app.http.access import signed_in_recently
from app.http.current import now, services, settings
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.ask import Card, ask
from consent.clock import london_date
from consent.defer import defer
from consent.errors import WrongState
from consent.grant import Given, Shown, Yes, give
from consent.ids import random_text
from consent.lifecycle import State
from consent.notices import Notice
from consent.purposes import Purpose
from consent.refuse import refuse
from consent.register import DepartmentEntry
from consent.store import requests

blueprint = Blueprint("agree", __name__, url_prefix="/permissions")
CHOOSE: Final = "/permissions/choose"
NOT_NOW: Final = {
    "no": (refuse, "/permissions/not-asked?said=no"),
    "later": (defer, "/permissions/decide-later"),
}
"""What each answer that asks nobody does, and the page after it."""


class Agree(FormSchema):
    agree = Choice(
        ("yes", "once", "no", "later"),
        empty=_l("Select yes if you agree to us asking these departments"),
    )
    post_key = fields.String(required=True)


@blueprint.get("/check")
@signed_in_recently
def check() -> Response:
    """D12. What is shown, and when, is noted before anybody decides (T1, T5)."""
    visit = session.visit()
    chosen = visit.get(CHOSEN, Chosen)
    if chosen is None or not _asked_for(chosen):
        return redirect(CHOOSE, 303)
    chosen = _shown_now(chosen)
    visit.put(CHOSEN, chosen)
    notice = _notice()
    ask(
        services().store,
        services().chance,
        actor=session.person(),
        cards=[Card(entry, notice) for entry in _asked_for(chosen)],
        shown=_shown(chosen),
    )
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
    if chosen.notice_sha256 != _notice().sha256:
        raise WrongState("the cards have other words now, or another language")
    if not form.ok:
        return _page(form, chosen)
    if form.data["agree"] in NOT_NOW:
        decide, onward = NOT_NOW[form.data["agree"]]
        part, post_hash = services(), _shown(chosen).post_hash
        decide(part.store, part.clock, part.chance, actor=session.person(), post_hash=post_hash)
        visit.delete(CHOSEN)
        return redirect(onward, 303)
    opened = anchor.opening(chosen.post_key)
    given = _give(chosen, opened, once=form.data["agree"] == "once")
    visit.put(CHOSEN, replace(chosen, departments=()))  # so that the same post leads to the same
    return anchor.away(given, opened, f"/permissions/{given.receipt.replace(' ', '')}")


def _shown_now(chosen: Chosen) -> Chosen:
    """The same form as long as the same is shown: other words, or another last day, are a form
    of their own, so that nobody agrees to what another page said."""
    notice = _notice()
    same = london_date(chosen.shown_at) == london_date(now())
    if chosen.notice_sha256 == notice.sha256 and same:
        return chosen
    first = not chosen.notice_sha256
    key = chosen.post_key if first else random_text(services().chance, 24)
    seen = _put_off() if first else chosen.seen
    return Chosen(chosen.departments, key, now(), notice.sha256, seen)


def _put_off() -> dict[str, str]:
    """What this person saw of questions that they put off, and when."""
    actor = session.person()
    with services().store.transaction(actor) as tx:
        waiting = requests.open_of(tx, actor.subject)
    return {
        one.department: f"{one.notice} {one.language} {one.requested_at.isoformat()}"
        for one in waiting
        if one.state is State.DEFERRED and one.purpose is Purpose.VIEW_DEBTS
    }


def _seen(chosen: Chosen, department: str) -> Seen | None:
    if department not in chosen.seen:
        return None
    notice, language, at = chosen.seen[department].split(" ")
    return Seen(notice, language, datetime.fromisoformat(at))


def _shown(chosen: Chosen) -> Shown:
    return Shown(chosen.post_key, chosen.shown_at, words.language())


def _give(chosen: Chosen, opened: bytes, *, once: bool) -> Given:
    """One record for each department."""
    notice = _notice()
    return give(
        services().store,
        services().clock,
        services().chance,
        actor=session.person(),
        yeses=[
            Yes(entry, notice, notice.until(entry, chosen.shown_at), once)
            for entry in _entries(chosen)
        ],
        shown=_shown(chosen),
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
            card_of(
                services().notices,
                notice,
                entry,
                until=notice.until(entry, chosen.shown_at),
                seen=_seen(chosen, entry.code),
            )
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
    held = {grant.department for grant in who.open_grants() if grant.purpose is Purpose.VIEW_DEBTS}
    return [entry for entry in _entries(chosen) if entry.code not in held]
