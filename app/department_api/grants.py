"""How permissions stand now, for the department that they name and for nobody else.

An id that there is not, one of another department and a text that is no id take the same way and
get the same answer (SEC-88).
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint
from marshmallow import RAISE, Schema, fields, validate
from werkzeug.wrappers import Response

from app.department_api import guard, reading
from app.department_api.door import here
from app.department_api.problems import Problem
from app.department_api.tokens import STATUS
from app.http.access import a_department
from consent.standing import id_to_look_for

blueprint = Blueprint("grants", __name__)
MOST: Final = 500
LONGEST_ID: Final = 64


class Asked(Schema):
    class Meta:
        unknown = RAISE

    grant_ids = fields.List(
        fields.String(required=True, validate=validate.Length(1, LONGEST_ID)),
        required=True,
        validate=validate.Length(1, MOST),
    )


@blueprint.get("/v1/grants/<grant_id>/status")
@a_department
def status(grant_id: str) -> Response:
    """A `grant-status+jwt`, good for 60 seconds. It is looked for among this department's own rows
    first, so that no other id reaches the signer; the signer then reads how it stands."""
    wanted = id_to_look_for(grant_id)
    found = guard.look(STATUS, (wanted,))
    token = here().signer.sign_status(wanted, guard.department()) if found else None
    if token is None:
        raise Problem("not-found")
    return _signed(token)


@blueprint.get("/v1/grants/<grant_id>/receipt")
@a_department
def receipt(grant_id: str) -> Response:
    """A `consent-receipt+jwt` with this department's own record of the permission."""
    wanted = id_to_look_for(grant_id)
    found = guard.look(STATUS, (wanted,))
    said = here().receipts.find(guard.department(), wanted) if found else None
    if said is None:
        raise Problem("not-found")
    return _signed(here().signer.sign_receipt(said))


@blueprint.post("/v1/grants/status")
@a_department
def statuses() -> Response:
    """One signed answer with the state of each of up to 500 grants, `unknown` where it has none."""
    asked = _asked()
    guard.keep_to_the_rate(guard.department(), len(asked) / 50)
    guard.look(STATUS, ())
    return _signed(here().signer.sign_statuses(asked, guard.department()))


def _asked() -> list[str]:
    ids: list[str] = reading.body(Asked())["grant_ids"]
    return ids


def _signed(token: str) -> Response:
    return Response(token, content_type="application/jwt")
