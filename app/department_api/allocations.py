"""Money on its way to the department that asks, and what it answers (protocol, Part B).

The series has no gaps and each entry carries the hash of all before it, so that a department can
prove that it has everything (SEC-81). An id that there is not and one of another department get the
same answer (SEC-62).
"""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

from flask import Blueprint
from marshmallow import RAISE, Schema, fields, validate
from werkzeug.wrappers import Response

from app.department_api import guard, reading
from app.department_api.door import here
from app.department_api.problems import Problem
from app.department_api.tokens import ALLOCATIONS
from app.http.access import a_department
from consent.errors import NotFound, WrongState
from plan.paying import LineSays, Outcome, ReceiptReason
from plan.receipts import Said, answer_allocation
from plan.store import own_allocations
from plan.store.own_allocations import OwnAllocation

blueprint = Blueprint("allocations", __name__)
MOST: Final = 500
USUAL: Final = 100
LARGEST_NUMBER: Final = 2**53 - 1
MOST_PENCE: Final = 100_000_000


class Receipt(Schema):
    class Meta:
        unknown = RAISE

    outcome = fields.Enum(Outcome, by_value=True, required=True)
    line = fields.Enum(LineSays, by_value=True, required=True)
    reason = fields.Enum(
        ReceiptReason,
        by_value=True,
        load_default=ReceiptReason.NONE,
        validate=validate.NoneOf([ReceiptReason.NONE]),
    )
    needed_pence = fields.Integer(
        strict=True, load_default=None, validate=validate.Range(0, MOST_PENCE)
    )
    returned_pence = fields.Integer(
        strict=True, load_default=0, validate=validate.Range(0, MOST_PENCE)
    )


@blueprint.get("/v1/allocations")
@a_department
def allocations() -> Response:
    """A page of the caller's series: `after` is the last number that it has."""
    reading.only("after", "limit")
    sequence = reading.number("after", None, LARGEST_NUMBER)
    limit = reading.number("limit", USUAL, MOST, least=1)
    guard.look(ALLOCATIONS, ())
    with here().receipts.store.transaction(guard.caller()) as tx:
        before = own_allocations.hash_at(tx, sequence)
        items = own_allocations.after(tx, sequence, limit=limit)
        end = own_allocations.last(tx)
    last = items[-1].sequence if items else min(sequence, end)
    body = {
        "items": _items(items, before),
        "last_sequence": last,
        "more": last < end,
        "head": here().signer.sign_series_head(guard.department(), last),
    }
    return Response(json.dumps(body), mimetype="application/json")


@blueprint.put("/v1/allocations/<allocation_id>/receipt")
@a_department
def receipt(allocation_id: str) -> Response:
    """204; the same again is taken again, another answer after a final one is 409."""
    said = _said()
    guard.look(ALLOCATIONS, ())
    try:
        wanted = UUID(allocation_id)
    except ValueError:
        raise Problem("not-found") from None
    try:
        answer_allocation(
            here().receipts.store,
            here().clock,
            here().chance,
            actor=guard.caller(),
            allocation_id=wanted,
            said=said,
        )
    except NotFound:
        raise Problem("not-found") from None
    except WrongState:
        raise Problem("sequence-conflict") from None
    return Response(status=204)


def _items(found: list[OwnAllocation], before: str | None) -> list[dict[str, Any]]:
    items = []
    for one in found:
        items.append(
            {
                "allocation_id": str(one.allocation_id),
                "sequence": one.sequence,
                "kind": one.kind.value,
                "debt_handle": one.debt_handle,
                "amount_pence": one.pence,
                "next_most_pence": one.most_next_pence,
                "currency": "GBP",
                "value_date": one.value_date.isoformat(),
                "prev_hash": before,
                "chain_hash": one.chain_hash,
            }
        )
        before = one.chain_hash
    return items


def _said() -> Said:
    read = reading.body(Receipt())
    if (read["line"] is LineSays.CLOSING) != (read["needed_pence"] is not None):
        raise Problem(
            "malformed", field="needed_pence", detail="With the line closing, and only then"
        )
    return Said(
        outcome=read["outcome"],
        line=read["line"],
        reason=read["reason"],
        needed_pence=read["needed_pence"],
        returned_pence=read["returned_pence"],
    )
