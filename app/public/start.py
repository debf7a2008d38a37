"""P01: where everybody starts."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from app.http.access import anyone
from app.http.current import services
from app.http.pages import page

blueprint = Blueprint("start", __name__)


@blueprint.get("/")
@anyone
def start() -> Response:
    register = services().register
    return page("public/start.html", connected=register.connected(), later=register.not_connected())
