"""D01, D02: through the sign-in service and back, and what to do when that did not work."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final, cast

from flask import Blueprint, Flask, redirect, request
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from adapters.identity.identity import Identity
from adapters.identity.refusal import RefusedKind, SignInRefused
from app.citizen import anchor, who
from app.citizen.slots import IDENTITY, SIGN_IN, SignInTrip
from app.citizen.steps import next_step
from app.http import session
from app.http.access import anyone, safe_path
from app.http.current import now, services, settings
from app.http.pages import page
from app.http.signing_out import set_onward

blueprint = Blueprint("sign_in", __name__, url_prefix="/sign-in")
TRIP_LIFE: Final = timedelta(minutes=30)
STATE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
PAGE_OF: Final[dict[RefusedKind, str]] = {
    "cancelled": "/sign-in?back=1",
    "login_required": "/sign-in?back=1",
    "not_proven": "/sign-in/identity-needed",
    "unavailable": "/sign-in/unavailable",
}
"""Every other refusal has the same page: what was wrong is no help to a person (SEC-32)."""


@blueprint.get("")
@anyone
def sign_in() -> Response:
    """D01. `again=1` is for who is signed in and must show that it is still them."""
    live = session.live_session()
    next_page = safe_path(request.args.get("next"))
    again = live is not None and request.args.get("again") == "1"
    if live is not None and not again:
        return redirect(next_page, 303)
    template = "again" if again else "sign_in"
    came_back = request.args.get("back") == "1"
    return page(f"citizen/getting_in/{template}.html", next_page=next_page, came_back=came_back)


@blueprint.get("/start")
@anyone
def start() -> Response:
    """To the sign-in service. What must come back is kept with the visit, for one use (SEC-24)."""
    next_page = safe_path(request.args.get("next"))
    signed_in = session.live_session() is not None
    try:
        asked = services().one_login.begin(
            chance=services().chance, prompt="login" if signed_in else None
        )
    except SignInRefused as refused:
        return _refused(refused)
    visit = session.start_visit()
    visit.put(f"{SIGN_IN}.{asked.state}", SignInTrip(asked, next_page), life=TRIP_LIFE)
    return redirect(asked.url, 303)


@blueprint.get("/return")
@anyone
def come_back() -> Response:
    """From the sign-in service: one trip, one use; then the session and the identity. A silent
    trip after a yes ends here as well and signs nobody in."""
    state = request.args.get("state", "")
    trip = None
    if STATE.fullmatch(state):
        confirmed = anchor.come_back(state)
        if confirmed is not None:
            return confirmed
        trip = session.visit().take(f"{SIGN_IN}.{state}", SignInTrip)
    if trip is None and session.live_session() is not None:
        return redirect("/home", 303)  # Back, or a reload, after it went well
    if trip is None:
        return _refused(SignInRefused("state_mismatch"))
    try:
        known = services().one_login.finish(
            start=trip.start, callback_params=request.args.to_dict(), now=now()
        )
    except SignInRefused as refused:
        return _refused(refused)
    return redirect(_signed_in(known, trip.next_page), 303)


@blueprint.get("/identity-needed")
@anyone
def identity_needed() -> Response:
    """D02."""
    return page("citizen/getting_in/identity_needed.html")


@blueprint.get("/unavailable")
@anyone
def unavailable() -> Response:
    return page("citizen/getting_in/unavailable.html", status=503)


@blueprint.get("/not-signed-in")
@anyone
def not_signed_in() -> Response:
    return page("citizen/getting_in/not_signed_in.html")


def _signed_in(known: Identity, next_page: str) -> str:
    """Open the session; the address to go on to."""
    subject = services().sessions.subject_for(known.issuer, known.subject)
    live = session.live_session()
    session.sign_in(subject, known.auth_time)
    session.visit().put(IDENTITY, known)
    if live is not None and live.subject == subject:
        return next_page
    if who.contact() is not None or who.has_given():
        return next_page
    return next_step()


def _refused(refused: SignInRefused) -> Response:
    return redirect(PAGE_OF.get(refused.kind, "/sign-in/not-signed-in"), 303)


def _onward(to: str) -> str | None:
    """Where signing out goes on to, so that the sign-in service forgets this browser too."""
    known = session.visit().get(IDENTITY, Identity)
    if known is None:
        return None
    try:
        return services().one_login.logout_url(known.id_token, settings().portal_url + to, "")
    except SignInRefused:
        return None


@blueprint.record
def _sign_out_there_too(setup: BlueprintSetupState) -> None:
    set_onward(cast(Flask, setup.app), _onward)
