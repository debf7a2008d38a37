"""The words about one debt: what stands under it, in the order of what matters first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from app.http.text import gettext as _
from app.http.text import lazy_gettext as _l
from app.http.words import long_date
from consent.answer_hold import Decision
from consent.holds import Reason
from consent.register import DepartmentEntry
from consent.store.holds import HoldRequest
from debts.debt import Arrangement, Debt, Flag, Hold
from debts.ephemeral import Ephemeral
from debts.money import format_pounds
from debts.view import Numbered
from plan.rules.reasons import Reason as WhyOut
from plan.rules.words import REASONS

FACTS: Final[dict[str, Any]] = {
    "vrm": _l("vehicle registration number"),
    "previous_name": _l("previous name"),
    "previous_address": _l("previous postcode"),
    "reference": _l("reference from a letter"),
    "utr": _l("Unique Taxpayer Reference"),
    "nino": _l("National Insurance number"),
    "licence": _l("driving licence number"),
}
"""What a department may need to find a person, after "your"."""

PROBLEMS: Final[dict[str, Any]] = {
    Reason.NOT_MINE: _l("I do not recognise it"),
    Reason.AMOUNT: _l("The amount is wrong"),
    Reason.PAID: _l("I have already paid it"),
    Reason.APPEAL: _l("I have asked for a review or appeal"),
    Reason.COERCED: _l("Someone made me take it on or did it in my name"),
    Reason.SOMEONE_ELSE: _l("It belongs to someone else"),
    Reason.OTHER: _l("Something else"),
}
"""The options of D24, in the order of the page."""
DECISIONS: Final[dict[Decision, Any]] = {
    Decision.HELD: _l("It has paused this debt."),
    Decision.CHANGED: _l("It has put this right."),
    Decision.NOT_UPHELD: _l("It says that the debt is right as it is."),
    Decision.MORE_TIME_NEEDED: _l("It needs more time to look."),
}
"""What a department decided about a question (D25)."""

EVERY: Final[dict[str, Any]] = {
    "week": _l("a week"),
    "fortnight": _l("every 2 weeks"),
    "four_weeks": _l("every 4 weeks"),
    "month": _l("a month"),
    "quarter": _l("every 3 months"),
    "half_year": _l("every 6 months"),
    "year": _l("a year"),
}
_PLAIN_FLAGS: Final = {
    Flag.CODED_OUT: WhyOut.CODED_OUT,
    Flag.WRITTEN_OFF: WhyOut.WRITTEN_OFF,
    Flag.CONSOLIDATED: WhyOut.CONSOLIDATED,
    Flag.TRANSFERRED: WhyOut.ELSEWHERE,
    Flag.CURRENT_YEAR: WhyOut.CURRENT_YEAR,
    Flag.INSOLVENCY: WhyOut.IN_INSOLVENCY,
    Flag.FRAUD: WhyOut.FRAUD,
    Flag.JOINT_UNCONFIRMED: WhyOut.LIABILITY_JOINT_UNCONFIRMED,
}


@dataclass(frozen=True, slots=True, repr=False)
class Status(Ephemeral):
    """A tag (grey, blue or purple, never red), and the sentence under it."""

    tag: str
    words: str
    colour: str = "grey"
    advice: bool = False


def pays_now(debt: Debt) -> str:
    """What the person pays for this debt today, or an empty text when nothing is known."""
    if debt.arrangement is not None:
        return _("You pay %(amount)s now", amount=_amount(debt.arrangement))
    if debt.taken_at_source:
        return _(
            "%(amount)s a month is taken from your benefit or wages",
            amount=format_pounds(debt.taken_at_source),
        )
    return ""


def _amount(arrangement: Arrangement) -> str:
    every = str(EVERY.get(arrangement.every, ""))
    return f"{format_pounds(arrangement.pence)} {every}".strip()


def statuses(
    numbered: Numbered,
    entry: DepartmentEntry,
    *,
    today: date,
    asked: HoldRequest | None,
    moratorium: bool,
    also_at: str,
) -> list[Status]:
    """All that is true of a debt now; `also_at` is the name of another department that shows it."""
    debt = numbered.debt
    found = [
        *_questioned(asked),
        *_held(debt, entry, moratorium),
        *_with_others(debt, entry, today),
        *_payments(debt, entry, today),
    ]
    for flag, reason in _PLAIN_FLAGS.items():
        if flag in debt.flags:
            found.append(Status("", _(REASONS[reason], department=entry.name)))
    if also_at:
        words = _("%(department)s shows the same debt. We count it once.", department=also_at)
        found.append(Status(_("Shown twice"), words))
    return found


def _questioned(asked: HoldRequest | None) -> Iterator[Status]:
    if asked is not None:
        problem = str(PROBLEMS[Reason(asked.reason_code)])
        words = _("You told us: %(problem)s. It is not in your plan.", problem=problem)
        yield Status(_("You asked about this"), words, "purple")


def _held(debt: Debt, entry: DepartmentEntry, moratorium: bool) -> Iterator[Status]:
    if debt.hold in (Hold.DISPUTE, Hold.APPEAL):
        words = _("%(department)s is looking at whether this is right.", department=entry.name)
        yield Status(_("On hold"), words + " " + _("You do not need to pay it now."))
    elif debt.hold is not None:
        words = _("You do not need to pay it now.")
        if debt.hold_look_again is not None:
            day = long_date(debt.hold_look_again)
            words += " " + _("We will look again on %(day)s.", day=day)
        yield Status(_("On hold"), words)
    elif moratorium and Flag.OUTSIDE_BREATHING_SPACE in debt.flags:
        yield Status(
            _("Not on hold"), _("This debt is not in your breathing space. Keep paying it."), "blue"
        )


def _with_others(debt: Debt, entry: DepartmentEntry, today: date) -> Iterator[Status]:
    if debt.flags & {Flag.WARRANT, Flag.WITH_ENFORCEMENT}:
        words = _("This is with a court or enforcement agent.")
        day = debt.next_step_on
        if day is not None and day >= today:
            words += " " + _("Something may happen on %(day)s.", day=long_date(day))
        yield Status(_("Get advice soon"), words, "purple", advice=True)
    if debt.joint:
        words = _("You owe this with someone else. Each of you may be asked for all of it.")
        yield Status(_("Shared"), words, "blue")


def _payments(debt: Debt, entry: DepartmentEntry, today: date) -> Iterator[Status]:
    if debt.taken_at_source:
        words = _(
            "%(amount)s a month is taken from your benefit or wages.",
            amount=format_pounds(debt.taken_at_source),
        )
        months = -(-debt.balance // debt.taken_at_source)
        if not debt.interest_rate and months <= 600:
            words = _(
                "%(amount)s a month is taken from your benefit or wages until about %(month)s.",
                amount=format_pounds(debt.taken_at_source),
                month=_month(today, months),
            )
        yield Status(_("Already taken"), words, "blue")
    elif debt.arrangement is not None or Flag.IN_DEPARTMENT_PLAN in debt.flags:
        words = _("You already have a plan for this with %(department)s.", department=entry.name)
        yield Status(_("Already in a plan"), words, "blue")
    if debt.due is not None and debt.due > today:
        words = _("You do not need to pay this until %(day)s.", day=long_date(debt.due))
        yield Status(_("Not due yet"), words)
    if debt.interest_rate:
        words = _(
            "%(department)s adds interest (%(rate)s a year).",
            department=entry.name,
            rate=debt.interest_rate,
        )
        yield Status("", words)
    if Flag.ESTIMATED in debt.flags:
        words = _(
            "%(department)s has worked this out without all the facts.", department=entry.name
        )
        yield Status(_("Estimate"), words)
    if Flag.CREDIT in debt.flags:
        yield Status("", _("%(department)s may owe you this money.", department=entry.name))


def _month(today: date, months: int) -> str:
    """The month `months` from now, as `May 2028`."""
    ahead = today.month - 1 + months
    return long_date(date(today.year + ahead // 12, ahead % 12 + 1, 1)).partition(" ")[2]
