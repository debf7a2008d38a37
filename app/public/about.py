"""What we do and keep, how plans are worked out, whom we can ask (T01 to T03, T08, T10, T12)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from flask import Blueprint
from werkzeug.wrappers import Response

from app import inventory
from app.http.access import anyone
from app.http.current import now, services
from app.http.pages import page
from app.http.text import gettext as _
from app.http.text import lazy_gettext as _l
from app.quote import quote
from consent.clock import london_date
from plan.rules.claim import Nation
from plan.rules.strategies import StrategyName
from plan.rules.words import WAYS

EXAMPLE: Final = {
    "on": "2026-11-22",
    "nation": "ENG",
    "statement": {
        "income": [{"line": "client-salary-or-wages", "pence": 196000, "every": "month"}],
        "outgoings": [{"line": "rent", "pence": 174000, "every": "month"}],
        "savings": True,
    },
    "debts": [
        {"id": "tax", "department": "council", "type": "LA_CTAX", "balance": 84532},
        {"id": "benefit", "department": "dwp", "type": "DWP_LEGACY_OP", "balance": 61200},
    ],
}
"""An invented person: £1,960 in and £1,740 out in a month, £845.32 and £612 left to pay."""

NATIONS: Final[Mapping[Nation, Any]] = MappingProxyType(
    {
        Nation.ENGLAND: _l("England"),
        Nation.WALES: _l("Wales"),
        Nation.SCOTLAND: _l("Scotland"),
        Nation.NORTHERN_IRELAND: _l("Northern Ireland"),
    }
)

blueprint = Blueprint("about", __name__, url_prefix="/about")


@blueprint.get("")
@anyone
def about() -> Response:
    return page("public/about.html")


@blueprint.get("/what-we-store")
@anyone
def what_we_store() -> Response:
    """The list of columns is the one that a test holds to the schema."""
    kept = inventory.load()
    return page("public/what_we_store.html", kept=kept, schema_hash=schema_hash(kept))


@blueprint.get("/how-plans-are-worked-out")
@anyone
def how_plans_are_worked_out() -> Response:
    today = london_date(now())
    return page(
        "public/how_plans.html",
        example=worked_example(),
        debts=EXAMPLE["debts"],
        ways=[(_(WAYS[name]), ends) for name, ends in example_ways()],
        today=today,
        policies=[
            (words, services().policies.on(today, nation)) for nation, words in NATIONS.items()
        ],
    )


@blueprint.get("/privacy-impact-assessment")
@anyone
def impact_assessment() -> Response:
    """T03: the assessment that every record of a permission names."""
    return page("public/impact_assessment.html")


@blueprint.get("/security")
@anyone
def security() -> Response:
    """T12."""
    return page("public/security.html")


@blueprint.get("/departments")
@anyone
def departments() -> Response:
    register = services().register
    return page(
        "public/departments.html",
        connected=register.connected(),
        later=register.not_connected(),
        version=register.version,
    )


@cache
def worked_example() -> Mapping[str, Any]:
    """The answer to EXAMPLE by the engine that makes real plans: income, outgoings, … in pence."""
    return MappingProxyType(quote(json.dumps(EXAMPLE).encode()))


@cache
def example_ways() -> tuple[tuple[StrategyName, tuple[int, ...]], ...]:
    """By each way to share, the months after which the two debts of EXAMPLE end (F97)."""
    return tuple((name, _endings(name)) for name in WAYS)


def _endings(name: StrategyName) -> tuple[int, ...]:
    answer = quote(json.dumps({**EXAMPLE, "strategy": name}).encode())
    return tuple(
        max(month["month"] for month in answer["schedule"] if month["lines"][debt])
        for debt in ("tax", "benefit")
    )


def schema_hash(kept: tuple[inventory.Kept, ...]) -> str:
    """SHA-256 of the names of tables and columns: the same list gives the same 16 characters."""
    names = [[table.table, [column.name for column in table.columns]] for table in kept]
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()[:16]
