"""The console as a WSGI application, and how it stands in one process with people's pages."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from flask import Flask
from jinja2 import ChoiceLoader, PackageLoader

from app.department_console import guard, navigation
from app.department_console.desk import Desk
from app.http import assets, csrf, doors, errors, headers, logs, pages, words
from app.http.text import gettext
from app.settings import Settings
from plan.handles import own_handle

LARGEST_BODY: Final = 64 * 1024
HOME: Final = "/department"
CSRF_COOKIE: Final = "__Host-svd-staff-csrf"
INSTEAD: Final = "templates/department_console/instead"
"""Parts that stand here in place of people's: head, navigation, foot, time-out and ways on."""


def create_console(settings: Settings, desk: Desk | None) -> Flask:
    """The application. Without a desk it has its addresses and answers none: for lists of them."""
    app = Flask("app.department_console", static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        MAX_FORM_PARTS=100,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        TEMPLATES_AUTO_RELOAD=False,
        TRUSTED_HOSTS=settings.hosts,
    )
    app.extensions["svd.desk"] = desk
    logs.prepare(app)
    headers.prepare(app, settings, form_action_origins=_origins(desk))
    guard.prepare(app)
    csrf.prepare(app, settings, cookie=CSRF_COOKIE)
    words.prepare(app)
    assets.addresses(app)
    pages.prepare(app, settings)
    app.jinja_env.loader = ChoiceLoader(
        [loader for loader in (PackageLoader("app", INSTEAD), app.jinja_env.loader) if loader]
    )
    app.jinja_env.globals.update(
        live_session=guard.live_staff,
        session_seconds=guard.seconds_left,
        session_ends=guard.session_ends,
        navigation=navigation.items,
        department_name=guard.department_name,
        no_exit=True,
    )
    app.jinja_env.filters["own_debt"] = own_debt
    errors.prepare(app)
    doors.open_door(app, "app.department_console")
    return app


def own_debt(token: str) -> str:
    """The department's own word for a debt, as a page says it."""
    return own_handle(token) or gettext("a debt in the list we send you")


def serve_beside(portal: Flask, console: Flask) -> None:
    """The console's own addresses in the process of people's pages."""
    doors.serve_beside(portal, console, exact=(HOME,), below=(f"{HOME}/",))
    portal.extensions["svd.department_console"] = console


def _origins(desk: Desk | None) -> tuple[str, ...]:
    """Where a form of the console may lead: the departments' own sign-ins."""
    entries = desk.register.with_staff() if desk else ()
    found = [urlsplit(entry.staff_sign_in) for entry in entries]
    return tuple(dict.fromkeys(f"{one.scheme}://{one.netloc}" for one in found))
