"""States of a grant and the one table of how it may change (SEC-4).

The table is the source of the code, the database constraint, the tests and the diagram in
docs/consent-states.md. Only the person enters a valid state; nothing that ended revives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    REQUESTED = "requested"
    DEFERRED = "deferred"
    REFUSED = "refused"
    LAPSED = "lapsed"
    GIVEN = "given"
    RENEWED = "renewed"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CONSUMED = "consumed"
    REVOKED = "revoked"
    INVALIDATED = "invalidated"


VALID = frozenset({State.GIVEN, State.RENEWED})
"""The states in which a department may be asked."""

ENDED = frozenset(
    {
        State.REFUSED,
        State.LAPSED,
        State.WITHDRAWN,
        State.EXPIRED,
        State.CONSUMED,
        State.REVOKED,
        State.INVALIDATED,
    }
)
"""The states from which no valid state can be reached."""

ASKED = (State.REQUESTED, State.DEFERRED, State.REFUSED, State.LAPSED)
"""The states of what was shown and is not agreed to; their rows lie in a table of their own."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One allowed change: `by` names kinds of actor, `guard` what must hold in words."""

    id: str
    before: State | None
    after: State
    by: frozenset[str]
    guard: str


def _rows(*rows: tuple[str, State | None, State, str, str]) -> tuple[Transition, ...]:
    return tuple(
        Transition(id_, before, after, frozenset(by.split("|")), guard)
        for id_, before, after, by, guard in rows
    )


S = State
TRANSITIONS = _rows(
    ("T1", None, S.REQUESTED, "system", "the notice was shown and its hash noted"),
    ("T2", S.REQUESTED, S.GIVEN, "person", "signed in within 15 minutes at P2, own tick, one post"),
    ("T2a", S.REQUESTED, S.GIVEN, "assisted", "words read out, or a signed form; noted as such"),
    ("T3", S.REQUESTED, S.REFUSED, "person", "said no"),
    ("T4", S.REQUESTED, S.DEFERRED, "person", "will decide later"),
    ("T5", S.DEFERRED, S.REQUESTED, "system", "the notice of today was shown again"),
    ("T6", S.REQUESTED, S.LAPSED, "clock", "24 hours without a decision"),
    ("T7", S.DEFERRED, S.LAPSED, "clock", "30 days without a decision"),
    ("T8", S.GIVEN, S.RENEWED, "person", "fresh sign-in, nothing wider"),
    ("T9", S.RENEWED, S.RENEWED, "person", "fresh sign-in, nothing wider"),
    ("T10", S.GIVEN, S.SUSPENDED, "person|system", "a pause, a lapse, an incident"),
    ("T11", S.RENEWED, S.SUSPENDED, "person|system", "a pause, a lapse, an incident"),
    ("T12", S.SUSPENDED, S.GIVEN, "person", "fresh sign-in, the same end"),
    ("T13", S.GIVEN, S.WITHDRAWN, "person", "no more steps than giving"),
    ("T13a", S.GIVEN, S.WITHDRAWN, "assisted", "by phone, with its own evidence"),
    ("T14", S.RENEWED, S.WITHDRAWN, "person|assisted", "as for a grant that is given"),
    ("T15", S.SUSPENDED, S.WITHDRAWN, "person|assisted", "as for a grant that is given"),
    ("T16", S.GIVEN, S.EXPIRED, "clock", "its end has passed"),
    ("T17", S.RENEWED, S.EXPIRED, "clock", "its end has passed"),
    ("T18", S.SUSPENDED, S.EXPIRED, "clock", "its end has passed"),
    ("T19", S.GIVEN, S.CONSUMED, "system", "its one use is done"),
    ("T20", S.GIVEN, S.REVOKED, "portal|department|accreditor", "reason noted, person told"),
    ("T21", S.RENEWED, S.REVOKED, "portal|department|accreditor", "reason noted, person told"),
    ("T22", S.SUSPENDED, S.REVOKED, "portal|department|accreditor", "reason noted, person told"),
    ("T23", S.GIVEN, S.INVALIDATED, "dpo", "found never to have been valid"),
    ("T24", S.RENEWED, S.INVALIDATED, "dpo", "found never to have been valid"),
    ("T25", S.SUSPENDED, S.INVALIDATED, "dpo", "found never to have been valid"),
    ("T26", S.WITHDRAWN, S.INVALIDATED, "dpo", "found so afterwards"),
    ("T27", S.EXPIRED, S.INVALIDATED, "dpo", "found so afterwards"),
    ("T28", S.CONSUMED, S.INVALIDATED, "dpo", "found so afterwards"),
    ("T29", S.REVOKED, S.INVALIDATED, "dpo", "found so afterwards"),
)


MAY_ACT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "svd_portal": frozenset({"person", "system", "assisted"}),
        "svd_worker": frozenset({"clock", "system", "portal", "department", "accreditor", "dpo"}),
        "svd_helpdesk": frozenset({"assisted"}),
    }
)
"""As whom each process may take a step at all; the database asks this of every change of a row. So
only the portal, where people are, brings a grant into a valid state."""


def transition(before: State | None, after: State, by: str) -> Transition | None:
    """The row that allows this change by this kind of actor, or nothing."""
    for row in TRANSITIONS:
        if row.before == before and row.after == after and by in row.by:
            return row
    return None
