"""Which debts may enter the plan, and why the others stay out (ELIG-05, decision 38)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import compress
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from debts.duplicates import Shown, find_duplicates
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
        "elsewhere": Reason.ELSEWHERE,
        "in_department_plan": Reason.IN_DEPARTMENT_PLAN,
        "time_barred": Reason.TIME_BARRED,
        "duplicate": Reason.DUPLICATE,
    }
)
"""Which fact of a claim, when it is true, gives which reason."""

_facts: Final = attrgetter(*FACTS)
_ORDER: Final = {reason: place for place, reason in enumerate(Reason)}

NOT_TO_BE_PAID: Final = frozenset(
    {
        Reason.UNDER_DISPUTE_OR_APPEAL,
        Reason.ALREADY_DEDUCTED_AT_SOURCE,
        Reason.IN_BREATHING_SPACE,
        Reason.IN_INSOLVENCY,
        Reason.SUBJECT_TO_WARRANT,
        Reason.CODED_OUT,
        Reason.WRITTEN_OFF,
        Reason.IN_DEPARTMENT_PLAN,
    }
)
"""Reasons that hold for the debt itself, whichever department shows it."""

LEAST_CONSEQUENCE: Final = 9
"""Behind every known kind (PRI-08)."""


@dataclass(frozen=True, slots=True, repr=False)
class Excluded(Ephemeral):
    """A debt that is shown but is not in the plan (ELIG-06).

    `same_as` is the claim of another department that shows the same debt, where there is one (F95).
    """

    claim: Claim
    reason: Reason
    same_as: Claim | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Sorted(Ephemeral):
    """The claims of a case, in their own order, in the plan or out of it."""

    eligible: tuple[Claim, ...]
    excluded: tuple[Excluded, ...]


def sort_claims(claims: Iterable[Claim], policy: Policy) -> Sorted:
    """Part the claims. What a department shows twice counts once, and so does what two departments
    show. Where one of the two says that nothing is to be paid, neither is in the plan (F95)."""
    every = list(claims)
    reasons = [why_out(claim, policy) for claim in every]
    seen: set[tuple[str, str]] = set()
    for place, claim in enumerate(every):
        if (claim.department, claim.id) in seen:
            reasons[place] = reasons[place] or Reason.DUPLICATE
        seen.add((claim.department, claim.id))
    same = find_duplicates((place, _shown(claim)) for place, claim in enumerate(every))
    for place, first in same.items():
        _pay_once(reasons, first, place)
    others = same | {first: place for place, first in reversed(same.items())}
    return Sorted(
        tuple(claim for claim, reason in zip(every, reasons, strict=True) if reason is None),
        tuple(
            Excluded(claim, reason, every[others[place]] if place in others else None)
            for place, (claim, reason) in enumerate(zip(every, reasons, strict=True))
            if reason is not None
        ),
    )


def _shown(claim: Claim) -> Shown:
    return Shown(claim.department, claim.type, claim.reference_tail, claim.balance_pence)


def _pay_once(reasons: list[Reason | None], first: int, again: int) -> None:
    """Of two claims for one debt, the first one that may enter does, unless the other says that it
    is paid elsewhere or not to be paid now."""
    if reasons[first] in NOT_TO_BE_PAID or reasons[first] is reasons[again] is None:
        reasons[again] = reasons[again] or Reason.DUPLICATE
    elif reasons[again] in NOT_TO_BE_PAID:
        reasons[first] = reasons[first] or Reason.DUPLICATE


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
    if claim.pay_anyway is False:
        yield Reason.TIME_BARRED
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
