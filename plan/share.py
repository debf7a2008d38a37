"""From a proposal to the lines of a plan: only what may be kept comes along (decisions 1, 29)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from consent.ids import DepartmentCode
from consent.register import Register
from debts.ephemeral import Ephemeral
from debts.money import Pence
from plan.rules.frequencies import at_least
from plan.rules.proposal import Proposal
from plan.terms import Terms, Tier

NATIVE = "native"
"""The wire whose departments have an opaque handle for each debt (decision 27)."""


@dataclass(frozen=True, slots=True, repr=False)
class Line(Ephemeral):
    """One debt's part in a plan about to be agreed: `pence` of each payment.

    `opaque` says that the token is the department's own handle and may be kept as it is;
    `silence_days` that its silence counts as agreed after so many days, 0 that it never does;
    `charges_stop` that it adds no interest and no fee while the plan is kept (F47).
    """

    department: DepartmentCode
    token: str
    opaque: bool
    tier: Tier
    pence: Pence
    weight_ppm: int
    rank: int | None = None
    at_minimum: bool = False
    silence_days: int = 0
    charges_stop: bool = False


class SharesDoNotAddUp(ValueError):
    """The lines of a plan must be its payment, to the penny."""


def lines_of(proposal: Proposal, register: Register) -> tuple[Line, ...]:
    """The lines of a proposal, in its order. They add up to its payment."""
    lines = []
    for share in proposal.shares:
        claim = share.claim
        entry = register.find(claim.department)
        lines.append(
            Line(
                department=DepartmentCode(claim.department),
                token=claim.id,
                opaque=entry is not None and entry.wire == NATIVE,
                tier=Tier.PRIORITY if share.priority else Tier.OTHER,
                pence=share.first,
                weight_ppm=share.weight_ppm,
                rank=share.rank,
                at_minimum=0 < share.first <= at_least(claim.minimum_pence or 0, proposal.every),
                silence_days=entry.silence_days if entry else 0,
                charges_stop=entry is not None and entry.stops_charges,
            )
        )
    return tuple(lines)


def must_add_up(lines: Sequence[Line], payment: int) -> None:
    """Raises SharesDoNotAddUp, which says nothing of the amounts."""
    if not lines or sum(line.pence for line in lines) != payment:
        raise SharesDoNotAddUp("the lines are not the payment")


def fingerprint(terms: Terms, lines: Iterable[Line]) -> str:
    """What the check page showed, as 64 hex characters to send along with its form (SEC-82).

    When the figures of the post come to another fingerprint, they changed in between: the page
    shows old and new and asks again (D66). It is never kept.
    """
    told = [
        f"{terms.payment_pence} {terms.every} {terms.pay_day} {terms.first_on}",
        f"{terms.method} {terms.strategy}",
        *(
            f"{line.department} {line.pence} {line.token}"
            for line in sorted(lines, key=attrgetter("department", "token"))
        ),
    ]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()
