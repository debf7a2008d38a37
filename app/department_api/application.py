"""The door as a WSGI application, and how it stands in one process with the people's portal."""

from __future__ import annotations

from typing import Final

from flask import Flask, Request
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.wrappers import Response

from app.department_api import guard, problems
from app.department_api.door import Door
from app.http import doors, logs
from app.http.headers import HSTS
from app.settings import Settings

LARGEST_BODY: Final = 64 * 1024
EXACT: Final = frozenset({"/oauth/token", "/.well-known/oauth-authorization-server"})
BELOW: Final = (
    *("/v1/grants/", "/v1/allocations", "/v1/remittances", "/v1/plans", "/v1/hold-requests/"),
    *("/v1/demand", "/v1/closures"),
)
HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class NoSessions(SessionInterface):
    """There is nothing to remember between two calls, and no cookie to remember it by."""

    def open_session(self, app: Flask, request: Request) -> None:
        return None

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        return None


def create_api(settings: Settings, door: Door | None) -> Flask:
    """The application. Without a door it has its addresses and answers none: for lists of them."""
    app = Flask("app.department_api", static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        TRUSTED_HOSTS=settings.hosts,
    )
    app.session_interface = NoSessions()
    app.extensions["svd.door"] = door
    logs.prepare(app)
    guard.prepare(app)
    problems.prepare(app)
    secure = {"Strict-Transport-Security": HSTS} if settings.secure else {}

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.update({**HEADERS, **secure})
        return response

    doors.open_door(app, "app.department_api")
    return app


def serve_beside(portal: Flask, api: Flask) -> None:
    """The door's own addresses in the process of people's pages."""
    doors.serve_beside(portal, api, exact=EXACT, below=BELOW)
    portal.extensions["svd.department_api"] = api
