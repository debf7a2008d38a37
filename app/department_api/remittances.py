"""What the department that asks was paid, day by day, and which numbers of its series that was."""

from __future__ import annotations

import json
from typing import Final

from flask import Blueprint
from werkzeug.wrappers import Response

from adapters.payments.advice import day_as_json
from app.department_api import guard, reading
from app.department_api.door import here
from app.department_api.tokens import ALLOCATIONS
from app.http.access import a_department
from plan.store import remittances as rows

blueprint = Blueprint("remittances", __name__)
MOST: Final = 400
"""More than a year of working days."""


@blueprint.get("/v1/remittances")
@a_department
def remittances() -> Response:
    """The newest first; a total is the sum of the allocations from its first number to its last."""
    reading.only()
    guard.look(ALLOCATIONS, ())
    with here().receipts.store.transaction(guard.caller()) as tx:
        found = rows.own(tx, limit=MOST)
    body = {"items": [day_as_json(one) for one in found]}
    return Response(json.dumps(body), mimetype="application/json")
