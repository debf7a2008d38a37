"""What `svd quote` answers, ready for JSON. Amounts are whole pence.

Of a plan that is paid by the month everything is counted in months. Of one that is paid every week,
two weeks or four weeks (`every`) payments are counted, and `months` says how long they take.

Each answer has the same fields, with null where there is nothing to say. What a notice rests on
stands beside it, and only then: the cap, the minimum, the debts that may be too old or are shown
twice, and the interest that is forecast.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from plan.rules.case import Case
from plan.rules.comparison import Compared
from plan.rules.frequencies import Frequency, months_of
from plan.rules.guidelines import guideline_excesses
from plan.rules.policy import Policy
from plan.rules.proposal import Proposal
from plan.rules.reasons import Notice
from plan.rules.schedule import Schedule

LONGEST_SCHEDULE: Final = 12_000
"""Payments. A thousand years of months is listed to the last penny; more is only counted."""


def answer_of(case: Case, proposal: Proposal, policy: Policy) -> dict[str, Any]:
    """The whole answer but the comparison."""
    money = proposal.affordable
    return {
        "outcome": proposal.outcome,
        "income": money and money.income,
        "outgoings": money and money.outgoings,
        "surplus": money and money.surplus,
        "savings": money and money.savings,
        "available": money and money.available,
        **_often(proposal.every),
        "payment": proposal.payment,
        "strategy": proposal.strategy,
        "policy": proposal.policy,
        **_long(proposal.payments, proposal.every),
        "options": [
            {
                "share": option.part,
                "payment": option.payment,
                **_long(option.payments, proposal.every),
            }
            for option in proposal.options
        ],
        "schedule": _schedule(proposal, proposal.schedule),
        "excluded": [{"id": out.claim.id, "reason": out.reason} for out in proposal.excluded],
        "notices": list(proposal.notices),
        **_interest(proposal),
        **_beside(proposal),
        **_of_the_statement(case, proposal, policy),
    }


def comparison_of(compared: Iterable[Compared], every: Frequency) -> list[dict[str, Any]]:
    """Each way to share that the case can have; none where there is no schedule (F97)."""
    unit = _unit(every)
    return [
        {
            "strategy": way.strategy,
            "usual": way.usual,
            **_long(way.payments, every),
            f"{unit}s_with_interest": way.payments_with_interest,
            "lines": way.lines,
            "interest": way.interest,
            "ends": {ending.claim.id: ending.payment for ending in way.endings},
        }
        for way in compared
    ]


def _unit(every: Frequency) -> str:
    return "month" if every is Frequency.MONTH else "payment"


def _long(payments: int | None, every: Frequency) -> dict[str, Any]:
    months = payments and months_of(payments, every)
    return {"months": months, **({"payments": payments} if _often(every) else {})}


def _often(every: Frequency) -> dict[str, Any]:
    return {} if every is Frequency.MONTH else {"every": every}


def _schedule(proposal: Proposal, schedule: Schedule | None) -> list[dict[str, Any]]:
    if schedule is None or schedule.payments > LONGEST_SCHEDULE:
        return []
    unit, ids = _unit(proposal.every), [share.claim.id for share in proposal.shares]
    return [
        {
            unit: payment.number,
            "total": payment.total,
            "lines": dict(zip(ids, payment.shares, strict=True)),
        }
        for payment in schedule.each_payment()
    ]


def _interest(proposal: Proposal) -> dict[str, Any]:
    """The forecast, whose it is, and the payments by which it would be paid (INT-05)."""
    if not proposal.interest:
        return {}
    unit = _unit(proposal.every)
    return {
        "interest": proposal.interest,
        "interest_of": {
            share.claim.id: share.interest for share in proposal.shares if share.interest
        },
        f"{unit}s_with_interest": proposal.payments_with_interest,
        f"interest_{unit}s": [
            {unit: number, "total": total} for number, total in _interest_payments(proposal)
        ],
    }


def _interest_payments(proposal: Proposal) -> Iterator[tuple[int, int]]:
    """What the last payment of the schedule has room for, and the payments after it."""
    tail, count = proposal.tail, proposal.payments
    if tail is None or count is None or count + tail.payments_more > LONGEST_SCHEDULE:
        return
    if tail.with_last:
        yield count, tail.with_last
    yield from enumerate(tail.each_payment(), count + 1)


def _beside(proposal: Proposal) -> dict[str, Any]:
    """The figures and debts that a notice is about."""
    found: dict[str, Any] = {}
    cap, minimum = proposal.cap, proposal.protected
    if cap and Notice.DEDUCTIONS_ABOVE_CAP in proposal.notices:
        found["cap"] = {"most": cap.cap, "taken": cap.taken, "planned": cap.planned}
    if minimum and (proposal.held_back or Notice.BELOW_PROTECTED_MINIMUM in proposal.notices):
        found["protected_minimum"] = {"left": minimum.left, "minimum": minimum.minimum}
        if minimum.enforced:
            found["protected_minimum"]["most"] = proposal.most
    if proposal.ask_first:
        found["ask_first"] = [claim.id for claim in proposal.ask_first]
    if proposal.charges_stop:
        found["charges_stop"] = [claim.id for claim in proposal.charges_stop]
    if proposal.can_appeal:
        found["can_appeal"] = [
            {"id": claim.id, "until": claim.appeal_by.isoformat()}
            for claim in proposal.can_appeal
            if claim.appeal_by
        ]
    if proposal.duplicates:
        found["duplicates"] = [
            {"id": out.claim.id, "same_as": out.same_as.id}
            for out in proposal.duplicates
            if out.same_as
        ]
    return found


def _of_the_statement(case: Case, proposal: Proposal, policy: Policy) -> dict[str, Any]:
    """What the rules added to the outgoings (ELIG-06), and spending to ask about (AFF-09)."""
    found: dict[str, Any] = {}
    if case.statement and proposal.outside:
        found["outside"] = [
            {"id": payment.claim.id, "payment": payment.pence} for payment in proposal.outside
        ]
    if case.statement and case.statement.household:
        above = guideline_excesses(case.statement, case.statement.household, policy.guidelines)
        if above:
            found["above_guidelines"] = [
                {"group": one.group, "spent": one.spent, "guideline": one.guideline}
                for one in above
            ]
    return found
