"""From HMRC's assessments to debts in our words. HMRC's figures are shown as they are: nothing is
added up, and a sum that differs from its parts stays as HMRC states it (wire headline 5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Final

from adapters.agreed import only_agreed
from adapters.departments.hmrc_time_to_pay.kinds import FALLBACK_LABELS, kind_of
from adapters.departments.hmrc_time_to_pay.locks import BREATHING_SPACE, flags_of_signals
from adapters.departments.hmrc_time_to_pay.schema import Assessment, Charge, ChargeInfo, hold_of
from adapters.plain_text import plain_text
from debts.debt import Answer, Debt, Debts, Flag, Hold, NoDebts
from debts.money import NOTHING, Pence, format_pounds

_MOST_LINES: Final = 8


def to_answer(
    info: ChargeInfo, *, agreed: Collection[str], today: date, look_again: date | None
) -> Answer:
    """Debts, or NoDebts when HMRC answered in full and there is nothing to pay.

    `look_again` is set while a moratorium runs: every debt is then on hold until that day, alike
    for every kind of moratorium (decision 36). It is said even when there are no debts here.
    """
    names = Counter(one.reference for one in info.assessments)
    debts = [
        _debt(one, info, today, twice=names[one.reference] > 1)
        for one in info.assessments
        if one.total or any(charge.interest for charge in one.charges)
    ]
    if look_again is not None:
        debts = [
            replace(debt, hold=Hold.BREATHING_SPACE, hold_look_again=look_again) for debt in debts
        ]
    if not debts and not info.missing and look_again is None:
        return NoDebts(info.at)
    return Debts(
        items=tuple(only_agreed(debt, agreed) for debt in debts),
        at=info.at,
        partial=bool(info.missing),
        partial_for=info.missing,
        moratorium_look_again=look_again,
    )


def says_breathing_space(info: ChargeInfo) -> bool:
    """Does charge-info itself say so: by a signal on the person, or by a lock on a charge?"""
    return any(BREATHING_SPACE in signal for signal in info.signals) or any(
        hold_of(one) is Hold.BREATHING_SPACE for one in info.assessments
    )


def _debt(one: Assessment, info: ChargeInfo, today: date, *, twice: bool) -> Debt:
    kind = kind_of(one.main_trans, " ".join(charge.words for charge in one.charges))
    due = [charge.due for charge in one.charges if charge.due]
    raised = [charge.raised for charge in one.charges if charge.raised]
    only = one.charges[0] if len(one.charges) == 1 else None
    return Debt(
        token=f"{one.reference}/{one.main_trans}" if twice else one.reference,
        type_code=kind,
        label=_label(kind, one.charges),
        balance=max(one.total, NOTHING),
        as_at=info.at,
        principal=max(only.outstanding, NOTHING) if only else None,
        interest=Pence(sum(charge.interest for charge in one.charges)),
        started=min(raised, default=None),
        due=min(due, default=None),
        hold=hold_of(one),
        reference_tail="".join(one.reference.split())[-4:],
        how_worked_out=tuple(_line(charge) for charge in one.charges[:_MOST_LINES]),
        flags=_flags(one, info, due, today),
    )


def _flags(one: Assessment, info: ChargeInfo, due: list[date], today: date) -> frozenset[Flag]:
    flags = {flag for charge in one.charges for flag in charge.flags}
    flags |= flags_of_signals(info.signals)
    if one.insolvent:
        flags.add(Flag.INSOLVENCY)
    if one.total < 0:
        flags.add(Flag.CREDIT)
    if due and min(due) > today:
        flags.add(Flag.NOT_YET_DUE)
    return frozenset(flags)


def _label(kind: str, charges: tuple[Charge, ...]) -> str:
    """For Self Assessment its tax year; otherwise what HMRC calls the first charge."""
    if kind == "HMRC_SA":
        ends = {_tax_year(charge.tax_year_end) for charge in charges if charge.tax_year_end}
        if len(ends) == 1:
            end = ends.pop()
            return f"{FALLBACK_LABELS[kind]} {end - 1} to {end}"
        return FALLBACK_LABELS[kind]
    first = plain_text(charges[0].name) if charges else ""
    return first or FALLBACK_LABELS[kind]


def _tax_year(within: date) -> int:
    """The year in which the tax year of this day ends, on 5 April."""
    return within.year if (within.month, within.day) <= (4, 5) else within.year + 1


def _line(charge: Charge) -> str:
    return f"{plain_text(charge.name, longest=60) or 'Charge'}: {format_pounds(charge.outstanding)}"
