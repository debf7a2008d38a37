"""Plans in which the department that asks has a part, and its answer to each (protocol, Part B).

A page names its own debts, their part of each payment, and where each stands: nothing of what is
paid in all or of who else is in the plan (SEC-62), and days in place of moments (SEC-59). An answer
is written down here; the worker has the plan follow it.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from flask import Blueprint
from marshmallow import RAISE, Schema, fields, validate
from werkzeug.wrappers import Response

from app.department_api import guard, reading
from app.department_api.door import here
from app.department_api.problems import Problem
from app.department_api.tokens import PLANS
from app.http.access import a_department
from consent.clock import london_date
from consent.errors import NotFound
from plan.answers import LEAST_ASKED, MOST_ASKED, CannotAnswer, PlanSaid, Refusal, answer_plan
from plan.enforcement import asked
from plan.lifecycle import LIVE_SHARE, PlanState
from plan.own_plans import OwnLine, OwnPlan, read_plans
from plan.store.enforcement import EnforcementWord
from plan.store.share_answers import Applied
from plan.terms import Reason, Said

blueprint = Blueprint("plans", __name__)
MOST: Final = 500
USUAL: Final = 100
MOST_PENCE: Final = 100_000_000
LONGEST_WORDS: Final = 2_000
"""Characters that are looked at; what is over the limit of the words has a problem of its own."""
REFERENCE: Final = re.compile(r"[0-9A-Z]{4}( [0-9A-Z]{1,4}){1,3}")
HANDLE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PROBLEMS: Final = {
    Refusal.STANDS: "sequence-conflict",
    Refusal.NOT_RUNNING: "plan-not-running",
    Refusal.SILENCE: "counted-as-agreed",
    Refusal.CHANGED: "plan-changed",
    Refusal.WHICH_DEBT: "debt-not-named",
}
_FIELDS: Final = {
    "reason": "reason",
    "asked_pence": "share_pence",
    "words": "words",
    "charges_stop": "charges_stop",
}
"""What the wire calls a field of `PlanSaid`."""
_BECAME: Final = {
    Applied.WAITING: "waiting",
    Applied.TAKEN: "taken",
    Applied.TOO_LATE: "too_late",
}


class Answer(Schema):
    """`PlanAnswer` of the published description."""

    class Meta:
        unknown = RAISE

    answer = fields.Enum(Said, by_value=True, required=True)
    debt_handle = fields.String(load_default=None, validate=validate.Regexp(HANDLE.pattern + r"\Z"))
    seen_pence = fields.Integer(
        strict=True, load_default=None, validate=validate.Range(0, MOST_PENCE)
    )
    reason = fields.Enum(
        Reason,
        by_value=True,
        load_default=Reason.NONE,
        validate=validate.NoneOf([Reason.NONE]),
    )
    share_pence = fields.Integer(
        strict=True, load_default=None, validate=validate.Range(LEAST_ASKED, MOST_ASKED)
    )
    charges_stop = fields.Boolean(load_default=None, truthy={True}, falsy={False}, allow_none=False)
    words = fields.String(load_default="", validate=validate.Length(1, LONGEST_WORDS))


@blueprint.get("/v1/plans")
@a_department
def plans() -> Response:
    """A page: `after` is the reference of the last plan that was read, `waiting` those that need
    an answer only."""
    reading.only("after", "limit", "waiting")
    limit = reading.number("limit", USUAL, MOST, least=1)
    waiting = reading.one_of("waiting", ("false", "true")) == "true"
    after = reading.text("after", REFERENCE)
    guard.keep_to_the_rate(guard.department(), limit / 50)
    guard.look(PLANS, ())
    try:
        found = read_plans(
            here().receipts.store, actor=guard.caller(), after=after, waiting=waiting, limit=limit
        )
    except NotFound:
        raise Problem("not-found") from None
    body = {"items": [_item(each) for each in found.plans], "more": found.more}
    return Response(json.dumps(body), mimetype="application/json")


@blueprint.put("/v1/plans/<plan_reference>/answer")
@a_department
def answer(plan_reference: str) -> Response:
    """204; the same again is taken again, another while one stands is 409."""
    said = _said()
    guard.look(PLANS, ())
    if not REFERENCE.fullmatch(plan_reference):
        raise Problem("not-found")
    door = here()
    try:
        answer_plan(
            door.receipts.store,
            door.clock,
            door.chance,
            actor=guard.caller(),
            reference=plan_reference,
            said=said,
        )
    except NotFound:
        raise Problem("not-found") from None
    except CannotAnswer as refused:
        raise Problem(_PROBLEMS[refused.why]) from None
    return Response(status=204)


def _said() -> PlanSaid:
    read = reading.body(Answer())
    said = PlanSaid(
        said=read["answer"],
        reason=read["reason"],
        asked_pence=read["share_pence"],
        words=read["words"],
        debt_token=read["debt_handle"],
        seen_pence=read["seen_pence"],
        charges_stop=read["charges_stop"],
    )
    for field in said.faults:
        plain = field == "words" and said.said is not Said.AGREED and said.words
        raise Problem(
            "words-not-plain" if plain else "malformed",
            field=_FIELDS[field],
            detail="" if plain else "Needed with this answer, or not a part of it",
        )
    return said


def _item(found: OwnPlan) -> dict[str, Any]:
    item: dict[str, Any] = {
        "plan_reference": found.reference,
        "state": found.state.value,
        "frequency": found.frequency.value,
        "pay_day": found.pay_day,
        "method": found.method.value,
        "rules": found.policy_version,
        "agreed_on": london_date(found.agreed_at).isoformat(),
        "starts_on": found.starts_on.isoformat(),
        "lines": [_line(found.state, each) for each in found.lines],
    }
    if found.look_again_on is not None:
        item["look_again_on"] = found.look_again_on.isoformat()
    if found.ended_at is not None:
        item["ended_on"] = london_date(found.ended_at).isoformat()
    return item


def _line(plan: PlanState, line: OwnLine) -> dict[str, Any]:
    said: dict[str, Any] = {
        "debt_handle": line.debt_token,
        "grant_id": line.grant_id,
        "share_pence": line.pence if line.state in LIVE_SHARE else 0,
        "state": line.state.value,
        "charges_stop": line.charges_stop,
        "enforcement": asked(plan, line.state).value,
    }
    if line.enforcement is not None:
        said["enforcement_said"] = _word(line.enforcement)
    if line.answer_by is not None:
        said["answer_by"] = line.answer_by.isoformat()
    if line.answered_at is not None:
        said["answered_on"] = london_date(line.answered_at).isoformat()
    if line.last is not None:
        said["last_answer"] = line.last.said.value
        said["last_answer_is"] = _BECAME[line.last.applied]
    return said


def _word(word: EnforcementWord) -> dict[str, Any]:
    """As the department said it."""
    said: dict[str, Any] = {"waits": word.waits}
    if word.until is not None:
        said["until"] = word.until.isoformat()
    if word.reason_code:
        said["reason"] = word.reason_code
    return said


__all__ = ["blueprint"]
