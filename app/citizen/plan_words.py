"""What the plan pages say in sentences: each with the person's own numbers, none with a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from typing import Any, Final

from app.citizen.plan_case import Worked
from app.citizen.plan_dates import today
from app.citizen.view import holds_by_tag, tag_of
from app.http.current import services
from app.http.text import gettext as _
from app.http.text import lazy_gettext as _l
from debts.ephemeral import Ephemeral
from debts.money import Pence, format_pounds
from debts.view import Numbered
from plan.lifecycle import ShareState
from plan.progress import LineSoFar, PlanSoFar
from plan.rules.affordability import Affordable, Part, part_of
from plan.rules.claim import Nation
from plan.rules.reasons import Reason
from plan.rules.strategies import StrategyName
from plan.rules.words import REASONS
from plan.terms import Method
from plan.terms import Reason as Answer

METHODS: Final[dict[Method, Any]] = {
    Method.PAY_BY_BANK: _l("Bank payment that you approve each time"),
    Method.CARD: _l("Debit card"),
    Method.STANDING_ORDER: _l("Standing order"),
    Method.CASH: _l("Cash"),
}
"""The ways to pay that a person can choose, in the order of the page (D64)."""

STATES: Final[dict[ShareState, Any]] = {
    ShareState.PENDING: _l("Not answered yet"),
    ShareState.AGREED: _l("Agreed"),
    ShareState.CHANGE_ASKED: _l("Asked for a change"),
    ShareState.REFUSED: _l("Said no"),
    ShareState.LEFT: _l("No longer in the plan"),
    ShareState.CLEARED: _l("Nothing left to pay"),
}
GONE: Final = frozenset({ShareState.LEFT, ShareState.REFUSED})
"""Lines that are not in the plan any more."""
ANSWER_REASONS: Final[dict[Answer, Any]] = {
    Answer.BELOW_LEGAL_MINIMUM: _l("The law sets a larger least amount for this."),
    Answer.COURT_ORDER: _l("A court has set how this is paid."),
    Answer.ALREADY_COLLECTED: _l("It is collected in another way already."),
    Answer.NOT_OURS: _l("It says that this is not one of its debts."),
    Answer.TOO_LONG: _l("It says that the plan takes too long."),
    Answer.UNDER_REVIEW: _l("It is looking at this debt again."),
}
"""Why a department asks for a change or says no (D68)."""
OLD: Final = timedelta(days=6 * 365)
"""The shortest time after which a debt may be too old (LIM-01, LIM-02); leap days make it early."""
OLD_IN_SCOTLAND: Final = timedelta(days=5 * 365)
"""LIM-03."""


@dataclass(frozen=True, slots=True, repr=False)
class Row(Ephemeral):
    """One debt of the plan as a row: `paid_off_in` is the month of its last payment, from 1."""

    department: str
    label: str
    first: Pence
    paid_off_in: int
    hundredths: int
    """When that is, in hundredths of the plan's length, for the bar."""


@dataclass(frozen=True, slots=True, repr=False)
class LeftOut(Ephemeral):
    """A debt that is not in the plan, and why in plain words. `pays` is what is still paid on it
    each month."""

    label: str
    department: str
    words: str
    pays: Pence
    advice: bool
    reason: Reason


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """A department of an agreed plan: what it gets of each payment, and its lines."""

    name: str
    pence: int
    lines: tuple[LineSoFar, ...]

    @property
    def said(self) -> str:
        """Its answers in a few words, each once."""
        states = dict.fromkeys(line.state for line in self.lines)
        return ", ".join(str(STATES[state]) for state in states)


def by_department(plan: PlanSoFar) -> list[DepartmentRow]:
    """The departments of an agreed plan, A to Z."""
    found = [
        DepartmentRow(name(code) or code, sum(line.pence for line in lines if line.live), lines)
        for code, lines in plan.departments().items()
    ]
    return sorted(found, key=attrgetter("name"))


def done_with(plan: PlanSoFar) -> list[str]:
    """Departments that said of all their lines in the plan that nothing is left, A to Z."""
    return sorted(
        name(code) or code
        for code, lines in plan.departments().items()
        if {line.state for line in lines if line.state not in GONE} == {ShareState.CLEARED}
    )


def name(code: str) -> str:
    """A department's name by its code."""
    entry = services().register.find(code)
    return entry.name if entry else ""


