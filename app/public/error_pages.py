"""P14 to P18: the error pages at addresses of their own, for those who look after them."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from app.http.access import anyone
from app.http.errors import BY_STATUS, answer

blueprint = Blueprint("error_pages", __name__)


@blueprint.get("/<any('403', '404', '429', '500', '503'):status>")
@anyone
def error_page(status: str) -> Response:
    return answer(BY_STATUS.get(int(status), "internal"))
