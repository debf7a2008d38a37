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
Waits = Callable[[Line], dict[str, Any] | None]
"""Whether other ways to collect the debt wait while the plan runs, such as `{"waits": true}`."""


def no_word(line: Line) -> dict[str, Any] | None:
    """Nothing is said about other ways to collect."""
    return None


def answer_plans(door: Door, decide: Decide, waits: Waits = no_word) -> int:
    """Answer what waits, and say first whether other ways to collect wait too; how many answers
    were taken. What the portal will not take, because the plan changed or is over meanwhile, is
    looked at again in the next round."""
    answered, after = 0, ""
    while True:
        query = f"waiting=true&limit={LIMIT}" + (f"&after={quote(after)}" if after else "")
        items, more = _page(door, query)
        for item in items:
            after = str(item["plan_reference"])
            for line in item["lines"]:
                if line["state"] == "pending" and "last_answer" not in line:
                    found = Line(after, line["debt_handle"], line["share_pence"])
                    if "enforcement_said" not in line:
                        _say(door, found, waits(found))
                    answered += _answer(door, found, decide(found))
        if not more or not items:
            return answered


def _answer(door: Door, line: Line, said: dict[str, Any] | None) -> int:
    seen = {"seen_pence": line.share_pence}
    return 0 if said is None else _put(door, line, "answer", {**seen, **said})


def _say(door: Door, line: Line, said: dict[str, Any] | None) -> None:
    if said is not None:
        _put(door, line, "enforcement", said)


def _put(door: Door, line: Line, what: str, said: dict[str, Any]) -> int:
    """1 when it was taken."""
    path = f"/v1/plans/{quote(line.plan_reference)}/{what}"
    try:
        door.put(path, {"debt_handle": line.debt_handle, **said})
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
