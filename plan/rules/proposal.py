"""From a case to a proposal: what `svd quote`, the pages and the advisers' API all ask.

Nothing here is written down or sent: the plan is kept only when the person agrees to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from debts.ephemeral import Ephemeral
from debts.money import NOTHING, Pence
from plan.rules.affordability import Affordable, Part, part_of, work_out
from plan.rules.allocation import ranks, weights_ppm
from plan.rules.case import Case, PaymentNotPossible
from plan.rules.claim import Claim, PriorityClass
from plan.rules.eligibility import Excluded, priority_class, sort_claims, tie_break
from plan.rules.interest import forecast
from plan.rules.outside import OutsidePayment, outside_payments, with_outside_payments
from plan.rules.policy import Policy
from plan.rules.reasons import Notice, Outcome
from plan.rules.schedule import Schedule, make_schedule
from plan.rules.statement import Statement
from plan.rules.strategies import StrategyName, Weighed, usual_strategy

REFERRING = frozenset({Notice.TOO_LONG, Notice.TOKEN_PAYMENT, Notice.BELOW_MINIMUMS})
"""The notices that make a case one for an adviser (decision 12)."""


@dataclass(frozen=True, slots=True, repr=False)
class Share(Ephemeral):
    """One debt's part in the plan. `first` is its share of the first payment, in pence.

    `weight_ppm`, or the `rank` of an ordered strategy, is what a stored share keeps (decision 29).
    `paid_off_in` is the month of its last payment, counted from 1.
    """

    claim: Claim
    first: Pence
    paid_off_in: int
    priority: bool
    weight_ppm: int
    rank: int | None


@dataclass(frozen=True, slots=True, repr=False)
class Option(Ephemeral):
    """Another amount to choose: half, three quarters or all of what is available.

    `months` is None when the amount is below the minimums, and `outcome` is then `refer`.
    """

    part: Part
    payment: Pence
    months: int | None
    outcome: Outcome


@dataclass(frozen=True, slots=True, repr=False)
class Proposal(Ephemeral):
    """What the rules answer to a case. Money is pence.

    `owed` is what the plan repays: the balances of the debts in it. `affordable` is None without
    a statement; `payment`, `strategy`, `months` and `schedule` are None where there is nothing to
    share or no amount to share it by. `shares` are the debts in the plan, in the order in which
    they came, and the schedule's own shares stand in that order. `interest` is a forecast of what
    departments with a known rate will add (INT-04), which the schedule leaves out. `outside` was
    added to the outgoings for debts that are not in the plan (ELIG-06).
    """

    outcome: Outcome
    policy: str
    affordable: Affordable | None
    owed: Pence
    payment: Pence | None = None
    strategy: StrategyName | None = None
    months: int | None = None
    options: tuple[Option, ...] = ()
    shares: tuple[Share, ...] = ()
    schedule: Schedule | None = None
    excluded: tuple[Excluded, ...] = ()
    outside: tuple[OutsidePayment, ...] = ()
    notices: tuple[Notice, ...] = ()
    interest: Pence = NOTHING

    @property
    def first_payment(self) -> Pence | None:
        """What the first month takes: the payment, or everything that is owed when that is less."""
        return self.schedule.runs[0].total if self.schedule else None

    @property
    def last_payment(self) -> Pence | None:
        return self.schedule.last_payment if self.schedule else None

    @property
    def months_with_interest(self) -> int | None:
        """How long the plan takes when the forecast comes true, at the same payment (INT-05)."""
        if self.payment is None or self.months is None:
            return None
        return months_to_repay(self.owed + self.interest, self.payment)


def propose(case: Case, policy: Policy) -> Proposal:
    """Which debts, how much, how long, and whether a plan fits at all. Pure.

    `plan`, or `refer` to advice (decision 12: more than 120 months, a token payment, or less than
    the minimums; a schedule is still given where one exists), or `no_affordable_plan` (nothing is
    available), or `nothing_to_pay` (no debt may enter). Raises PaymentNotPossible.
    """
    claims = sort_claims(case.claims, policy)
    outside = () if case.statement_is_whole else outside_payments(claims.excluded)
    affordable = _affordable(case.statement, outside, policy)
    payment = _payment(case.payment, affordable)
    answer = Proposal(
        outcome=Outcome.NOTHING_TO_PAY,
        policy=policy.version,
        affordable=affordable,
        owed=Pence(sum([claim.balance_pence for claim in claims.eligible])),
        excluded=claims.excluded,
        outside=outside,
        notices=_policy_notices(case, policy),
    )
    if not claims.eligible:
        return answer
    if affordable and affordable.available <= 0:
        return replace(answer, outcome=Outcome.NO_AFFORDABLE_PLAN)
    return _shared(answer, case, claims.eligible, payment, policy)


def months_to_repay(owed: int, payment: int) -> int:
    """Every month but the last takes the whole payment (ALLOC-25)."""
    return -(-owed // payment)


def _affordable(
    statement: Statement | None, outside: tuple[OutsidePayment, ...], policy: Policy
) -> Affordable | None:
    if statement is None:
        return None
    return work_out(with_outside_payments(statement, outside), policy)


def _payment(asked: Pence | None, affordable: Affordable | None) -> Pence:
    """The payment asked for, or half of what is available (decision 8)."""
    if asked is None:
        if affordable is None:
            raise PaymentNotPossible("is needed when there is no statement")
        return part_of(affordable.available, Part.HALF)
    if asked < 0:
        raise PaymentNotPossible("must be 0 or more")
    if affordable and asked > max(affordable.available, 0):
        raise PaymentNotPossible("is above what is available")
    return asked


def _policy_notices(case: Case, policy: Policy) -> tuple[Notice, ...]:
    """Guidelines are compared only where it is known who lives in the home."""
    compared = case.statement is not None and case.statement.household is not None
    stale = compared and case.on > policy.guidelines.renew_by
    return (Notice.GUIDELINES_OUT_OF_DATE,) if stale else ()


def _shared(
    answer: Proposal, case: Case, claims: tuple[Claim, ...], payment: Pence, policy: Policy
) -> Proposal:
    """The answer with the payment shared among these debts, and what speaks against it."""
    debts = _weighed(claims, case, policy)
    strategy = case.strategy or usual_strategy(any_priority=any(d.priority for d in debts))
    least = max(sum([min(debt.minimum, debt.weight) for debt in debts]), 1)
    schedule = make_schedule(payment, debts, strategy) if payment >= least else None
    interest = _interest(claims, schedule)
    found = [*_referrals(payment, least, answer.owed, policy)]
    if not found and schedule and schedule.months > policy.affordability.long_months:
        found.append(Notice.LONG_PLAN)
    if any(claim.rate or claim.adds_interest for claim in claims):
        found.append(Notice.INTEREST_ADDED)
    return replace(
        answer,
        outcome=Outcome.REFER if REFERRING.intersection(found) else Outcome.PLAN,
        payment=payment,
        strategy=strategy,
        months=schedule.months if schedule else None,
        options=tuple(_options(answer, least, policy)),
        shares=_shares(claims, debts, strategy, schedule) if schedule else (),
        schedule=schedule,
        notices=(*found, *answer.notices),
        interest=interest,
    )


def _weighed(claims: Sequence[Claim], case: Case, policy: Policy) -> list[Weighed]:
    """The debts as sharing sees them. A debt's own minimum goes before the case's (ALLOC-23)."""
    order = sorted(range(len(claims)), key=lambda i: tie_break(claims[i], policy))
    return [
        Weighed(
            weight=claim.balance_pence,
            priority=priority_class(claim, policy) is PriorityClass.PRIORITY,
            place=order.index(i),
            minimum=case.minimum if claim.minimum_pence is None else claim.minimum_pence,
        )
        for i, claim in enumerate(claims)
    ]


def _referrals(payment: int, least: int, owed: int, policy: Policy) -> Iterator[Notice]:
    """Why this payment is for an adviser to look at (decision 12); nothing when it is not."""
    if payment < policy.affordability.smallest_payment:
        yield Notice.TOKEN_PAYMENT
    if payment < least:
        yield Notice.BELOW_MINIMUMS
    elif months_to_repay(owed, payment) > policy.affordability.most_months:
        yield Notice.TOO_LONG


def _options(answer: Proposal, least: int, policy: Policy) -> Iterator[Option]:
    """Half, three quarters and all of what is available, with the months each takes."""
    available = answer.affordable.available if answer.affordable else 0
    for part in Part:
        payment = part_of(available, part)
        if payment:
            months = months_to_repay(answer.owed, payment) if payment >= least else None
            referred = any(_referrals(payment, least, answer.owed, policy))
            yield Option(part, payment, months, Outcome.REFER if referred else Outcome.PLAN)


def _interest(claims: Sequence[Claim], schedule: Schedule | None) -> Pence:
    if schedule is None:
        return NOTHING
    return Pence(
        sum(
            forecast(schedule, place, claim.balance_pence, claim.rate)
            for place, claim in enumerate(claims)
        )
    )


def _shares(
    claims: Sequence[Claim], debts: Sequence[Weighed], strategy: StrategyName, schedule: Schedule
) -> tuple[Share, ...]:
    first = schedule.runs[0].shares
    places = enumerate(zip(claims, debts, weights_ppm(debts), ranks(debts, strategy), strict=True))
    return tuple(
        Share(claim, first[place], schedule.paid_off_in(place), debt.priority, ppm, rank)
        for place, (claim, debt, ppm, rank) in places
    )
