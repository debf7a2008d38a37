"""When the department that asks cannot answer (protocol, Part B; X13, S06)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from flask import Blueprint
from marshmallow import RAISE, Schema, fields
from werkzeug.wrappers import Response

from app.department_api import guard, reading
from app.department_api.door import here
from app.department_api.problems import Problem
from app.department_api.tokens import CLOSURES
from app.http.access import a_department
from consent.closures import (
    Closure,
    ClosureRefused,
    Why,
    drop_closure,
    own_closures,
    plan_closure,
)

blueprint = Blueprint("closures", __name__)
_FIELDS: Final = {
    Why.ENDS_FIRST: "until",
    Why.TOO_LONG: "until",
    Why.TOO_EARLY: "from",
    Why.TOO_FAR: "from",
    Why.BEGUN: "from",
}
"""Which field is at fault, by what is wrong."""


class Window(Schema):
    """`ClosureWindow` of the published description."""

    class Meta:
        unknown = RAISE

    from_at = fields.AwareDateTime(required=True, data_key="from", format="iso")
    until_at = fields.AwareDateTime(required=True, data_key="until", format="iso")


@blueprint.get("/v1/closures")
@a_department
def closures() -> Response:
    """What is open now or lies ahead, the soonest first."""
    reading.only()
    guard.look(CLOSURES, ())
    found = own_closures(here().receipts.store, here().clock, actor=guard.caller())
    return Response(
        json.dumps({"items": [_item(each) for each in found]}), mimetype="application/json"
    )


@blueprint.put("/v1/closures/<closure_id>")
@a_department
def plan(closure_id: str) -> Response:
    """204; the id is the department's own, and the same again is the same."""
    window: dict[str, datetime] = reading.body(Window())
    guard.look(CLOSURES, ())
    try:
        plan_closure(
            here().receipts.store,
            here().clock,
            here().chance,
            actor=guard.caller(),
            closure_id=_id(closure_id),
            from_at=_utc(window["from_at"], "from"),
            until_at=_utc(window["until_at"], "until"),
        )
    except ClosureRefused as refused:
        kind = "closure-overlaps" if refused.why is Why.OVERLAPS else "closure-not-possible"
        raise Problem(kind, field=_FIELDS.get(refused.why, "")) from None
    return Response(status=204)


@blueprint.delete("/v1/closures/<closure_id>")
@a_department
def take_back(closure_id: str) -> Response:
    """204, also for one that is not there: one that is open ends now."""
    guard.look(CLOSURES, ())
    door = here()
    drop_closure(
        door.receipts.store,
        door.clock,
        door.chance,
        actor=guard.caller(),
        closure_id=_id(closure_id),
    )
    return Response(status=204)


def _id(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        raise Problem("not-found") from None


def _utc(moment: datetime, field: str) -> datetime:
    """To the second. A moment at the very edge of the calendar has no UTC."""
    try:
        return moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        raise Problem("closure-not-possible", field=field) from None


def _item(found: Closure) -> dict[str, Any]:
    item = {
        "closure_id": str(found.closure_id),
        "kind": found.kind.value,
        "from": reading.moment(found.from_at),
    }
    if found.until_at is not None:
        item["until"] = reading.moment(found.until_at)
    return item
