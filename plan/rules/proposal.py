"""From a case to a proposal: what `svd quote`, the pages and the advisers' API all ask.

Nothing here is written down or sent: the plan is kept only when the person agrees to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from debts.ephemeral import Ephemeral
from debts.money import NOTHING, Pence
from plan.rules.affordability import Affordable, Part, part_of, work_out
from plan.rules.allocation import ranks, weights_ppm
from plan.rules.appeal import can_appeal
from plan.rules.case import Case, PaymentNotPossible, StrategyNotPossible
from plan.rules.catalogue import BASE_PLUS_4
from plan.rules.claim import Claim, PriorityClass
from plan.rules.eligibility import Excluded, priority_class, sort_claims, tie_break
from plan.rules.frequencies import Frequency, at_least, at_most, monthly, months_of, takes_monthly
from plan.rules.hmrc_interest import Rate
from plan.rules.hmrc_interest import load as load_rates
from plan.rules.interest import Tail, constant, forecast, tail
from plan.rules.limitation import ask_first
from plan.rules.outside import OutsidePayment, outside_payments, with_outside_payments
from plan.rules.policy import Policy
from plan.rules.protected import LeftToLiveOn, ProtectedMinimum, left_to_live_on
from plan.rules.reasons import Notice, Outcome, Reason
from plan.rules.schedule import Schedule, make_schedule
from plan.rules.strategies import StrategyName, Weighed, usual_strategy
from plan.rules.universal_credit import CapCheck, check_cap

REFERRING = frozenset(
    {
        Notice.TOO_LONG,
        Notice.TOKEN_PAYMENT,
        Notice.BELOW_MINIMUMS,
        Notice.BELOW_PROTECTED_MINIMUM,
    }
)
"""The notices that can make a case one for an adviser (decision 12, F40 where it is enforced)."""


@dataclass(frozen=True, slots=True, repr=False)
class Share(Ephemeral):
    """One debt's part in the plan. `first` is its share of the first payment, in pence.

    `weight_ppm`, or the `rank` of an ordered strategy, is what a stored share keeps (decision 29).
    `paid_off_in` is the number of its last payment, counted from 1. `interest` is a forecast, in
    pence over the whole plan (INT-04).
    """

    claim: Claim
    first: Pence
    paid_off_in: int
    priority: bool
    weight_ppm: int
    rank: int | None
    interest: Pence = NOTHING


@dataclass(frozen=True, slots=True, repr=False)
class Option(Ephemeral):
    """Another amount to choose: half, three quarters or all of what is available.

    `payments` is how many it takes: None when the amount is below the minimums, and `outcome` is
    then `refer`.
    """

    part: Part
    payment: Pence
    payments: int | None
    outcome: Outcome


@dataclass(frozen=True, slots=True, repr=False)
class Proposal(Ephemeral):
    """What the rules answer to a case. Money is pence: of each payment, which falls `every` so
    often, but for what is said to be a month's.

    `owed` is what the plan repays: the balances of the debts in it. `affordable` is None without
    a statement; `payment`, `strategy`, `payments` (how many) and `schedule` are None where there is
    nothing to share or no amount to share it by. `shares` are the debts in the plan, in the order
    in which they came, and the schedule's own shares stand in that order. `interest` is a forecast
    of what departments with a known rate will add (INT-04), which the schedule leaves out; `tail`
    is how it would be paid (INT-05). `outside` was added to the outgoings for debts that are not
    in the plan (ELIG-06). `ask_first` are debts of the plan that may be too old: the person is
    asked about each before a yes (LIM-04). `cap` warns and never refuses; `protected` limits the
    payment where its table says so (F40), and warns elsewhere.
    """

    outcome: Outcome
    on: date
    policy: str
    affordable: Affordable | None
    owed: Pence
    payment: Pence | None = None
    strategy: StrategyName | None = None
    payments: int | None = None
    options: tuple[Option, ...] = ()
    shares: tuple[Share, ...] = ()
    schedule: Schedule | None = None
    excluded: tuple[Excluded, ...] = ()
    outside: tuple[OutsidePayment, ...] = ()
    notices: tuple[Notice, ...] = ()
    interest: Pence = NOTHING
    tail: Tail | None = None
    ask_first: tuple[Claim, ...] = ()
    cap: CapCheck | None = None
    protected: LeftToLiveOn | None = None
    every: Frequency = Frequency.MONTH

    @property
    def duplicates(self) -> tuple[Excluded, ...]:
        """Debts that another department shows too, left out so that they are paid once (F95)."""
        return tuple(out for out in self.excluded if out.same_as and out.reason is Reason.DUPLICATE)

    @property
    def charges_stop(self) -> tuple[Claim, ...]:
        """Debts of the plan that get no interest and no fee while it is kept (F47)."""
        return tuple(share.claim for share in self.shares if share.claim.charges_stop)

    @property
    def can_appeal(self) -> tuple[Claim, ...]:
        """Debts of the plan whose day to appeal is still to come (F35)."""
        return tuple(share.claim for share in self.shares if can_appeal(share.claim, self.on))

    @property
    def shortfall(self) -> Pence:
        """By how much more goes out than comes in, in pence a month; 0 when it does not."""
        return Pence(max(0, -self.affordable.surplus)) if self.affordable else NOTHING

    @property
    def most(self) -> Pence | None:
        """The largest payment that a plan may have. None without a statement."""
        monthly = self.most_monthly
        return None if monthly is None else at_most(monthly, self.every)

    @property
    def most_monthly(self) -> Pence | None:
        """What a month has for a plan at most: what is available or, where that is less, what
        leaves the protected minimum (F40). None without a statement."""
        return _most(self.affordable, self.protected) if self.affordable else None

    @property
    def held_back(self) -> bool:
        """Whether the protected minimum keeps a plan below what is available (F40)."""
        found = self.affordable
        return found is not None and self.most_monthly != max(found.available, 0)

    @property
    def left_for_others(self) -> Pence | None:
        """What is available after the shares of priority debts (AFF-05), in pence a month."""
        if self.affordable is None:
            return None
        first = sum(share.first for share in self.shares if share.priority)
        return Pence(self.affordable.available - takes_monthly(first, self.every))

    @property
    def first_payment(self) -> Pence | None:
        """What the first one takes: the payment, or everything that is owed when that is less."""
        return self.schedule.runs[0].total if self.schedule else None

    @property
    def last_payment(self) -> Pence | None:
        return self.schedule.last_payment if self.schedule else None

    @property
    def payments_with_interest(self) -> int | None:
        """How many it takes when the forecast comes true, at the same payment (INT-05)."""
        if self.payments is None:
            return None
        return self.payments + (self.tail.payments_more if self.tail else 0)


def propose(case: Case, policy: Policy) -> Proposal:
    """Which debts, how much, how long, and whether a plan fits at all. Pure.

    `plan`, or `refer` to advice (decision 12: more than 120 months, a token payment, or less than
    the minimums; a schedule is still given where one exists), or `no_affordable_plan` (nothing is
    available), or `nothing_to_pay` (no debt may enter). Raises PaymentNotPossible or
    StrategyNotPossible.
    """
    claims = sort_claims(case.claims, policy)
    outside = () if case.statement_is_whole else outside_payments(claims.excluded)
    if case.statement:
        case = replace(case, statement=with_outside_payments(case.statement, outside))
    affordable = work_out(case.statement, policy) if case.statement else None
    payment = _payment(case, affordable, policy.protected)
    answer = Proposal(
        outcome=Outcome.NOTHING_TO_PAY,
        on=case.on,
        policy=policy.version,
        affordable=affordable,
        owed=Pence(sum([claim.balance_pence for claim in claims.eligible])),
        excluded=claims.excluded,
        outside=outside,
        notices=(*_duplicate_notice(claims.excluded), *_policy_notices(case, policy)),
        protected=_protected(case, payment, policy.protected),
        every=case.every,
    )
    if not claims.eligible:
        return answer
    if affordable and affordable.available <= 0:
        return replace(answer, outcome=Outcome.NO_AFFORDABLE_PLAN)
    if answer.most == 0:
        notices = (Notice.BELOW_PROTECTED_MINIMUM, *answer.notices)
        return replace(answer, outcome=Outcome.NO_AFFORDABLE_PLAN, notices=notices)
    return _shared(answer, case, claims.eligible, payment, policy)


def _duplicate_notice(excluded: Iterable[Excluded]) -> tuple[Notice, ...]:
    found = any(out.same_as and out.reason is Reason.DUPLICATE for out in excluded)
    return (Notice.PROBABLE_DUPLICATE,) if found else ()


def payments_to_repay(owed: int, payment: int) -> int:
    """Each but the last takes the whole payment (ALLOC-25)."""
    return -(-owed // payment)


def _payment(case: Case, affordable: Affordable | None, protected: ProtectedMinimum) -> Pence:
    """The payment asked for, or half of what is available (decision 8) as far as it leaves the
    protected minimum (F40)."""
    asked = case.payment
    if asked is None:
        if affordable is None:
            raise PaymentNotPossible("is needed when there is no statement")
        half = part_of(affordable.available, Part.HALF)
        most = _most(affordable, _protected(case, 0, protected))
        return at_most(min(half, most), case.every)
    if asked < 0:
        raise PaymentNotPossible("must be 0 or more")
    if affordable and asked > at_most(max(affordable.available, 0), case.every):
        raise PaymentNotPossible("is above what is available")
    return asked


def _protected(case: Case, payment: int, protected: ProtectedMinimum) -> LeftToLiveOn | None:
    if case.statement is None:
        return None
    return left_to_live_on(case.statement, takes_monthly(payment, case.every), protected)


def _most(affordable: Affordable, protected: LeftToLiveOn | None) -> Pence:
    """What is available, as far as a plan may take it; 0 where it may take nothing."""
    room = protected.most if protected and protected.enforced else affordable.available
    return Pence(max(0, min(affordable.available, room)))


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
    if strategy is StrategyName.CONTRACTUAL and not all(debt.contract for debt in debts):
        raise StrategyNotPossible("needs the contractual payment of each debt")
    least = max(sum([debt.least for debt in debts]), 1)
    schedule = make_schedule(payment, debts, strategy) if payment >= least else None
    shares = _shares(claims, debts, strategy, schedule, case, policy) if schedule else ()
    interest = Pence(sum([share.interest for share in shares]))
    answer = replace(
        answer,
        payment=payment,
        strategy=strategy,
        payments=schedule.payments if schedule else None,
        options=tuple(_options(answer, least, policy)),
        shares=shares,
        schedule=schedule,
        interest=interest,
        tail=tail(interest, payment, schedule.last_payment) if schedule and interest else None,
        ask_first=tuple(claim for claim in claims if ask_first(claim, policy.limits, case.on)),
        cap=_cap(answer, case, shares, policy),
    )
    found = [*_referrals(answer, payment, least, policy)]
    referred = bool(found)
    months = months_of(answer.payments or 0, case.every)
    if not found and months > policy.affordability.long_months:
        found.append(Notice.LONG_PLAN)
    found += _beside(answer, claims, policy)
    return replace(
        answer,
        outcome=Outcome.REFER if referred else Outcome.PLAN,
        notices=(*found, *answer.notices),
    )


def _beside(answer: Proposal, claims: Sequence[Claim], policy: Policy) -> Iterator[Notice]:
    """What is said beside the plan, in the order in which it is said."""
    adds = [claim for claim in claims if not claim.charges_stop]
    if any(claim.adds_interest or rates_of(claim, policy) for claim in adds):
        yield Notice.INTEREST_ADDED
    if answer.charges_stop:
        yield Notice.CHARGES_STOP
    if answer.cap and answer.cap.above and answer.cap.planned:
        yield Notice.DEDUCTIONS_ABOVE_CAP
    if answer.protected and answer.protected.below and not answer.protected.enforced:
        yield Notice.BELOW_PROTECTED_MINIMUM
    if answer.ask_first:
        yield Notice.MAY_BE_TOO_OLD
    if answer.can_appeal:
        yield Notice.CAN_STILL_APPEAL


def rates_of(claim: Claim, policy: Policy) -> tuple[Rate, ...]:
    """The rates of a forecast: the one told with the debt, or the published ones of its kind
    (INT-01); none where there is no number, or where charges stop while the plan is kept (F47)."""
    if claim.charges_stop:
        return ()
    if claim.rate is not None:
        return constant(claim.rate) if claim.rate else ()
    kind = policy.debt_types.get(claim.type)
    return load_rates() if kind and kind.interest == BASE_PLUS_4 else ()


def _cap(answer: Proposal, case: Case, shares: Sequence[Share], policy: Policy) -> CapCheck | None:
    """The cap on deductions, where the nation has it and the person has Universal Credit."""
    if policy.universal_credit is None:
        return None

    def collected(claim: Claim) -> bool:
        kind = policy.debt_types.get(claim.type)
        return kind is not None and kind.from_universal_credit

    return check_cap(
        policy.universal_credit,
        case.statement,
        case.standard_allowance,
        [out.claim for out in answer.excluded if collected(out.claim)],
        [monthly(share.first, case.every) for share in shares if collected(share.claim)],
    )


def _weighed(claims: Sequence[Claim], case: Case, policy: Policy) -> list[Weighed]:
    """The debts as sharing sees them. A debt's own minimum goes before the case's (ALLOC-23). What
    a month asks for is rounded up to the payment that makes it."""
    every = case.every
    order = sorted(range(len(claims)), key=lambda i: tie_break(claims[i], policy))
    return [
        Weighed(
            weight=claim.balance_pence,
            priority=priority_class(claim, policy) is PriorityClass.PRIORITY,
            place=order.index(i),
            minimum=at_least(
                case.minimum if claim.minimum_pence is None else claim.minimum_pence, every
            ),
            contract=claim.contractual_pence,
            fixed=at_least(claim.fixed_pence, every),
        )
        for i, claim in enumerate(claims)
    ]


def _referrals(answer: Proposal, payment: int, least: int, policy: Policy) -> Iterator[Notice]:
    """Why this payment is for an adviser to look at (decision 12, F40); nothing when it is not."""
    if payment < at_most(policy.affordability.smallest_payment, answer.every):
        yield Notice.TOKEN_PAYMENT
    if payment < least:
        yield Notice.BELOW_MINIMUMS
    elif _months(answer, payment) > policy.affordability.most_months:
        yield Notice.TOO_LONG
    if answer.held_back and payment > (answer.most or 0):
        yield Notice.BELOW_PROTECTED_MINIMUM


def _months(answer: Proposal, payment: int) -> int:
    return months_of(payments_to_repay(answer.owed, payment), answer.every)


def _options(answer: Proposal, least: int, policy: Policy) -> Iterator[Option]:
    """Half, three quarters and all of what is available, and how many payments each takes."""
    available = answer.affordable.available if answer.affordable else 0
    for part in Part:
        payment = at_most(part_of(available, part), answer.every)
        if payment:
            count = payments_to_repay(answer.owed, payment) if payment >= least else None
            referred = any(_referrals(answer, payment, least, policy))
            yield Option(part, payment, count, Outcome.REFER if referred else Outcome.PLAN)


def _shares(
    claims: Sequence[Claim],
    debts: Sequence[Weighed],
    strategy: StrategyName,
    schedule: Schedule,
    case: Case,
    policy: Policy,
) -> tuple[Share, ...]:
    first = schedule.runs[0].shares
    places = enumerate(
        zip(claims, debts, weights_ppm(debts, strategy), ranks(debts, strategy), strict=True)
    )
    return tuple(
        Share(
            claim,
            first[place],
            schedule.paid_off_in(place),
            debt.priority,
            ppm,
            rank,
            forecast(schedule, place, on=case.on, rates=rates_of(claim, policy), every=case.every),
        )
        for place, (claim, debt, ppm, rank) in places
    )
