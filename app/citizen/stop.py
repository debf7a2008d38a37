"""D15 to D17: stopping. No reason is asked, and it takes no more steps than saying yes (SEC-6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.book import ConsentBook
from app.citizen import permission_words, who
from app.http import session
from app.http.access import signed_in
from app.http.current import now, services
from app.http.fields import Choice
from app.http.forms import Form, FormSchema, blank, read_form
from app.http.pages import page
from app.http.text import gettext
from app.http.text import lazy_gettext as _l
from consent.errors import NotFound
from consent.ids import GrantId
from consent.lifecycle import State
from consent.purposes import Purpose
from consent.store import grants
from consent.store.grants import Grant
from plan.leave import withdraw, withdraw_all
from plan.progress import PlanSoFar, progress

blueprint = Blueprint("stop", __name__, url_prefix="/permissions")
PERMISSIONS: Final = "/permissions"


@dataclass(frozen=True, slots=True)
class Effect:
    """What stopping does to the plan: nothing, one department's part, or all of it."""

    has_plan: bool = False
    department_leaves: bool = False
    plan_ends: bool = False


class StopAll(FormSchema):
    stop = Choice(("yes", "no"), empty=_l("Select yes if you want to stop all your permissions"))


def _schema(grant: Grant) -> FormSchema:
    words = gettext(
        "Select yes if you want us to stop asking %(department)s",
        department=permission_words.department_name(grant.department),
    )
    if grant.purpose is not Purpose.VIEW_DEBTS:
        words = gettext("Select yes if you want to stop this permission")

    class Stop(FormSchema):
        stop = Choice(("yes", "no"), empty=words)

    return Stop()


@blueprint.get("/<grant_id>/stop")
@signed_in
def stop(grant_id: str) -> Response:
    """D15."""
    grant = permission_of(grant_id)
    if _over(grant):
        return redirect(f"{PERMISSIONS}/{grant.grant_id}/stopped", 303)
    return _page(blank(), grant)


@blueprint.post("/<grant_id>/stop")
@signed_in
def decided(grant_id: str) -> Response:
    """Pulls end with the commit; what this department answered is forgotten at once."""
    grant = permission_of(grant_id)
    form = read_form(_schema(grant))
    if not form.ok:
        return _page(form, grant)
    if form.data["stop"] == "no":
        return redirect(PERMISSIONS, 303)
    withdrawn = withdraw(
        services().store,
        services().clock,
        services().chance,
        actor=session.person(),
        grant_id=grant.grant_id,
    )
    forget_answers(withdrawn.grant)
    return redirect(f"{PERMISSIONS}/{grant.grant_id}/stopped", 303)


@blueprint.get("/<grant_id>/stopped")
@signed_in
def stopped(grant_id: str) -> Response:
    """D17."""
    grant = permission_of(grant_id)
    if not _over(grant):
        return redirect(PERMISSIONS, 303)
    entry = permission_words.entry_of(grant.department)
    return page(
        "citizen/permissions/stopped.html",
        grant=grant,
        entry=entry,
        tells_machines=entry.wire == "native",
        plan=_plan(),
        words=permission_words,
    )


@blueprint.get("/stop-all")
@signed_in
def stop_all() -> Response:
    """D16."""
    held = _open()
    return _all_page(blank(), held) if held else redirect(PERMISSIONS, 303)


@blueprint.post("/stop-all")
@signed_in
def all_decided() -> Response:
    form = read_form(StopAll())
    if not form.ok:
        return _all_page(form, _open())
    if form.data["stop"] == "no":
        return redirect(PERMISSIONS, 303)
    ended = withdraw_all(
        services().store, services().clock, services().chance, actor=session.person()
    )
    for withdrawn in ended:
        forget_answers(withdrawn.grant)
    return redirect(f"{PERMISSIONS}/all-stopped", 303)


@blueprint.get("/all-stopped")
@signed_in
def all_stopped() -> Response:
    """Only after everything was stopped here: for who never gave a permission, or whose
    permissions ended in another way, this page would not be true."""
    last = _last_ended()
    if last is None or last.state is not State.WITHDRAWN or _open():
        return redirect(PERMISSIONS, 303)
    return page("citizen/permissions/all_stopped.html", plan=_plan(), words=permission_words)


def forget_answers(grant: Grant) -> None:
    """What this department answered in this visit is gone, and what it is being asked."""
    if grant.purpose is Purpose.VIEW_DEBTS:
        book = ConsentBook.of(services(), session.person())
        services().pulls.forget(session.visit(), grant.department, book)


def permission_of(grant_id: str) -> Grant:
    """One of this person's. Raises NotFound, also for another's."""
    actor = session.person()
    with services().store.transaction(actor) as tx:
        found = grants.one(tx, actor.subject, GrantId(grant_id))
    if found is None:
        raise NotFound("no such permission")
    return found


def _last_ended() -> Grant | None:
    """Of the newest permissions, the one that ended last."""
    actor = session.person()
    with services().store.transaction(actor) as tx:
        over = grants.ended_of(tx, actor.subject, now(), limit=25)
    return max(over, key=lambda grant: grant.ended_at or grant.expires_at, default=None)


def _over(grant: Grant) -> bool:
    """Ended; a paused one can still be stopped."""
    return not grant.live(now()) and not permission_words.paused(grant)


def _open() -> list[Grant]:
    names = permission_words.department_name
    return sorted(who.open_grants(), key=lambda grant: (names(grant.department), grant.purpose))


def _plan() -> PlanSoFar | None:
    return progress(services().store, actor=session.person())


def _effect(grant: Grant) -> Effect:
    plan = _plan()
    if plan is None or not plan.live:
        return Effect()
    if grant.purpose is not Purpose.RUN_PLAN:
        return Effect(has_plan=True)
    under = [line for line in plan.lines if line.live and line.grant_id == grant.grant_id]
    others = [line for line in plan.lines if line.live and line.grant_id != grant.grant_id]
    return Effect(True, department_leaves=bool(under), plan_ends=bool(under) and not others)


def _page(form: Form, grant: Grant) -> Response:
    return page(
        "citizen/permissions/stop.html",
        form=form,
        grant=grant,
        entry=permission_words.entry_of(grant.department),
        effect=_effect(grant),
        words=permission_words,
    )


def _all_page(form: Form, held: list[Grant]) -> Response:
    plan = _plan()
    return page(
        "citizen/permissions/stop_all.html",
        form=form,
        held=held,
        has_plan=plan is not None and plan.live,
        words=permission_words,
    )
