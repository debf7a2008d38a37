"""What the department decided about a hold or a question of a person (protocol, Part B)."""

from __future__ import annotations

import re
from typing import Any, Final

from flask import Blueprint
from marshmallow import RAISE, Schema, fields, validate
from werkzeug.wrappers import Response

from app.department_api import guard, reading
from app.department_api.door import here
from app.department_api.problems import Problem
from app.department_api.tokens import HOLDS
from app.http.access import a_department
from consent.answer_hold import Decided, Decision, answer_hold
from consent.errors import NotFound, WrongState
from consent.ids import spaced

blueprint = Blueprint("holds", __name__)
_REFERENCE: Final = re.compile(r"[0-9A-Z]{4} ?[0-9A-Z]{4} ?[0-9A-Z]{4}")
LONGEST_WORDS: Final = 2_000


class Answer(Schema):
    """`HoldAnswer` of the published description."""

    class Meta:
        unknown = RAISE

    decision = fields.Enum(Decision, by_value=True, required=True)
    words = fields.String(required=True, validate=validate.Length(1, LONGEST_WORDS))
    appeal_by = fields.Date(load_default=None, format="iso")
    look_again_on = fields.Date(load_default=None, format="iso")


@blueprint.put("/v1/hold-requests/<reference>/answer")
@a_department
def answer(reference: str) -> Response:
    """204; the same again is taken again, another after a decision is 409."""
    read: dict[str, Any] = reading.body(Answer())
    decided = Decided(**read)
    for field in decided.faults:
        plain = field == "words"
        raise Problem(
            "words-not-plain" if plain else "malformed",
            field=field,
            detail="" if plain else "Needed with this decision, or not a part of it",
        )
    guard.look(HOLDS, ())
    if not _REFERENCE.fullmatch(reference):
        raise Problem("not-found")
    door = here()
    try:
        answer_hold(
            door.receipts.store,
            door.clock,
            door.chance,
            actor=guard.caller(),
            reference=spaced(reference.replace(" ", "")),
            decided=decided,
        )
    except NotFound:
        raise Problem("not-found") from None
    except WrongState:
        raise Problem("sequence-conflict") from None
    return Response(status=204)
