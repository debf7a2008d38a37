"""From what the person chose to what is agreed: terms, lines, and how both were shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.citizen import plan_words
from app.citizen.plan_case import Worked
from app.citizen.plan_draft import ShownLine, ShownPlan
from app.citizen.statement import changes_soon
from app.http.current import services
from debts.ephemeral import Ephemeral
from debts.money import NOTHING
from plan.rules.strategies import StrategyName
from plan.share import Line, fingerprint, lines_of
from plan.terms import Method, Terms

WORDING: Final = "plan-check/2"
"""The version of the words that a person agrees to on D66; new words have a new number."""


@dataclass(frozen=True, slots=True, repr=False)
class Offer(Ephemeral):
    """What a yes on the check page agrees to."""

    worked: Worked
    terms: Terms
    lines: tuple[Line, ...]
    shown: ShownPlan


def offer(worked: Worked) -> Offer | None:
    """The plan as it can be agreed to now; nothing while a question is open."""
    proposal, draft = worked.proposal, worked.draft
    if not (worked.possible and draft.settled and draft.pay_day and draft.method):
        return None
    if worked.often_gone:
        return None
    terms = Terms(
        payment_pence=proposal.first_payment or NOTHING,
        pay_day=draft.pay_day,
        strategy=proposal.strategy or StrategyName.PRO_RATA,
        policy_version=proposal.policy,
        wording_version=WORDING,
        every=worked.every,
        method=Method(draft.method),
        changes_soon=changes_soon(),
        first_on=draft.first_on,
    )
    lines = lines_of(proposal, services().register)
    shown = ShownPlan(
        fingerprint=fingerprint(terms, lines),
        payment=proposal.first_payment or NOTHING,
        payments=proposal.payments or 0,
        lines=tuple(
            ShownLine(row.department, row.label, row.first) for row in plan_words.rows(worked)
        ),
        every=terms.every.value,
    )
    return Offer(worked, terms, lines, shown)
