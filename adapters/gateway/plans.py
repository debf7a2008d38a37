"""Plans that wait for the department's answer, and its answer to each of its lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from adapters.gateway.door import Door
from adapters.gateway.faults import NotNow, Refused
from adapters.gateway.strict import NotReadable

LIMIT: Final = 100


class Line(NamedTuple):
    """What is asked of the department: its share of each payment for one of its debts, in pence."""

    plan_reference: str
    debt_handle: str
    share_pence: int


Decide = Callable[[Line], dict[str, Any] | None]
"""The answer as the protocol has it, such as `{"answer": "agreed"}`; nothing to answer later."""


def answer_plans(door: Door, decide: Decide) -> int:
    """Answer what waits; how many answers were taken. What the portal will not take, because the
    plan changed or is over meanwhile, is looked at again in the next round."""
    answered, after = 0, ""
    while True:
        query = f"waiting=true&limit={LIMIT}" + (f"&after={quote(after)}" if after else "")
        items, more = _page(door, query)
        for item in items:
            after = str(item["plan_reference"])
            for line in item["lines"]:
                if line["state"] == "pending" and "last_answer" not in line:
                    found = Line(after, line["debt_handle"], line["share_pence"])
                    answered += _answer(door, found, decide(found))
        if not more or not items:
            return answered


def _answer(door: Door, line: Line, said: dict[str, Any] | None) -> int:
    if said is None:
        return 0
    body = {"debt_handle": line.debt_handle, "seen_pence": line.share_pence, **said}
    try:
        door.put(f"/v1/plans/{quote(line.plan_reference)}/answer", body)
    except Refused as fault:
        if fault.status != 409:
            raise
        return 0
    return 1


def _page(door: Door, query: str) -> tuple[list[Any], bool]:
    try:
        said = door.get("/v1/plans", query).json()
        return list(said["items"]), bool(said["more"])
    except (NotReadable, KeyError, TypeError):
        raise NotNow("the plans cannot be read") from None
