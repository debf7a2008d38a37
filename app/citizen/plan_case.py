"""The plan of this visit, worked out fresh on every page: nothing of it is kept before a yes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from app.citizen.plan_dates import Rhythm, today
from app.citizen.plan_draft import PlanDraft
from app.citizen.slots import PLAN_DRAFT
from app.citizen.statement import current_nation, current_statement
from app.citizen.view import claims_for_plan, current_view
from app.http import session
from app.http.current import services
from debts.ephemeral import Ephemeral
from debts.money import Pence
from debts.view import CardState, Numbered, View
from plan.progress import progress
from plan.rules.case import Case, PaymentNotPossible
from plan.rules.claim import Claim
from plan.rules.frequencies import Frequency, at_least, at_most, converted, payments_in
from plan.rules.policy import Policy
from plan.rules.proposal import Proposal, propose
from plan.rules.reasons import Outcome, Reason
from plan.rules.strategies import StrategyName
from plan.terms import Every


@dataclass(frozen=True, slots=True, repr=False)
class Worked(Ephemeral):
    """What the rules say to this person's case. Pence of each payment.

    `suggested` is half of what is available or, where half makes no plan, the first of the other
    offers that does; `proposal` is for the amount that the person looks at. `payment_gone` is that
    the amount they had chosen is not possible any more, `often_gone` that no plan is paid so often
    as they had chosen and one by the month is.
    """

    view: View
    case: Case
    policy: Policy
    draft: PlanDraft
    suggested: Proposal
    proposal: Proposal
    payment_gone: bool = False
    often_gone: bool = False

    @property
    def every(self) -> Every:
        """How often the plan on the page is paid."""
        return Every(self.case.every)

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm() if self.often_gone else self.draft.rhythm

    @property
    def claims(self) -> tuple[Claim, ...]:
        return self.case.claims

    @property
    def possible(self) -> bool:
        return self.suggested.outcome is Outcome.PLAN and not self.in_danger

    @property
    def in_danger(self) -> bool:
        """A warrant is out on a debt: no automatic plan, a person looks first (decision 12)."""
        return any(out.reason is Reason.SUBJECT_TO_WARRANT for out in self.suggested.excluded)

    @property
    def most(self) -> Pence:
        """The largest payment that a plan may have."""
        return self.proposal.most or Pence(0)

    @property
    def least(self) -> Pence:
        """The smallest payment that makes a plan: the policy's, the minimums', and one by which
        it is over in time (decision 12)."""
        return _least(self.proposal, self.policy, self.case.every)

    def of(self, claim: Claim) -> Numbered:
        """The debt that a claim was made from."""
        return next(
            one
            for one in self.view.debts
            if (one.department, one.debt.token) == (claim.department, claim.id)
        )

    @property
    def out_of_date(self) -> list[str]:
        """Departments whose amounts were cleared: they are asked again before a yes (S13)."""
        return [c.entry.code for c in self.view.cards if c.state is CardState.OUT_OF_DATE]


def draft() -> PlanDraft:
    return session.visit().get(PLAN_DRAFT, PlanDraft) or PlanDraft()


def keep(**choices: Any) -> PlanDraft:
    """The draft with these choices, sealed."""
    changed = replace(draft(), **choices)
    session.visit().put(PLAN_DRAFT, changed)
    return changed


def worked(*, with_everyone: bool = False) -> Worked | None:
    """The plan as it stands; nothing while answers or the budget are missing.

    `with_everyone` leaves nobody out, for the page that asks who is in.
    """
    statement, nation = current_statement(), current_nation()
    view = current_view()
    if statement is None or nation is None or not view.debts:
        return None
    chosen = draft()
    policy = services().policies.on(today(), nation)
    claims = claims_for_plan(
        view,
        declined=() if with_everyone else chosen.declined,
        pay_anyway=chosen.pay_anyway,
    )
    case = Case(
        on=today(),
        nation=nation,
        claims=tuple(claims),
        statement=statement,
        strategy=StrategyName(chosen.strategy) if chosen.strategy else None,
        every=Frequency(chosen.every),
    )
    return _worked(view, case, policy, chosen)


def by(found: Worked, every: Every) -> Worked:
    """The same case paid so often: the offer that was chosen stays that offer, and an amount of
    their own becomes one that takes no more in a year. Where only a plan by the month is possible,
    it is that one."""
    case, before = replace(found.case, every=Frequency(every)), found.case.every
    chosen = replace(found.draft, payment=None, every=every.value, pay_day=None, first_on=None)
    shown = _worked(found.view, case, found.policy, chosen)
    if found.draft.payment is None or found.proposal.payment is None or shown.often_gone:
        return shown
    part = next((o.part for o in found.proposal.options if o.payment == found.draft.payment), None)
    same = next((o.payment for o in shown.proposal.options if o.part == part), None)
    payment = same or converted(found.proposal.payment, before, case.every)
    if found.draft.payment == found.suggested.payment:
        payment = shown.suggested.payment or payment
    chosen = replace(chosen, payment=payment)
    shown = _worked(found.view, case, found.policy, chosen)
    if shown.payment_gone and chosen.payment is not None and chosen.payment < shown.least:
        # Rounding down took it below what is asked for at least, by pennies.
        chosen = replace(chosen, payment=shown.least)
        shown = _worked(found.view, case, found.policy, chosen)
    return shown


def _worked(view: View, case: Case, policy: Policy, chosen: PlanDraft) -> Worked:
    suggested, gone = _suggested(case, policy), False
    if suggested.outcome is not Outcome.PLAN and case.every is not Frequency.MONTH:
        by_month = replace(case, every=Frequency.MONTH)
        other = _suggested(by_month, policy)
        if other.outcome is Outcome.PLAN:
            case, suggested, gone = by_month, other, True
    payment = None if gone else chosen.payment
    proposal, payment_gone = _chosen(case, policy, suggested, payment)
    return Worked(view, case, policy, chosen, suggested, proposal, payment_gone, gone)


def most_in(found: Worked, every: Every) -> Pence:
    """The largest payment that a plan may have, paid so often."""
    return at_most(found.proposal.most_monthly or 0, Frequency(every))


def before_plan(*, with_everyone: bool = False) -> Worked | None:
    """As `worked`, for pages that ask what the plan shall be: nothing once a plan runs. Back leads
    there, and an answer given then would change nothing."""
    running = progress(services().store, actor=session.person())
    if running is not None and running.live:
        return None
    return worked(with_everyone=with_everyone)


def _suggested(case: Case, policy: Policy) -> Proposal:
    half = propose(case, policy)
    if half.outcome is Outcome.REFER and case.every is not Frequency.MONTH:
        # Half by the month may make a plan that half by the week misses by a penny.
        least = _least(propose(replace(case, every=Frequency.MONTH), policy), policy, case.every)
        if (half.payment or 0) < least <= (half.most or 0):
            nearly = propose(replace(case, payment=least), policy)
            if nearly.outcome is Outcome.PLAN and least - (half.payment or 0) <= len(case.claims):
                return nearly
    offer = next((one for one in half.options if one.outcome is Outcome.PLAN), None)
    if half.outcome is Outcome.REFER and offer is not None:
        return propose(replace(case, payment=offer.payment), policy)
    if half.outcome is Outcome.REFER and half.affordable:
        # No offer makes a plan: what stands against the largest is what stands against all.
        return propose(replace(case, payment=half.most), policy)
    return half


def _chosen(
    case: Case, policy: Policy, suggested: Proposal, payment: Pence | None
) -> tuple[Proposal, bool]:
    """The proposal for the person's own amount, while that makes a plan."""
    if payment is None or suggested.outcome is not Outcome.PLAN:
        return suggested, False
    try:
        found = propose(replace(case, payment=payment), policy)
    except PaymentNotPossible:
        return suggested, True
    return (found, False) if found.outcome is Outcome.PLAN else (suggested, True)


def _least(proposal: Proposal, policy: Policy, every: Frequency) -> Pence:
    """The smallest payment of these debts, paid so often."""
    figures = policy.affordability
    minimums = sum(
        min(at_least(share.claim.minimum_pence or 0, every), share.claim.balance_pence)
        for share in proposal.shares
    )
    in_time = -(-proposal.owed // payments_in(figures.most_months, every))
    return Pence(max(at_most(figures.smallest_payment, every), minimums, in_time))
