"""Which member of staff is here, what they may open, and how they leave (SEC-26, SEC-84).

`__Host-svd-staff` names the session's row by a secret; `__Host-svd-staff-trip` is the browser's
half of the key to what must come back from a sign-in. People's cookies are not read here.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import Flask, current_app, g, redirect, request
from flask import session as form_session
from werkzeug.wrappers import Response

from app.department_console.desk import here
from app.http import words
from app.http.access import permission_of, safe_path
from consent.errors import NotPermitted
from consent.permissions import PERMISSIONS, Permission

if TYPE_CHECKING:
    from consent.people import Department
    from consent.roles import Role
    from consent.staff import LiveStaff, StaffAccount
    from debts.visit import Visit

SESSION_COOKIE: Final = "__Host-svd-staff"
TRIP_COOKIE: Final = "__Host-svd-staff-trip"
HOME: Final = "/department"
SIGN_IN: Final = "/department/sign-in"
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes as unpadded base64url


def prepare(app: Flask) -> None:
    app.before_request(_load)
    app.before_request(_check)
    app.after_request(_send_cookies)


def live_staff() -> LiveStaff | None:
    """The session of this request, if somebody is signed in."""
    found: LiveStaff | None = g.get("staff")
    return found


def staff() -> LiveStaff:
    """Who is signed in. Only for views that are not `anyone`."""
    live = live_staff()
    if live is None:
        raise LookupError("nobody is signed in")
    return live


def actor() -> Department:
    """The department and the member of staff, as the actor of a transaction."""
    return staff().actor


def may(role: Role) -> bool:
    """Whether the member of staff who is here has a role: for what a page offers."""
    live = live_staff()
    return live is not None and live.account.may(role)


def department_name() -> str:
    """The short name of the department whose staff is here; "" where nobody is."""
    live = live_staff()
    entry = here().register.find(live.account.department) if live else None
    return entry.short if entry else ""


def now() -> datetime:
    return here().clock.now()


def seconds_left() -> int:
    """Until the session ends when nothing is done."""
    live = live_staff()
    return max(0, int((live.idle_until - now()).total_seconds())) if live else 0


def session_ends() -> str:
    live = live_staff()
    return words.clock_time(live.idle_until) if live else ""


def next_page(text: str | None) -> str:
    """A page of the console that a redirect may lead to."""
    path = safe_path(text, HOME)
    return path if path == HOME or path.startswith(f"{HOME}/") else HOME


def start_trip() -> Visit:
    """A place of its own for each browser, for what must come back to it."""
    secret = here().trips.new_secret()
    g.cookies[TRIP_COOKIE] = secret
    return here().trips.open(secret)


def trip() -> Visit | None:
    secret = request.cookies.get(TRIP_COOKIE, "")
    return here().trips.open(secret) if _SECRET.fullmatch(secret) else None


def sign_in(account: StaffAccount, signed_in_at: datetime) -> None:
    """Open a session; one that this browser had ends."""
    live = live_staff()
    if live is not None:
        here().sessions.close(g.token, live)
    g.token = here().sessions.open(account, signed_in_at)
    g.cookies[SESSION_COOKIE] = g.token
    g.cookies[TRIP_COOKIE] = ""


def sign_out() -> None:
    live = live_staff()
    if live is not None:
        here().sessions.close(g.token, live)
    g.token, g.staff = "", None
    g.cookies[SESSION_COOKIE] = ""
    form_session.clear()
    g.clear_cache = True


def _load() -> None:
    g.staff, g.token, g.cookies = None, "", {}
    token = request.cookies.get(SESSION_COOKIE, "")
    if _SECRET.fullmatch(token):
        g.staff = here().sessions.find(token)
        g.token = token if g.staff else ""


def _check() -> Response | None:
    if request.url_rule is None or request.endpoint is None:
        return None  # an unknown address: routing answers
    permission = permission_of(current_app, request.endpoint)
    if permission is Permission.ANYONE:
        return None
    role = PERMISSIONS[permission].role if permission is not None else None
    if role is None:
        raise NotPermitted("no permission of staff is declared")
    live = live_staff()
    if live is None:
        page = request.path if request.method == "GET" else HOME
        ended = "ended=1&" if request.cookies.get(SESSION_COOKIE) else ""
        return redirect(f"{SIGN_IN}?{ended}next={quote(next_page(page), safe='/')}", 303)
    if not live.account.may(role):
        raise NotPermitted("another role")
    return None


def _send_cookies(response: Response) -> Response:
    for name, value in g.get("cookies", {}).items():
        if value:
            response.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="Lax")
        else:
            response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="Lax")
    if g.get("clear_cache"):
        response.headers["Clear-Site-Data"] = '"cache"'
    return response
