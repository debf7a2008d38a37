"""D80: the letter about a plan. The one made at agreement has every payment, and is never kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app import barcode
from app.citizen import plan_dates, plan_letter_words, plan_words, who
from app.citizen.plan_dates import month_and_year, payment_days
from app.citizen.plan_draft import LetterLine, LetterRun, PlanLetter
from app.citizen.plan_letter_words import Till
from app.citizen.plan_progress import left_to_pay
from app.citizen.plan_steps import PLAN
from app.citizen.plan_terms import Offer
from app.citizen.slots import PLAN_LETTER
from app.citizen.view import current_view
from app.http import session
from app.http.access import signed_in
from app.http.current import services, settings
from app.http.pages import page
from debts.money import NOTHING
from plan import check_code
from plan.agree import PlanAgreed
from plan.progress import PlanSoFar, progress

blueprint = Blueprint("plan_letter", __name__)
KIND: Final = "M06"
AS_AGREED: Final = 1
"""The version of a plan whose terms are those of its first yes."""


def letter_of(
    offer: Offer, agreed: PlanAgreed, *, sent: Sequence[str], not_sent: Sequence[str]
) -> PlanLetter:
    """The letter of a plan just agreed, from the figures of this visit."""
    worked = offer.worked
    count = worked.proposal.payments or 1
    days = payment_days(offer.worked.rhythm, count, start=agreed.starts_on)
    return PlanLetter(
        reference=agreed.reference,
        payments=count,
        finish=days[-1],
        last_payment=worked.proposal.last_payment or NOTHING,
        lines=tuple(
            LetterLine(row.department, row.label, row.first, days[row.paid_off_in - 1])
            for row in plan_words.rows(worked)
        ),
        runs=_runs(offer, days),
        days=tuple(days),
        left_out=tuple(
            f"{out.label}, {out.department}. {out.words}" for out in plan_words.left_out(worked)
        ),
        totals_sent=tuple(sent),
        totals_not_sent=tuple(not_sent),
    )


def made(plan: PlanSoFar) -> PlanLetter | None:
    """The letter of this plan, while the visit in which it was agreed lasts and the plan stands as
    it was agreed: of other terms it would say the wrong payments."""
    found = session.visit().get(PLAN_LETTER, PlanLetter)
    as_agreed = plan.live and plan.version == AS_AGREED
    return found if found is not None and as_agreed and found.reference == plan.reference else None


def finish(plan: PlanSoFar) -> date | None:
    """When a running plan is over, in a later copy: only after every department of it answered in
    this visit."""
    if not plan.live or made(plan) is not None:
        return None
    left = left_to_pay(plan, current_view())
    return left.finish if left else None


@blueprint.get("/plan/letter")
@signed_in
def letter() -> Response:
    """With every payment while the visit of the agreement lasts; later with no more than the month
    in which it ends, once the amounts were got again."""
    plan = progress(services().store, actor=session.person())
    if plan is None:
        return redirect(PLAN, 303)
    known, today, whole = who.identity(), plan_dates.today(), made(plan)
    return page(
        "citizen/plan/letter.html",
        plan=plan,
        letter=whole,
        next_payment=plan_letter_words.next_payment(plan, whole),
        finish=finish(plan),
        name=known.full_name,
        address=known.address,
        today=today,
        code=code(today),
        portal_address=settings().portal_url,
        month=month_and_year,
        how_to_pay=list(plan_letter_words.how_to_pay(plan, till())) if plan.live else [],
        bars=barcode.drawing(barcode.modules(settings().cash_prefix, plan.reference)),
        method=plan_words.METHODS.get(plan.method, ""),
        departments=plan_words.by_department(plan),
        stopped_charges=plan_words.stopped_charges(plan) if plan.live else [],
        held_off=plan_words.held_off(plan) if plan.live else [],
    )


def till() -> Till:
    """Where money can be paid in, by the settings."""
    return Till(settings().paying_account, settings().cash_prefix)


def code(day: date) -> str:
    """The check code of a letter of this day."""
    return check_code.made(services().check_code_key, KIND, day)


def _runs(offer: Offer, days: Sequence[date]) -> tuple[LetterRun, ...]:
    schedule = offer.worked.proposal.schedule
    return tuple(
        LetterRun(days[run.first - 1], days[run.last - 1], run.payments, run.total, run.shares)
        for run in (schedule.runs if schedule else ())
    )
