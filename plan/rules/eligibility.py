"""Which debts may enter the plan, and why the others stay out (ELIG-05, decision 38)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import compress
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from debts.ephemeral import Ephemeral
from plan.rules.catalogue import DebtType
from plan.rules.claim import Claim, Nation, PriorityClass
from plan.rules.policy import Policy
from plan.rules.reasons import Reason

FACTS: Final[Mapping[str, Reason]] = MappingProxyType(
    {
        "fraud": Reason.FRAUD,
        "disputed": Reason.UNDER_DISPUTE_OR_APPEAL,
        "deducted_at_source_pence": Reason.ALREADY_DEDUCTED_AT_SOURCE,
        "in_breathing_space": Reason.IN_BREATHING_SPACE,
        "on_hold": Reason.IN_BREATHING_SPACE,
        "in_insolvency": Reason.IN_INSOLVENCY,
        "warrant": Reason.SUBJECT_TO_WARRANT,
        "not_yet_due": Reason.NOT_YET_DUE,
        "department_refused": Reason.DEPARTMENT_REFUSED,
        "no_permission": Reason.NO_CONSENT,
        "joint_unconfirmed": Reason.LIABILITY_JOINT_UNCONFIRMED,
        "current_year": Reason.CURRENT_YEAR,
        "coded_out": Reason.CODED_OUT,
        "written_off": Reason.WRITTEN_OFF,
        "consolidated": Reason.CONSOLIDATED,
        "in_department_plan": Reason.IN_DEPARTMENT_PLAN,
        "time_barred": Reason.TIME_BARRED,
        "duplicate": Reason.DUPLICATE,
    }
)
"""Which fact of a claim, when it is true, gives which reason."""

_facts: Final = attrgetter(*FACTS)
_ORDER: Final = {reason: place for place, reason in enumerate(Reason)}

LEAST_CONSEQUENCE: Final = 9
"""Behind every known kind (PRI-08)."""


@dataclass(frozen=True, slots=True, repr=False)
class Excluded(Ephemeral):
    """A debt that is shown but is not in the plan (ELIG-06)."""

    claim: Claim
    reason: Reason


@dataclass(frozen=True, slots=True, repr=False)
class Sorted(Ephemeral):
    """The claims of a case, in their own order, in the plan or out of it."""

    eligible: tuple[Claim, ...]
    excluded: tuple[Excluded, ...]


def sort_claims(claims: Iterable[Claim], policy: Policy) -> Sorted:
    """Part the claims. A claim that a department shows twice counts once (DUPLICATE)."""
    eligible: list[Claim] = []
    excluded: list[Excluded] = []
    seen: set[tuple[str, str]] = set()
    for claim in claims:
        reason = why_out(claim, policy)
        if (claim.department, claim.id) in seen:
            reason = reason or Reason.DUPLICATE
        seen.add((claim.department, claim.id))
        if reason is None:
            eligible.append(claim)
        else:
            excluded.append(Excluded(claim, reason))
    return Sorted(tuple(eligible), tuple(excluded))


def why_out(claim: Claim, policy: Policy) -> Reason | None:
    """The first reason of ELIG-05 that is true of this claim, or None when it may enter."""
    return min(_reasons(claim, policy), key=_ORDER.__getitem__, default=None)


def _reasons(claim: Claim, policy: Policy) -> Iterator[Reason]:
    kind = policy.debt_types.get(claim.type)
    if kind is None:
        yield Reason.TYPE_NOT_COVERED
    else:
        yield from _reasons_of_type(claim, kind, policy.nation)
    if claim.balance_pence <= 0:
        yield Reason.BELOW_MINIMUM
    facts = _facts(claim)
    if any(facts):
        yield from compress(FACTS.values(), facts)


def _reasons_of_type(claim: Claim, kind: DebtType, nation: Nation) -> Iterator[Reason]:
    if kind.stays_out is not None:
        yield kind.stays_out
    if (claim.nation or nation) not in kind.nations:
        yield Reason.NATION_NOT_COVERED


def priority_class(claim: Claim, policy: Policy) -> PriorityClass:
    """The class of the claim's type, unless it was overridden for this claim (PRI-04)."""
    if claim.priority is True:
        return PriorityClass.PRIORITY
    kind = policy.debt_types.get(claim.type)
    usual = kind.priority_class if kind else PriorityClass.NON_PRIORITY
    if claim.priority is False and usual is PriorityClass.PRIORITY:
        return PriorityClass.NON_PRIORITY
    return usual


def tie_break(claim: Claim, policy: Policy) -> tuple[int, int, str, str]:
    """Who gets an odd penny first: class, then consequence, then id (PRI-08, ALLOC-21)."""
    kind = policy.debt_types.get(claim.type)
    consequence = kind.consequence if kind else LEAST_CONSEQUENCE
    return (priority_class(claim, policy), consequence, claim.id, claim.department)
