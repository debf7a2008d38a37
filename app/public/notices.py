"""The words of every permission, for anybody: as pages, and as the exact bytes that were hashed.

The notice that a record names stands at the record's own address for it, for as long as there is
a record: published notices are never changed or taken away.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint
from werkzeug.wrappers import Response

from app.http.access import anyone
from app.http.current import services
from app.http.pages import page
from app.http.text import lazy_gettext as _l
from consent.errors import NotFound
from consent.ids import DepartmentCode
from consent.notices import Notice
from consent.purposes import Purpose
from consent.register import DepartmentEntry

blueprint = Blueprint("notices", __name__, url_prefix="/notices")
LANGUAGES: Final = {"en": _l("English"), "cy": _l("Welsh")}
NAMES: Final = {
    Purpose.VIEW_DEBTS: _l("Show me my debts"),
    Purpose.RUN_PLAN: _l("Run my plan"),
    Purpose.SHARE_BUDGET_TOTALS: _l("Share my budget totals"),
    Purpose.HOLD_OR_QUERY: _l("Ask for a pause or say a debt is wrong"),
}


@blueprint.get("")
@anyone
def notices() -> Response:
    found = sorted(
        services().notices.by_key.values(),
        key=lambda one: (list(Purpose).index(one.purpose), -one.version, one.language != "en"),
    )
    return page("public/notices.html", notices=found, names=NAMES, languages=LANGUAGES)


@blueprint.get("/<purpose>/<int:version>/<language>")
@anyone
def notice(purpose: str, version: int, language: str) -> Response:
    """One notice, filled in for a department that does not exist, and its fingerprint."""
    found = _find(purpose, version, language)
    example = DepartmentEntry(
        DepartmentCode("example"),
        "Example Department" if found.language == "en" else "Adran Enghreifftiol",
        "Example Department" if found.language == "en" else "Adran Enghreifftiol",
        connected=False,
        sends=tuple(found.sends),
    )
    return page(
        "public/notice.html",
        notice=found,
        name=NAMES[found.purpose],
        rows=found.card(
            example, until="2 March 2027" if found.language == "en" else "2 Mawrth 2027"
        ),
        newest=services().notices.newest(found.purpose, found.language),
        example=example,
    )


@blueprint.get("/<purpose>/<int:version>/<language>.toml")
@anyone
def exact(purpose: str, version: int, language: str) -> Response:
    """The exact bytes whose hash stands in records."""
    found = _find(purpose, version, language)
    return Response(found.exact, content_type="application/toml; charset=utf-8")


def _find(purpose: str, version: int, language: str) -> Notice:
    try:
        return services().notices.find(f"{purpose}/{version}", language)
    except LookupError:
        raise NotFound("no such notice") from None
