"""What the plan pages say in sentences: each with the person's own numbers, none with a verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from app.citizen.plan_case import Worked
from app.citizen.plan_dates import month_and_year
from app.citizen.view import holds_by_tag, tag_of
from app.http.current import services
from app.http.often import each_time, often
from app.http.text import gettext as _
from app.http.text import lazy_gettext as _l
from app.http.text import ngettext
from consent.ids import DepartmentCode
from debts.ephemeral import Ephemeral
from debts.money import Pence, format_pounds
from debts.view import Numbered
from plan.answer_words import REASON_WORDS
from plan.lifecycle import PlanState, ShareState
from plan.progress import LineSoFar, PlanSoFar
from plan.rules.affordability import Affordable, Part, part_of
from plan.rules.frequencies import Frequency, at_most
from plan.rules.proposal import Proposal
from plan.rules.reasons import Notice, Reason
from plan.rules.strategies import StrategyName
from plan.rules.words import NOTICES, REASONS, SHARED
from plan.store.enforcement import EnforcementWord
from plan.terms import Every, Method
from plan.terms import Reason as Answer

METHODS: Final[dict[Method, Any]] = {
    Method.PAY_BY_BANK: _l("Bank transfer each time"),
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
Names = Callable[[str], str]
"""From a department's code to its name."""
GONE: Final = frozenset({ShareState.LEFT, ShareState.REFUSED})
"""Lines that are not in the plan any more."""
ANSWER_REASONS: Final[dict[Answer, Any]] = {
    reason: _l(words) for reason, words in REASON_WORDS.items()
}
"""Why a department asks for a change or says no (D68)."""
SAID_ELSEWHERE: Final = frozenset(
    {
        Notice.TOO_LONG,
        Notice.TOKEN_PAYMENT,
        Notice.BELOW_MINIMUMS,
        Notice.LONG_PLAN,
        Notice.INTEREST_ADDED,
        Notice.CHARGES_STOP,
        Notice.GUIDELINES_OUT_OF_DATE,
        Notice.MAY_BE_TOO_OLD,
        Notice.CAN_STILL_APPEAL,
        Notice.PROBABLE_DUPLICATE,
    }
)
"""Notices that have a place and words of their own on the page."""


@dataclass(frozen=True, slots=True, repr=False)
class Row(Ephemeral):
    """One debt of the plan as a row: `paid_off_in` is the number of its last payment, from 1."""

    department: str
    label: str
    first: Pence
    paid_off_in: int
    hundredths: int
    """When that is, in hundredths of the plan's length, for the bar."""


@dataclass(frozen=True, slots=True, repr=False)
class Bar(Ephemeral):
    """A row in words, as `base/shares.html` shows it."""

    label: str
    under: str
    first: str
    by: str
    hundredths: int


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
    yours: bool = False
    """The person said so themselves, and may say otherwise."""


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """A department of an agreed plan: what it gets of each payment, its lines, what came for it so
    far, and on which day it was sent some of it last. Pence."""

    code: DepartmentCode
    name: str
    pence: int
    lines: tuple[LineSoFar, ...]
    paid: int = 0
    sent: date | None = None

    @property
    def said(self) -> str:
        """Its answers in a few words, each once."""
        states = dict.fromkeys(line.state for line in self.lines)
        return ", ".join(str(STATES[state]) for state in states)

    @property
    def live(self) -> bool:
        return any(line.live for line in self.lines)

    @property
    def refused(self) -> bool:
        return any(line.state is ShareState.REFUSED for line in self.lines)


def by_department(
    plan: PlanSoFar,
    paid: Mapping[UUID, int] = MappingProxyType({}),
    *,
    names: Names | None = None,
    sent: Mapping[DepartmentCode, date] = MappingProxyType({}),
) -> list[DepartmentRow]:
    """The departments of an agreed plan, A to Z. `paid` is pence by line, `sent` the last day."""
    found = [
        DepartmentRow(
            code,
            (names or name)(code) or code,
            sum(line.pence for line in lines if line.live),
            lines,
            sum(paid.get(line.share_id, 0) for line in lines),
            sent.get(code),
        )
        for code, lines in plan.departments().items()
    ]
    return sorted(found, key=attrgetter("name"))


