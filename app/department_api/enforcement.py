"""Whether the department that asks holds off other ways to collect while a plan runs (F61)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from marshmallow import RAISE, Schema, fields, validate
from werkzeug.wrappers import Response

from app.department_api import guard, reading
from app.department_api.door import here
from app.department_api.plans import HANDLE, REFERENCE
from app.department_api.problems import Problem
from app.department_api.tokens import PLANS
from app.http.access import a_department
from consent.clock import london_date
from consent.errors import NotFound
from plan.answers import CannotAnswer
from plan.enforcement import EnforcementSaid, say_enforcement
from plan.terms import NotWaiting

blueprint = Blueprint("enforcement", __name__)


class Word(Schema):
    """`EnforcementWord` of the published description."""

    class Meta:
        unknown = RAISE

    waits = fields.Boolean(required=True, truthy={True}, falsy={False}, allow_none=False)
    until = fields.Date(load_default=None, format="iso")
    reason = fields.Enum(
        NotWaiting,
        by_value=True,
        load_default=NotWaiting.NONE,
        validate=validate.NoneOf([NotWaiting.NONE]),
    )
    debt_handle = fields.String(load_default=None, validate=validate.Regexp(HANDLE.pattern + r"\Z"))


@blueprint.put("/v1/plans/<plan_reference>/enforcement")
@a_department
def say(plan_reference: str) -> Response:
    """204; the newest word counts, and the same again is taken again."""
    read: dict[str, Any] = reading.body(Word())
    said = EnforcementSaid(read["waits"], read["until"], read["reason"])
    door = here()
    for field in said.faults(london_date(door.clock.now())):
        a_day = field == "until" and said.waits
        raise Problem(
            "day-not-possible" if a_day else "malformed",
            field=field,
            detail="" if a_day else "Needed with this word, or not a part of it",
        )
    guard.look(PLANS, ())
    if not REFERENCE.fullmatch(plan_reference):
        raise Problem("not-found")
    try:
        say_enforcement(
            door.receipts.store,
            door.clock,
            door.chance,
            actor=guard.caller(),
            reference=plan_reference,
            said=said,
            debt_token=read["debt_handle"],
        )
    except NotFound:
        raise Problem("not-found") from None
    except CannotAnswer:
        raise Problem("plan-not-running") from None
    return Response(status=204)
