"""Reads what the processes wrote and what the database holds, and says what cannot be.

Three questions: is there an order of all steps that explains every answer (SEC-8); was nothing lost
of what was acknowledged and nothing invented that nobody asked for; and is the log's own order, in
which a permission's row is held while its event is written, free of uses after an end (SEC-7).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from tests.histories.kept import Kept, KeptEvent, KeptGrant
from tests.histories.linear import explains
from tests.histories.model import OPEN, Ends
from tests.histories.moves import Told, may_have_given
from tests.histories.steps import Step

ENDINGS: Final = {"withdrawn", "expired"}
TOLD_OF: Final = {"withdrawn", "expired", "suspended"}


def judge(steps: Sequence[Step], kept: Kept) -> list[str]:
    """Every fault of one history, as a sentence; an empty list when all can be explained."""
    return [*_orders(steps, kept), *_books(steps, kept), *_log(kept)]


def _orders(steps: Sequence[Step], kept: Kept) -> Iterator[str]:
    cells: dict[tuple[str, str], list[KeptGrant]] = defaultdict(list)
    for one in kept.grants:
        cells[one.person, one.department].append(one)
    for (person, department), grants in cells.items():
        ends: Ends = {one.grant_id: one.ends for one in grants}
        moves = Told(steps, person, department, grants, kept).moves()
        if not explains(moves, ends):
            yield f"no order explains person {person[:4]} and {department}"


def _books(steps: Sequence[Step], kept: Kept) -> Iterator[str]:
    """Acknowledged and kept must be the same; an open step may account for either."""
    grants = {one.grant_id: one for one in kept.grants}
    counts = Counter((event.grant_id, event.kind) for event in kept.events)
    asks = Counter((e.grant_id, e.ask) for e in kept.events if e.kind == "asked")
    ends = Counter((e.ask, e.kind) for e in kept.events if e.kind in ("answered", "dropped"))
    given = [step for step in steps if step.does == "give"]
    said = {grant for step in given for grant, _ in step.got.get("grants", ())}
    for lost in said - set(grants):
        yield f"{lost} was acknowledged and is not there"
    unknown = [step for step in given if step.open]
    for one in grants.values():
        if one.grant_id not in said and not any(
            step.told["post"] == one.post or may_have_given(step, one) for step in unknown
        ):
            yield f"{one.grant_id} is there and nobody gave it"
        yield from _steps_of(one, counts)
        if one.state in TOLD_OF and not kept.queued[one.grant_id]:
            yield f"{one.grant_id} is {one.state} and no word to its department is queued"
        if one.uses != sum(n for (grant, _), n in asks.items() if grant == one.grant_id):
            yield f"{one.grant_id}: {one.uses} uses, and the log knows other"
    yield from _asks(steps, asks, grants)
    yield from _notes(steps, ends)
    yield from _withdrawals(steps, counts, grants)


def _steps_of(one: KeptGrant, counts: Counter[tuple[str, str]]) -> Iterator[str]:
    """Each state that a permission entered has its one event, and no other is there."""
    kinds = {kind: counts[one.grant_id, kind] for kind in ("requested", "given", *ENDINGS)}
    if kinds["requested"] != 1 or kinds["given"] != 1:
        yield f"{one.grant_id} was given {kinds['given']} times by the log"
    for ending in ENDINGS:
        if kinds[ending] != (one.state == ending):
            yield f"{one.grant_id} is {one.state}; the log says {ending} {kinds[ending]} times"


def _asks(
    steps: Sequence[Step], asks: Counter[tuple[str, str]], grants: dict[str, KeptGrant]
) -> Iterator[str]:
    pulls = [step for step in steps if step.does == "permits"]
    said = Counter((grant, ask) for step in pulls for grant, ask in step.got.get("asks", ()))
    for grant, ask in said - asks:
        yield f"permit {ask} of {grant} was made and is not in the log"
    left = Counter(grant for grant, _ in (asks - said).elements())
    for grant, many in left.items():
        person = grants[grant].person
        if many > sum(step.open and step.told["person"] == person for step in pulls):
            yield f"{grant} was asked under {many} times more than anybody pulled"


def _notes(steps: Sequence[Step], ends: Counter[tuple[str, str]]) -> Iterator[str]:
    notes = [step for step in steps if step.does == "note"]
    said = Counter((n.told["ask"], n.told["kind"]) for n in notes if not n.open)
    tried = Counter((n.told["ask"], n.told["kind"]) for n in notes)
    for ask, kind in said - ends:
        yield f"{ask} was {kind} and the log does not say so"
    for ask, kind in ends - tried:
        yield f"the log says that {ask} was {kind}, and nobody noted it"


def _withdrawals(
    steps: Sequence[Step], counts: Counter[tuple[str, str]], grants: dict[str, KeptGrant]
) -> Iterator[str]:
    tried: set[str] = set()
    for step in steps:
        if step.does == "withdraw":
            tried.add(step.told["grant"])
        elif step.does == "withdraw_all":
            person = step.told["person"]
            tried |= {one.grant_id for one in grants.values() if one.person == person}
    for one in grants.values():
        if counts[one.grant_id, "withdrawn"] and one.grant_id not in tried:
            yield f"{one.grant_id} was withdrawn by nobody"


def _log(kept: Kept) -> Iterator[str]:
    """Positions are taken while the permission's row is held, so for one permission they are the
    order of what happened: nothing is asked, or changes, after an end, or while it is paused."""
    now: dict[str, str] = {}
    for event in kept.events:
        state = now.get(event.grant_id, "")
        if not _follows(state, event):
            yield f"{event.grant_id}: {event.kind} after {state or 'nothing'}"
        if event.kind not in ("asked", "answered", "not_answered", "dropped", "disposed", "told"):
            now[event.grant_id] = "given" if event.kind == "resumed" else event.kind


def _follows(state: str, event: KeptEvent) -> bool:
    match event.kind:
        case "requested":
            return state == ""
        case "given":
            return state == "requested"
        case "asked":
            return state in ("given", "renewed")
        case "withdrawn" | "expired":
            return state in OPEN
        case "suspended" | "renewed":
            return state in ("given", "renewed")
        case "resumed":
            return state == "suspended"
        case _:
            return True
