"""States of a plan, of one department's line in it, and of an instalment: one table each.

The tables are the source of the code, the database constraints and the tests. A plan says nothing
of what is owed: only what was agreed, by whom, and whether it still runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PlanState(StrEnum):
    PROPOSED = "proposed"
    """The person agreed; no department has said yes so far."""
    ACTIVE = "active"
    PAUSED = "paused"
    FINISHED = "finished"
    ENDED = "ended"


class ShareState(StrEnum):
    PENDING = "pending"
    AGREED = "agreed"
    CHANGE_ASKED = "change_asked"
    REFUSED = "refused"
    LEFT = "left"
    CLEARED = "cleared"


class InstalmentState(StrEnum):
    PLANNED = "planned"
    """The one that lies ahead."""
    DUE = "due"
    """Its day has come."""
    PART_PAID = "part_paid"
    """Something came, and the days of grace are not over."""
    PAID = "paid"
    MISSED = "missed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


LIVE_PLAN = frozenset({PlanState.PROPOSED, PlanState.ACTIVE, PlanState.PAUSED})
"""A person has at most one plan in these states."""

LIVE_SHARE = frozenset({ShareState.PENDING, ShareState.AGREED, ShareState.CHANGE_ASKED})
"""The lines whose pence add up to the payment of a live plan, always (SEC-78)."""

OPEN_INSTALMENT = frozenset(
    {InstalmentState.PLANNED, InstalmentState.DUE, InstalmentState.PART_PAID}
)
"""Instalments that end with their plan."""

State = PlanState | ShareState | InstalmentState


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


P, S, N = PlanState, ShareState, InstalmentState

PLAN_TRANSITIONS = _rows(
    ("P1", None, P.PROPOSED, "person", "signed in within 15 minutes, every permission live"),
    ("P2", P.PROPOSED, P.ACTIVE, "department|clock", "the first line is agreed"),
    ("P3", P.ACTIVE, P.PAUSED, "person|system", "a break, or a date on which we look again"),
    ("P4", P.PAUSED, P.ACTIVE, "person|clock", "the break is over"),
    ("P5", P.PROPOSED, P.ENDED, "person|department|system", "stopped, or nothing is left"),
    ("P6", P.ACTIVE, P.ENDED, "person|department|system", "stopped, or nothing is left"),
    ("P7", P.PAUSED, P.ENDED, "person|department|system", "stopped, or nothing is left"),
    ("P8", P.ACTIVE, P.FINISHED, "system", "every line that was in it is cleared"),
    ("P9", P.PAUSED, P.FINISHED, "system", "every line that was in it is cleared"),
)

SHARE_TRANSITIONS = _rows(
    ("S1", None, S.PENDING, "person", "part of the plan that the person agreed to"),
    ("S2", S.PENDING, S.AGREED, "department", "said yes"),
    ("S3", S.PENDING, S.AGREED, "clock", "the register counts silence as agreed (decision 10)"),
    ("S4", S.PENDING, S.CHANGE_ASKED, "department", "asked for a change, with a reason"),
    ("S5", S.PENDING, S.REFUSED, "department", "said no, with a reason"),
    ("S6", S.CHANGE_ASKED, S.AGREED, "department|person", "the two found the same terms"),
    ("S7", S.CHANGE_ASKED, S.REFUSED, "department|person", "they did not"),
    ("S8", S.PENDING, S.LEFT, "person|system", "its permission or the plan ended"),
    ("S9", S.AGREED, S.LEFT, "person|system", "its permission or the plan ended"),
    ("S10", S.CHANGE_ASKED, S.LEFT, "person|system", "its permission or the plan ended"),
    ("S11", S.AGREED, S.CLEARED, "department", "a receipt says that nothing is left to pay"),
    ("S12", S.AGREED, S.CHANGE_ASKED, "department", "its part changed, and it asks for another"),
    ("S13", S.LEFT, S.PENDING, "person", "the debt joins again"),
    ("S16", S.CLEARED, S.PENDING, "person", "its department shows it as owed again"),
    ("S15", S.CHANGE_ASKED, S.PENDING, "person", "keeps its part; the department is asked again"),
    ("S14", S.REFUSED, S.PENDING, "person", "the debt joins again"),
)

INSTALMENT_TRANSITIONS = _rows(
    ("I1", None, N.PLANNED, "person|clock", "no other is planned"),
    ("I2", N.PLANNED, N.DUE, "clock", "its day has come and a department has agreed"),
    ("I3", N.PLANNED, N.SKIPPED, "person|system", "a break"),
    ("I4", N.PLANNED, N.CANCELLED, "person|department|system", "the plan ended"),
    ("I5", N.DUE, N.PAID, "system", "the money is settled"),
    ("I6", N.DUE, N.MISSED, "clock", "the days of grace are over"),
    ("I7", N.DUE, N.SKIPPED, "person|system", "a break"),
    ("I8", N.DUE, N.CANCELLED, "person|department|system", "the plan ended"),
    ("I9", N.MISSED, N.PAID, "system", "paid late"),
    ("I10", N.DUE, N.PART_PAID, "system", "a part of the money is settled"),
    ("I11", N.PART_PAID, N.PAID, "system", "the rest is settled"),
    ("I12", N.PART_PAID, N.MISSED, "clock", "the days of grace are over"),
    ("I13", N.PART_PAID, N.CANCELLED, "person|department|system", "the plan ended"),
    ("I14", N.PLANNED, N.PAID, "system", "paid before its day"),
    ("I15", N.PAID, N.MISSED, "system", "the payer's bank took the money back"),
    ("I16", N.PART_PAID, N.MISSED, "system", "the payer's bank took the money back"),
)

TRANSITIONS = PLAN_TRANSITIONS + SHARE_TRANSITIONS + INSTALMENT_TRANSITIONS


def transition(before: State | None, after: State, by: str) -> Transition | None:
    """The row that allows this change by this kind of actor, or nothing."""
    for row in TRANSITIONS:
        if row.after is after and row.before is before and by in row.by:
            return row
    return None