def stopped_charges(plan: PlanSoFar, names: Names | None = None) -> list[str]:
    """Departments that agreed and add no interest and no fee while the plan is kept, A to Z."""
    codes = {
        line.department
        for line in plan.lines
        if line.state is ShareState.AGREED and line.charges_stop
    }
    return sorted((names or name)(code) or code for code in codes)


def held_off(plan: PlanSoFar, names: Names | None = None) -> list[str]:
    """Departments that agreed and hold off other ways to collect all of their lines for as long as
    the plan is kept, A to Z (F61)."""
    codes = [
        code
        for code, lines in plan.departments().items()
        if (live := [line for line in lines if line.live])
        and all(line.state is ShareState.AGREED and _waits(line.enforcement) for line in live)
    ]
    return sorted((names or name)(code) or code for code in codes)


def _waits(word: EnforcementWord | None) -> bool:
    return word is not None and word.waits and word.until is None


def done_with(plan: PlanSoFar) -> list[str]:
    """Departments that said of all their lines in the plan that nothing is left, A to Z."""
    return sorted(
        name(code) or code
        for code, lines in plan.departments().items()
        if {line.state for line in lines if line.state not in GONE} == {ShareState.CLEARED}
    )


def asks(plan: PlanSoFar) -> list[tuple[str, UUID]]:
    """Departments that ask for another amount, with the line that the person is to choose about;
    none while the plan stands still."""
    runs = plan.live and plan.state is not PlanState.PAUSED
    return [
        (name(line.department), line.share_id)
        for line in plan.lines
        if runs and line.state is ShareState.CHANGE_ASKED and line.asked_pence is not None
    ]


def whom_to_ask(plan: PlanSoFar) -> list[tuple[str, str, str]]:
    """The departments that are in the plan, where they can be called, and the reference by which
    each knows the plan, A to Z."""
    found = {line.department: line.part_reference for line in plan.lines if line.live}
    entries = {services().register.find(code): reference for code, reference in found.items()}
    return sorted((one.name, one.phone, ref) for one, ref in entries.items() if one and one.phone)


def name(code: str) -> str:
    """A department's name by its code."""
    entry = services().register.find(code)
    return entry.name if entry else ""


def way(method: Method, *, charged: bool = False) -> str:
    """How a plan is paid; `charged` is that a card is taken from by itself."""
    if charged:
        return _("Debit card, charged by itself on each payment day")
    return str(METHODS.get(method, ""))


