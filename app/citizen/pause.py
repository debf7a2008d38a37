"""Pausing a permission and starting again (F16). In between nobody is asked; its end stays."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import permission_words, who
from app.citizen.stop import PERMISSIONS, forget_answers, permission_of
from app.http import session
from app.http.access import signed_in, signed_in_recently
from app.http.current import now, services
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.resume import resume as start_again
from consent.store.grants import Grant
from consent.suspend import suspend

blueprint = Blueprint("pause", __name__, url_prefix=PERMISSIONS)
PAUSE: Final = "citizen/permissions/pause.html"
RESUME: Final = "citizen/permissions/resume.html"


class Pause(FormSchema):
    pause = Choice(("yes", "no"), empty=_l("Select yes if you want to pause this permission"))


class Resume(FormSchema):
    resume = Choice(
        ("yes", "no"), empty=_l("Select yes if you want to start this permission again")
    )


@blueprint.get("/<grant_id>/pause")
@signed_in
def pause(grant_id: str) -> Response:
    grant = permission_of(grant_id)
    if not grant.live(now()):
        return redirect(_where_it_is(grant), 303)
    if not permission_words.may_pause(grant):
        return _page("citizen/permissions/not_paused.html", blank(), grant)
    return _page(PAUSE, blank(), grant)


@blueprint.post("/<grant_id>/pause")
@signed_in
def pause_decided(grant_id: str) -> Response:
    """Pulls end with the commit, and what was answered in this visit is forgotten."""
    grant = permission_of(grant_id)
    if not permission_words.may_pause(grant):
        return redirect(_where_it_is(grant), 303)
    form = read_form(Pause())
    if not form.ok:
        return _page(PAUSE, form, grant)
    if form.data["pause"] == "yes":
        part = services()
        paused = suspend(
            part.store, part.clock, part.chance, actor=session.person(), grant_id=grant.grant_id
        )
        forget_answers(paused)
    return redirect(PERMISSIONS, 303)


@blueprint.get("/<grant_id>/resume")
@signed_in_recently
def resume(grant_id: str) -> Response:
    grant = permission_of(grant_id)
    if not permission_words.paused(grant):
        return redirect(_where_it_is(grant), 303)
    return _page(RESUME, blank(), grant)


@blueprint.post("/<grant_id>/resume")
@signed_in_recently
def resume_decided(grant_id: str) -> Response:
    grant = permission_of(grant_id)
    if not permission_words.paused(grant):
        return redirect(_where_it_is(grant), 303)
    form = read_form(Resume())
    if not form.ok:
        return _page(RESUME, form, grant)
    if form.data["resume"] == "yes":
        part = services()
        start_again(
            part.store,
            part.clock,
            part.chance,
            actor=session.person(),
            grant_id=grant.grant_id,
            sign_in=who.evidence(),
        )
    return redirect(PERMISSIONS, 303)


def _where_it_is(grant: Grant) -> str:
    """The list, or the page that says that it has ended."""
    over = not grant.live(now()) and not permission_words.paused(grant)
    return f"{PERMISSIONS}/{grant.grant_id}/stopped" if over else PERMISSIONS


def _page(template: str, form: Form, grant: Grant) -> Response:
    return page(
        template,
        form=form,
        grant=grant,
        entry=permission_words.entry_of(grant.department),
        words=permission_words,
    )
