"""The ways out: sign out, be timed out, leave at once; and the way to stay."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.http import session
from app.http.access import anyone, safe_path, signed_in
from app.http.current import services
from app.http.pages import page
from app.http.signing_out import ACCOUNT_CLOSED, SIGNED_OUT, onward

blueprint = Blueprint("leaving", __name__)
SOMEWHERE_ELSE: Final = "https://www.bbc.co.uk/weather"


@blueprint.get("/leave")
@anyone
def leave() -> Response:
    """P06, Exit this page: works without JavaScript, so it is a GET. The session ends first."""
    session.sign_out(leave_no_sign=True)
    return redirect(SOMEWHERE_ELSE, 303)


@blueprint.post("/sign-out")
@anyone
def sign_out() -> Response:
    """Ends the session here, then at the sign-in service where it has one (shared devices)."""
    address = onward() if session.live_session() else None
    session.sign_out()
    return redirect(address or SIGNED_OUT, 303)


@blueprint.post("/session/stay")
@signed_in
def stay() -> Response | dict[str, int]:
    """D90. Reading the session has moved its end already; a script gets the seconds left."""
    live = services().sessions.touch(session.token())
    if live is not None and request.accept_mimetypes.best == "application/json":
        return {"seconds": session.seconds_left(live)}
    return redirect(safe_path(request.form.get("next")), 303)


@blueprint.get(SIGNED_OUT)
@anyone
def signed_out() -> Response:
    """D91."""
    return page("public/signed_out.html") if not session.live_session() else redirect("/home", 303)


@blueprint.get(ACCOUNT_CLOSED)
@anyone
def account_closed() -> Response:
    """After D88. Who came back and is signed in has an account again."""
    if session.live_session():
        return redirect("/home", 303)
    return page("public/account_closed.html")


@blueprint.get("/timed-out")
@anyone
def timed_out() -> Response:
    """D92. Another tab may have kept the session alive."""
    if session.live_session():
        return redirect("/home", 303)
    session.forget_visit()
    return page("public/timed_out.html")