def rows(worked: Worked) -> list[Row]:
    months = worked.proposal.months or 1
    return [
        Row(
            name(share.claim.department),
            worked.of(share.claim).debt.label,
            share.first,
            share.paid_off_in,
            max(1, 100 * share.paid_off_in // months),
        )
        for share in worked.proposal.shares
    ]


def left_out(worked: Worked) -> list[LeftOut]:
    """Every debt that is shown and not in the plan (ELIG-06)."""
    pays = {(out.claim.department, out.claim.id): out.pence for out in worked.proposal.outside}
    questioned = holds_by_tag()
    found = []
    for out in worked.proposal.excluded:
        numbered = worked.of(out.claim)
        department = name(out.claim.department)
        words = _(REASONS[out.reason], department=department)
        if out.reason is Reason.UNDER_DISPUTE_OR_APPEAL and tag_of(numbered) in questioned:
            words = _(
                "You told us it is wrong. You do not need to pay it through us while"
                " %(department)s looks at it.",
                department=department,
            )
        found.append(
            LeftOut(
                numbered.debt.label,
                department,
                words,
                pays.get((out.claim.department, out.claim.id), Pence(0)),
                out.reason in (Reason.SUBJECT_TO_WARRANT, Reason.TIME_BARRED),
                out.reason,
            )
        )
    return found


def old_debts(worked: Worked) -> list[Numbered]:
    """Debts of the plan that may be too old to collect: a payment could start time again
    (LIM-04). The service says so and never decides."""
    years = OLD_IN_SCOTLAND if worked.policy.nation is Nation.SCOTLAND else OLD
    found = (worked.of(share.claim) for share in worked.proposal.shares)
    return [
        one for one in found if one.debt.time_bar_from and one.debt.time_bar_from + years <= today()
    ]


def adds_interest(worked: Worked) -> list[str]:
    """Departments of the plan that add interest, once each."""
    names = (
        name(share.claim.department)
        for share in worked.proposal.shares
        if share.claim.rate or share.claim.adds_interest
    )
    return list(dict.fromkeys(names))


def how_worked_out(worked: Worked) -> list[str]:
    """The four sentences of "How we worked this out" (journeys, 5.1)."""
    found = worked.proposal.affordable
    if found is None:
        return []
    return [
        " ".join(_in_and_out(worked, found)),
        _put_aside(found),
        _amount(worked, found),
        " ".join(_sharing(worked)),
    ]


def _in_and_out(worked: Worked, found: Affordable) -> Iterator[str]:
    yield _(
        "%(income)s comes in each month and %(out)s goes out. That leaves %(left)s.",
        income=format_pounds(found.income),
        out=format_pounds(found.outgoings),
        left=format_pounds(found.surplus),
    )
    if outside := sum(payment.pence for payment in worked.proposal.outside):
        yield _(
            "Money out has %(amount)s in it for debts that are not in this plan.",
            amount=format_pounds(outside),
        )


def _put_aside(found: Affordable) -> str:
    if not found.savings:
        return _(
            "Nothing is put aside. All of it, %(amount)s, could go to a plan.",
            amount=format_pounds(found.available),
        )
    return _(
        "%(saved)s is put aside for a bill you did not expect. That leaves %(left)s.",
        saved=format_pounds(found.savings),
        left=format_pounds(found.available),
    )


def _amount(worked: Worked, found: Affordable) -> str:
    payment, suggested = worked.proposal.payment or 0, worked.suggested.payment or 0
    values = {"amount": format_pounds(payment), "half": format_pounds(suggested)}
    if payment != suggested:
        return _("You chose %(amount)s. We suggested %(half)s.", **values)
    if suggested == part_of(found.available, Part.HALF):
        return _(
            "We suggest half of that, %(amount)s. The rest is yours, so that a bad month does"
            " not stop your plan.",
            **values,
        )
    return _("With half of that a plan would take too long. We suggest %(amount)s.", **values)


def _sharing(worked: Worked) -> Iterator[str]:
    if len(worked.proposal.shares) == 1:
        yield _("There is one debt in the plan, so all of it goes there.")
        return
    if any(share.claim.minimum_pence for share in worked.proposal.shares):
        yield _("Amounts that the law or a department asks for as the least come first.")
    if worked.proposal.strategy is StrategyName.TWO_TIER:
        yield _("A third goes to debts that can hurt you most, such as council tax.")
        yield _("The rest is shared by size: the larger the debt, the larger its share.")
    else:
        yield _("It is shared by size: the larger the debt, the larger its share.")
