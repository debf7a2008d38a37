"""Who is here, for how long, and how they leave (decisions 21, 28, 45; SEC-26, SEC-86).

Two cookies, both readable by this host only: `__Host-svd` names the session row by a secret,
`__Host-svd-visit` holds the browser's half of the key to what passes through. After a person
signs out the first one says only that they did, so that Back shows the right page.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from flask import Flask, g, request
from flask import session as form_session
from werkzeug.wrappers import Response

from app.book import ConsentBook
from app.http.current import now, services
from consent.how import How
from consent.ids import SubjectId
from consent.people import Anyone, Person
from consent.sessions import token_hash as hash_of

if TYPE_CHECKING:
    from consent.sessions import LiveSession
    from debts.visit import Visit

SESSION_COOKIE: Final = "__Host-svd"
VISIT_COOKIE: Final = "__Host-svd-visit"
SIGNED_OUT: Final = "out"
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes as unpadded base64url


def prepare(app: Flask) -> None:
    app.before_request(_load)
    app.after_request(_send_cookies)


def live_session() -> LiveSession | None:
    """The session of this request, if the person is signed in."""
    found: LiveSession | None = g.get("session")
    return found


def token() -> str:
    """The secret of this session, as its row is found by; empty without a session."""
    return str(g.get("token", ""))


def token_hash() -> str:
    """By which the row of this session is found; the signer looks for it (SEC-48)."""
    return hash_of(token()) if token() else ""


def seconds_left(live: LiveSession) -> int:
    """Until the session ends when nothing is done."""
    return max(0, int((live.idle_until - now()).total_seconds()))


def person() -> Person:
    """The signed-in person. Only for views that are declared `signed_in`."""
    actor = g.actor
    if not isinstance(actor, Person):
        raise LookupError("nobody is signed in")
    return actor


def start_visit() -> Visit:
    """At the start of a sign-in: a new browser secret, unless the person is signed in already.

    What an earlier visit of this browser left behind is destroyed first.
    """
    if live_session() is None:
        _destroy_visit()
        _give_secret()
    return visit()


def visit() -> Visit:
    """What passes through for this person, sealed, while the visit lasts."""
    if "opened_visit" not in g:
        g.opened_visit = services().visits.open(_secret() or _give_secret())
    opened: Visit = g.opened_visit
    return opened


def sign_in(subject: SubjectId, signed_in_at: datetime) -> None:
    """Open a session. The same person again keeps the visit and gets a new session id; another
    person gets a new visit, and the old one is destroyed (decision 28)."""
    live, sessions = live_session(), services().sessions
    if live is not None and live.subject == subject:
        token = sessions.rotate(g.token, signed_in_at)
    else:
        if live is not None:
            sessions.close(g.token)
            _destroy_visit()
            _give_secret()
        token = sessions.open(subject, signed_in_at)
    g.token, g.session, g.actor = token, sessions.find(token), Person(subject)
    g.cookies[SESSION_COOKIE] = token


def sign_out(*, leave_no_sign: bool = False) -> None:
    """Destroy what passed through, then end the session, then clear the browser.

    `leave_no_sign` is for Exit this page: not even "you have signed out" stays.
    """
    _destroy_visit()
    if live_session() is not None:
        services().sessions.close(g.token)
    g.token, g.session, g.actor = "", None, Anyone()
    g.cookies[SESSION_COOKIE] = "" if leave_no_sign else SIGNED_OUT
    form_session.clear()
    g.clear_site_data = True


def forget_visit() -> None:
    """After a time-out: the answers are gone before the person reads that they are."""
    if live_session() is None:
        _destroy_visit()


def where_to_go() -> str | None:
    """Where somebody belongs whose session has ended; nothing for who never had one."""
    token = request.cookies.get(SESSION_COOKIE, "")
    if not token:
        return None
    return "/signed-out" if token == SIGNED_OUT else "/timed-out"


def _load() -> None:
    g.actor, g.session, g.token, g.cookies = Anyone(), None, "", {}
    token = request.cookies.get(SESSION_COOKIE, "")
    if not token or token == SIGNED_OUT or request.endpoint in {"static", "health.healthz"}:
        return
    live = services().sessions.find(token)
    if live is not None:
        g.token, g.session, g.actor = token, live, Person(live.subject)
        if _secret():
            visit().touch()


def _secret() -> str:
    given = g.cookies.get(VISIT_COOKIE, request.cookies.get(VISIT_COOKIE, ""))
    return given if _SECRET.fullmatch(given) else ""


def _give_secret() -> str:
    g.cookies[VISIT_COOKIE] = services().visits.new_secret()
    g.pop("opened_visit", None)
    return str(g.cookies[VISIT_COOKIE])


def _destroy_visit() -> None:
    if _secret():
        # what is still being asked must not arrive later
        asked = services().pulls.forget_all(visit())
        visit().destroy()
        if asked and isinstance(
            g.actor, Person
        ):  # without a session the worker says so when time is over
            ConsentBook.of(services(), g.actor).disposed(asked, How.SIGNED_OUT)
        g.cookies[VISIT_COOKIE] = ""
        g.pop("opened_visit", None)


def _send_cookies(response: Response) -> Response:
    for name, value in g.get("cookies", {}).items():
        if value:
            response.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="Lax")
        else:
            response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="Lax")
    if g.get("clear_site_data"):
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
