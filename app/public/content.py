"""P03 to P10: pages that only say something. The same for everybody, and never behind a sign-in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from flask import Blueprint
from werkzeug.wrappers import Response

from app.http.access import anyone
from app.http.pages import page

blueprint = Blueprint("content", __name__)

PAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "/get-free-debt-advice": "advice",
        "/exit-this-page": "exit_this_page",
        "/stay-safe-online": "stay_safe",
        "/cookies": "cookies",
        "/privacy": "privacy",
        "/accessibility-statement": "accessibility",
        "/contact": "contact",
    }
)


def _saying(name: str) -> Callable[[], Response]:
    @anyone
    def say() -> Response:
        return page(f"public/{name}.html")

    return say


for path, name in PAGES.items():
    blueprint.add_url_rule(path, name, _saying(name), methods=["GET"])
