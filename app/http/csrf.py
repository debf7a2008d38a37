"""A form is ours, or it changes nothing: a token in the form, and where the request came from.

Flask's own session holds this token and can hold nothing else: it serialises what it is given
without asking, so a debt could slip into a cookie.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFError, CSRFProtect

from app.http.access import View
from app.settings import Settings
from consent.errors import EphemeralLeak

COOKIE: Final = "__Host-svd-csrf"
KEY: Final = "csrf_token"
LONGEST_SESSION: Final = 4 * 60 * 60
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_FROM_MACHINE: Final = "svd_from_machine"


def from_machine(view: View) -> View:
    """For an address that a machine posts to, without cookies: it proves itself another way."""
    setattr(view, _FROM_MACHINE, True)
    return view


def comes_from_machine(view: object) -> bool:
    return bool(getattr(view, _FROM_MACHINE, False))


class FormSession(SecureCookieSession):
    """One key, one text."""

    def __setitem__(self, key: str, value: Any) -> None:
        _refuse_unless_token(key, value)
        super().__setitem__(key, value)


class FormSessions(SecureCookieSessionInterface):
    """Refuses to write anything but the token into the cookie."""

    session_class = FormSession

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        for key, value in session.items():
            _refuse_unless_token(key, value)
        super().save_session(app, session, response)


def _refuse_unless_token(key: object, value: object) -> None:
    if key != KEY or type(value) is not str:
        raise EphemeralLeak("the form cookie holds one token and nothing else")


def prepare(app: Flask, settings: Settings, *, cookie: str = COOKIE) -> None:
    """Each application on one host has a cookie of its own name."""
    app.session_interface = FormSessions()
    app.config.update(
        SECRET_KEY=settings.cookie_secret(),
        SESSION_COOKIE_NAME=cookie,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=LONGEST_SESSION,
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, and we let browsers send none
    )
    protect = CSRFProtect(app)

    @app.before_request
    def only_our_forms() -> None:
        view = current_app.view_functions.get(request.endpoint or "")
        if request.method in SAFE or view is None or comes_from_machine(view):
            return
        if not came_from_us(request):
            raise CSRFError("another site")
        protect.protect()


def came_from_us(asked: Request) -> bool:
    """By what the browser says itself; one that says nothing is left to the token.

    `Origin: null` is what a browser sends for a page that asks it not to name referrers.
    """
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = asked.headers.get("Origin")
    return origin in (None, "null") or urlsplit(origin).netloc == asked.host
