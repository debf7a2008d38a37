"""The letter about a plan as words for paper: the same as its page (D80, M06)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app import barcode
from app.citizen import plan_words
from app.citizen.plan_dates import month_and_year
from app.citizen.plan_draft import LetterRun, PlanLetter
from app.citizen.plan_words import Names
from app.http.often import day_head, each_time, pay_day
from app.http.text import gettext as _
from app.http.words import long_date
from app.letters.paper import Paper, Part
from app.paying_account import PayingAccount
from debts.money import format_pounds
from plan.bank_reference import bank_reference
from plan.lifecycle import PlanState
from plan.progress import PlanSoFar
from plan.terms import Method


@dataclass(frozen=True, slots=True)
class Till:
    """Where money can be paid in: the account for transfers, and the digits by which a cash network
    knows us; either may be missing."""

    account: PayingAccount | None = None
    cash_prefix: str = ""


def paper(
    plan: PlanSoFar,
    letter: PlanLetter | None,
    *,
    to: tuple[str, ...],
    lang: str,
    names: Names,
    today: date,
    code: str,
    at: str,
    till: Till,
    finish: date | None = None,
) -> Paper:
    """`to` are the lines of the address and `names` gives a department's name by its code. `at` is
    the address of the portal, where the check code is entered; `till` where it can be paid;
    `finish` when the plan is over by the amounts of today."""
    return Paper(
        language=lang,
        title=_("Letter about your plan"),
        day=long_date(today),
        to=to,
        lead=_lead(plan),
        box=tuple(_box(plan, letter, finish, names)),
        note=" ".join(_note(plan)),
        parts=(
            *(how_to_pay(plan, till) if plan.live else ()),
            *(_whole(letter) if letter else _later(plan, finish, names) if plan.live else ()),
            *(_charges(plan, names) if plan.live else ()),
            *(_held_off(plan, names) if plan.live else ()),
            *(_how_to_change() if plan.live else ()),
            *_always(code, f"{at}/is-this-from-us"),
        ),
        foot=_("Page %(page)s of %(count)s", page="{page}", count="{count}"),
    )


def next_payment(plan: PlanSoFar, letter: PlanLetter | None) -> int:
    """Pence: as it was agreed; in a later copy, what departments have agreed to (decision 35)."""
    return plan.payment if letter else plan.agreed_payment or plan.payment


def _note(plan: PlanSoFar) -> Iterator[str]:
    if plan.state is PlanState.PROPOSED:
        yield _("The first payment waits until at least one department has agreed.")
    yield _("This is a demonstration: no real money moves.")


def _lead(plan: PlanSoFar) -> str:
    if plan.live or plan.ended_at is None:
        agreed, amount = long_date(plan.agreed_at), each_time(plan.payment, plan.frequency)
        return _("You agreed on %(day)s to pay %(amount)s.", day=agreed, amount=amount)
    if plan.state is PlanState.FINISHED:
        day = long_date(plan.ended_at)
        return _("You finished your plan on %(day)s. Nothing is left to pay in it.", day=day)
    return _("Your plan ended on %(day)s.", day=long_date(plan.ended_at))


def _box(
    plan: PlanSoFar, letter: PlanLetter | None, finish: date | None, names: Names
) -> Iterator[tuple[str, str]]:
    yield _("Plan reference"), plan.reference
    for one in plan_words.by_department(plan, names=names):
        yield _("Your reference at %(name)s", name=one.name), one.lines[0].part_reference
    if plan.live and plan.next_due:
        amount, day = format_pounds(next_payment(plan, letter)), long_date(plan.next_due)
        yield _("Next payment"), _("%(amount)s on %(day)s", amount=amount, day=day)
    if plan.live:
        yield day_head(plan.frequency), pay_day(plan.pay_day, plan.frequency)
        yield _("How you pay"), str(plan_words.METHODS.get(plan.method, ""))
    if letter:
        amount, month = format_pounds(letter.last_payment), month_and_year(letter.finish)
        yield _("Last payment"), _("%(amount)s in %(month)s", amount=amount, month=month)
    if finish:
        month = month_and_year(finish)
        yield _("You finish in"), _("%(month)s, from the amounts of today", month=month)


def how_to_pay(plan: PlanSoFar, till: Till) -> Iterator[Part]:
    """What somebody needs who pays without our pages: the details for their bank, or the barcode
    for a counter."""
    reference = bank_reference(plan.reference)
    wait = (_("Wait until we tell you that a department has agreed."),)
    before = wait if plan.state is PlanState.PROPOSED else ()
    if plan.method is Method.CASH and till.cash_prefix:
        yield Part(
            _("How to pay"),
            words=(
                *before,
                _(
                    "Take this letter to a PayPoint shop or a Post Office. Fold it so that only"
                    " this part shows: nobody needs to read the rest."
                ),
                _(
                    "Pay 3 working days before your payment day, and keep the receipt. You can use"
                    " the letter each time."
                ),
                _("Reference %(reference)s", reference=reference),
            ),
            bars=tuple(barcode.runs(barcode.modules(till.cash_prefix, plan.reference))),
        )
    elif plan.method in (Method.PAY_BY_BANK, Method.STANDING_ORDER) and till.account:
        yield Part(
            _("How to pay"),
            words=(
                *before,
                _(
                    "Give your bank these details. Pay 2 working days before your payment day, so"
                    " that it comes in time."
                ),
            ),
            items=(
                f"{_('Name of the account')}: {till.account.name}",
                f"{_('Sort code')}: {till.account.sort_code_in_pairs}",
                f"{_('Account number')}: {till.account.number}",
                f"{_('Reference')}: {reference}",
            ),
        )


def _whole(letter: PlanLetter) -> Iterator[Part]:
    yield Part(
        _("Where each payment goes"),
        items=tuple(
            _(
                "%(debt)s, %(name)s: %(amount)s, paid off by %(month)s",
                debt=line.label,
                name=line.department,
                amount=format_pounds(line.pence),
                month=month_and_year(line.paid_off_by),
            )
            for line in letter.lines
        ),
        head=(_("When"), _("You pay"), _("Where it goes")),
        rows=tuple(
            (_when(run), format_pounds(run.total), _goes(letter, run)) for run in letter.runs
        ),
    )
    if letter.left_out:
        yield Part(_("Not in this plan"), items=letter.left_out)
    amounts = [run.total for run in letter.runs for _each in range(run.payments)]
    yield Part(
        _("Every payment"),
        words=(
            _(
                "These are the amounts of the day you agreed. Departments may add interest, and"
                " days move when they are not working days. We do not keep this letter."
            ),
        ),
        head=(_("When"), _("You pay")),
        rows=tuple(
            (long_date(day), format_pounds(amount))
            for day, amount in zip(letter.days, amounts, strict=True)
        ),
        columns=2,
    )


def _when(run: LetterRun) -> str:
    if run.payments == 1:
        return long_date(run.first)
    first, last = long_date(run.first), long_date(run.last)
    return _(
        "%(first)s to %(last)s, %(count)s payments", first=first, last=last, count=run.payments
    )


def _goes(letter: PlanLetter, run: LetterRun) -> str:
    return "\n".join(
        f"{line.label}: {format_pounds(share)}"
        for line, share in zip(letter.lines, run.shares, strict=True)
        if share
    )


def _later(plan: PlanSoFar, finish: date | None, names: Names) -> Iterator[Part]:
    departments = plan_words.by_department(plan, names=names)
    yield Part(
        _("Where each payment goes"),
        words=() if finish else (_no_finish(),),
        items=tuple(f"{one.name}: {format_pounds(one.pence)}" for one in departments),
    )


def _no_finish() -> str:
    return _(
        "We do not keep what you owe, so this copy has no finish date. Get the latest amounts to"
        " see it."
    )


def _charges(plan: PlanSoFar, names: Names) -> Iterator[Part]:
    """Who adds no interest and no fee while the plan is kept (F47)."""
    if stopped := plan_words.stopped_charges(plan, names):
        yield Part(
            _("Interest and fees"),
            words=(
                _(
                    "While you keep to this plan, these add no interest and no fees: %(names)s.",
                    names=", ".join(stopped),
                ),
            ),
        )


def _held_off(plan: PlanSoFar, names: Names) -> Iterator[Part]:
    """Who holds off other ways to collect while the plan is kept (F61)."""
    if waiting := plan_words.held_off(plan, names):
        yield Part(
            _("Other ways to collect"),
            words=(
                _(
                    "While you keep to this plan, these send nobody to collect and take no step in"
                    " court: %(names)s.",
                    names=", ".join(waiting),
                ),
            ),
        )


def _how_to_change() -> Iterator[Part]:
    yield Part(
        _("How to change or stop"),
        (_("Sign in, or call 0161 496 0000. You can stop at any time, and nothing is charged."),),
    )


def _always(code: str, address: str) -> Iterator[Part]:
    yield Part(
        _("Free advice"),
        (
            _(
                "National Debtline: 0808 808 4000. StepChange: 0800 138 1111. Both are free and on"
                " your side."
            ),
        ),
    )
    checked = _("You can enter it at %(address)s to see that we sent this.", address=address)
    yield Part(_("Check that this is from us"), (f"{_('Check code')} {code}. {checked}",))
