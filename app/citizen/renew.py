"""D19: one permission for longer: the same nine rows, what is new in them marked, one question."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect
from marshmallow import fields
from werkzeug.wrappers import Response

from app.citizen import anchor, permission_words, who
from app.citizen.new_words import Seen, card_of
from app.citizen.slots import RENEWAL, Renewal
from app.citizen.stop import PERMISSIONS, permission_of
from app.http import session, words
from app.http.access import signed_in_recently
from app.http.current import now, services, settings
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext
from consent import parties
from consent.ask import Shown
from consent.clock import london_date
from consent.errors import WrongState
from consent.grant import Given, Yes
from consent.ids import random_text
from consent.notices import Notice
from consent.purposes import Purpose
from consent.renew import renew as keep_on
from consent.scope import Scope
from consent.store.grants import Grant

blueprint = Blueprint("renew", __name__, url_prefix=PERMISSIONS)
TEMPLATE: Final = "citizen/permissions/renew.html"


def _schema(grant: Grant) -> FormSchema:
    empty = gettext(
        "Select yes if you want us to keep asking %(department)s",
        department=permission_words.department_name(grant.department),
    )
    if grant.purpose is not Purpose.VIEW_DEBTS:
        empty = gettext("Select yes if you want to keep this permission")

    class Renew(FormSchema):
        renew = Choice(("yes", "no"), empty=empty)
        post_key = fields.String(required=True)

    return Renew()


@blueprint.get("/<grant_id>/renew")
@signed_in_recently
def renew(grant_id: str) -> Response:
    """From 60 days before the end; one that has ended is asked for as a new one."""
    grant = permission_of(grant_id)
    if not permission_words.may_renew(grant):
        return redirect(permission_words.ask_again(grant) or PERMISSIONS, 303)
    shown = _shown_now(grant)
    session.visit().put(RENEWAL, shown)
    return _page(blank(post_key=shown.post_key), grant, shown)


@blueprint.post("/<grant_id>/renew")
@signed_in_recently
def decided(grant_id: str) -> Response:
    """A yes is the next version of the same permission, with a receipt of its own; a no changes
    nothing: it ends by itself."""
    grant = permission_of(grant_id)
    shown = session.visit().get(RENEWAL, Renewal)
    if shown is None or shown.grant_id != grant.grant_id:
        return redirect(f"{PERMISSIONS}/{grant.grant_id}/renew", 303)
    if grant.version > shown.version:
        return redirect(f"{PERMISSIONS}/{grant.receipt.replace(' ', '')}", 303)
    form = read_form(_schema(grant))
    if form.value("post_key") != shown.post_key or _notice(grant).sha256 != shown.notice_sha256:
        raise WrongState("the card has other words now")
    if not form.ok or _wider(grant):
        return _page(form, grant, shown)
    if form.data["renew"] == "no":
        session.visit().delete(RENEWAL)
        return redirect(PERMISSIONS, 303)
    notice, part = _notice(grant), services()
    entry = permission_words.entry_of(grant.department)
    opened = anchor.opening(shown.post_key)
    renewed = keep_on(
        part.store,
        part.clock,
        part.chance,
        part.notices,
        actor=session.person(),
        grant_id=grant.grant_id,
        yes=Yes(entry, notice, notice.until(entry, shown.shown_at)),
        shown=Shown(shown.post_key, shown.shown_at, words.language()),
        sign_in=who.evidence(),
        origin=settings().portal_url,
        opening=opened,
    )
    given = Given(renewed.receipt, (renewed,))
    return anchor.away(given, opened, f"{PERMISSIONS}/{renewed.receipt.replace(' ', '')}")


def _shown_now(grant: Grant) -> Renewal:
    """The same form as long as it says the same."""
    notice, shown = _notice(grant), session.visit().get(RENEWAL, Renewal)
    if (
        shown is not None
        and (shown.grant_id, shown.version) == (grant.grant_id, grant.version)
        and shown.notice_sha256 == notice.sha256
        and london_date(shown.shown_at) == london_date(now())
    ):
        return shown
    key = random_text(services().chance, 24)
    return Renewal(grant.grant_id, grant.version, key, now(), notice.sha256)


def _wider(grant: Grant) -> bool:
    """The words of today reach further: that is no renewal, it needs a yes of its own (SEC-11)."""
    entry = permission_words.entry_of(grant.department)
    then = parties.load().department(grant.department, grant.requested_at)
    before = services().notices.find(grant.notice, grant.language)
    today = Scope.of(_notice(grant), entry.sends)
    return not today.within(Scope.of(before, then.sends))


def _notice(grant: Grant) -> Notice:
    return services().notices.newest(grant.purpose, words.language())


def _page(form: Form, grant: Grant, shown: Renewal) -> Response:
    notice = _notice(grant)
    entry = permission_words.entry_of(grant.department)
    until = notice.until(entry, shown.shown_at)
    seen = Seen(grant.notice, grant.language, grant.requested_at)
    return page(
        TEMPLATE,
        form=form,
        grant=grant,
        notice=notice,
        card=card_of(services().notices, notice, entry, until=until, seen=seen),
        until=until,
        wider=_wider(grant),
        words=permission_words,
    )
