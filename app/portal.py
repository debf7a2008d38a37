"""The portal for people as a WSGI application, put together from its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from app import department_api, department_console
from app.http import (
    access,
    assets,
    csrf,
    doors,
    errors,
    headers,
    logs,
    pages,
    session,
    words,
)
from app.http.current import Portal

if TYPE_CHECKING:
    from app.services import Services
    from app.settings import Settings

DOORS = ("app.public", "app.citizen")
LARGEST_BODY = 64 * 1024
"""Bytes of a posted form: no page of ours sends more."""


def create_app(settings: Settings, services: Services) -> Flask:
    """The portal as a WSGI application. Nothing is read from the environment here.

    The parts are set up in the order in which a request meets them: who it is, whether they may,
    whether the form is ours; then the page; then its headers and its line in the log.
    """
    app = Flask(__name__, static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        MAX_FORM_PARTS=400,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        TEMPLATES_AUTO_RELOAD=False,
        TRUSTED_HOSTS=settings.hosts,
    )
    app.extensions["svd"] = Portal(settings, services)
    logs.prepare(app)
    headers.prepare(app, settings)
    session.prepare(app)
    access.prepare(app)
    csrf.prepare(app, settings)
    words.prepare(app)
    assets.prepare(app)
    pages.prepare(app, settings)
    errors.prepare(app)
    for door in DOORS:
        doors.open_door(app, door)
    department_api.serve_beside(app, department_api.create_api(settings, services.door))
    console = department_console.create_console(settings, services.console)
    department_console.serve_beside(app, console)
    return app