def rows(worked: Worked, proposal: Proposal | None = None) -> list[Row]:
    """The debts of the plan, or of another proposal for the same case."""
    proposal = proposal or worked.proposal
    count = proposal.payments or 1
    return [
        Row(
            name(share.claim.department),
            worked.of(share.claim).debt.label,
            share.first,
            share.paid_off_in,
            max(1, 100 * share.paid_off_in // count),
        )
        for share in proposal.shares
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
        if out.same_as is not None and out.reason is Reason.DUPLICATE:
            words = _(
                "%(other)s shows it too, so we think it is one debt. You pay it once. If they are"
                " two, tell us.",
                other=name(out.same_as.department),
            )
        found.append(
            LeftOut(
                numbered.debt.label,
                department,
                words,
                pays.get((out.claim.department, out.claim.id), Pence(0)),
                out.reason in (Reason.SUBJECT_TO_WARRANT, Reason.TIME_BARRED),
                out.reason,
                yours=out.reason is Reason.TIME_BARRED and out.claim.pay_anyway is False,
            )
        )
    return found


def old_debts(worked: Worked) -> list[Numbered]:
    """Debts of the plan that may be too old to collect, of which the person has not said if they
    want to pay them: a payment could start time again (LIM-04). The service never decides."""
    return [worked.of(claim) for claim in worked.proposal.ask_first]


def can_appeal(worked: Worked) -> list[Numbered]:
    """Debts of the plan about which the person can still appeal (F35)."""
    return [worked.of(claim) for claim in worked.proposal.can_appeal]


def bars(rows: Iterable[Row], days: Sequence[date], every: Every) -> list[Bar]:
    """The rows of a plan in words, with the days on which it is paid, and how often."""
    return [
        Bar(
            row.label,
            row.department,
            first_words(row.first, len(days), every),
            _("by %(month)s", month=month_and_year(days[row.paid_off_in - 1])),
            row.hundredths,
        )
        for row in rows
    ]


def first_words(first: Pence, count: int, every: Every) -> str:
    """A debt's part of the first payment: of one that is made once, or so often."""
    if not first:
        return _("Nothing at first")
    return each_time(first, every) if count > 1 else format_pounds(first)


def interest(worked: Worked) -> list[str]:
    """One neutral line where departments add interest: a forecast where there is a rate, else that
    they do (INT-04, INT-05). Never a reason to pay faster (journeys, 5.1)."""
    proposal = worked.proposal
    unknown = dict.fromkeys(
        name(share.claim.department)
        for share in proposal.shares
        if share.claim.adds_interest and not share.interest and not share.claim.charges_stop
    )
    said = [
        _("%(name)s adds interest to what is left, so the plan may take a little longer.", name=who)
        for who in unknown
    ]
    if proposal.interest:
        said.append(_forecast(proposal))
    return said


def charges_stop(worked: Worked) -> list[str]:
    """Departments that add no interest and no fee while the plan is kept, A to Z (F47)."""
    return sorted({name(claim.department) for claim in worked.proposal.charges_stop})


def _forecast(proposal: Proposal) -> str:
    more = (proposal.payments_with_interest or 0) - (proposal.payments or 0)
    about = format_pounds(Pence(-(-proposal.interest // 100) * 100))
    words = _(
        "Interest may add about %(amount)s over the whole plan, at the rate of today.",
        amount=about,
    )
    if not more:
        return words
    longer = ngettext(
        "The plan may then take %(num)s more payment.",
        "The plan may then take %(num)s more payments.",
        more,
    )
    return f"{words} {longer}"


def beside(proposal: Proposal) -> list[str]:
    """What else the rules say beside a plan; what has its own place on the page is not here."""
    return [_(NOTICES[notice]) for notice in proposal.notices if notice not in SAID_ELSEWHERE]


def how_worked_out(worked: Worked) -> list[str]:
    """The four sentences of "How we worked this out" (journeys, 5.1)."""
    found = worked.proposal.affordable
    if found is None:
        return []
    return [
        " ".join(_in_and_out(worked, found)),
        _put_aside(found),
        " ".join((*_by_weeks(worked, found), _amount(worked, found))),
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
    if suggested == at_most(part_of(found.available, Part.HALF), worked.case.every):
        return _(
            "We suggest half of that, %(amount)s. The rest is yours, so that a bad month does"
            " not stop your plan.",
            **values,
        )
    if worked.suggested.held_back and suggested == worked.suggested.most:
        return _("We suggest %(half)s. More would leave you too little to live on.", **values)
    return _("With half of that a plan would take too long. We suggest %(amount)s.", **values)


def _by_weeks(worked: Worked, found: Affordable) -> Iterator[str]:
    """What is left of a month, by the frequency of the plan (AFF-20)."""
    every = worked.case.every
    if every is not Frequency.MONTH:
        yield _(
            "That is %(amount)s %(often)s, as 52 weeks make 12 months.",
            amount=format_pounds(at_most(max(found.available, 0), every)),
            often=often(every),
        )


def _sharing(worked: Worked) -> Iterator[str]:
    if len(worked.proposal.shares) == 1:
        yield _("There is one debt in the plan, so all of it goes there.")
        return
    if any(share.claim.minimum_pence for share in worked.proposal.shares):
        yield _("Amounts that the law or a department asks for as the least come first.")
    strategy = worked.proposal.strategy or StrategyName.PRO_RATA
    yield _(SHARED[strategy])
    if strategy is not StrategyName.SMALL_FIRST and (worked.proposal.payments or 1) > 1:
        yield _("You can also have small debts paid first. It takes as long and costs the same.")
