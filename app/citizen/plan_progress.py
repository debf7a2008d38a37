"""D68 and D69: what departments said, and the plan so far.

What is left to pay is not kept. It stands here only after the person got the latest amounts in
this visit, and is laid beside the plan by the tag of each line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from app.citizen import plan_dates, plan_words
from app.citizen.plan_dates import Rhythm, month_and_year
from app.citizen.plan_steps import FINISHED, PLAN, PROGRESS
from app.citizen.statement import current_nation
from app.citizen.view import current_view, tag_of
from app.http import session
from app.http.access import signed_in
from app.http.current import services
from app.http.pages import page
from consent.ids import DepartmentCode
from debts.ephemeral import Ephemeral
from debts.money import Pence
from debts.view import View
from plan.answers import words_to_show
from plan.lifecycle import PlanState
from plan.progress import PlanSoFar, progress
from plan.rules.case import Case
from plan.rules.claim import Claim, Nation
from plan.rules.claims import claim_from_debt
from plan.rules.frequencies import Frequency
from plan.rules.proposal import propose
from plan.rules.strategies import StrategyName
from plan.standing import standing
from plan.store import agreements, payments, remittances
from plan.terms import Method

blueprint = Blueprint("plan_progress", __name__)
HAS_PAGE: Final = frozenset({Method.PAY_BY_BANK, Method.STANDING_ORDER, Method.CASH})
"""Ways to pay that have a page of their own; a card is asked for where the amount is."""


@dataclass(frozen=True, slots=True, repr=False)
class Left(Ephemeral):
    """What the answers of this visit say of the plan's lines. Pence; `payments` is how many are
    left, None where the payment is too small to say. `missing` are departments without an answer
    on the page; `by_department` is what each of the others says."""

    pence: Pence
    by_department: Mapping[DepartmentCode, Pence]
    payments: int | None
    finish: date | None
    cleared: tuple[str, ...]
    missing: tuple[str, ...]


@blueprint.get(PROGRESS)
@signed_in
def so_far() -> Response:
    plan = progress(services().store, actor=session.person())
    if plan is None:
        return redirect(PLAN, 303)
    if plan.state is PlanState.FINISHED:
        return redirect(FINISHED, 303)
    part, actor = services(), session.person()
    left = left_to_pay(plan, current_view()) if plan.live else None
    with part.store.transaction(actor) as tx:
        paid = payments.paid_by_line(tx, plan.plan_id)
        sent = remittances.last_sent(tx, plan.plan_id)
        charged = agreements.active(tx, plan.plan_id) is not None
    count = plan.payments_made + left.payments if left and left.payments is not None else 0
    return page(
        "citizen/plan/progress.html",
        plan=plan,
        left=left,
        count=count,
        way=plan_words.way(plan.method, charged=charged),
        by_card=charged or plan.method not in HAS_PAGE,
        charged=charged,
        asks=plan_words.asks(plan),
        whom_to_ask=plan_words.whom_to_ask(plan),
        done=100 * plan.payments_made // count if count else 0,
        departments=plan_words.by_department(plan, paid, sent=sent),
        stands=standing(part.store, part.clock, actor=actor, plan_id=plan.plan_id),
        waiting=[plan_words.name(code) for code in plan.waiting_for],
        done_with=plan_words.done_with(plan),
        month=month_and_year,
        due_for_review=plan.due_for_review(plan_dates.today()),
    )


@blueprint.get("/plan/answers")
@signed_in
def answers() -> Response:
    plan = progress(services().store, actor=session.person())
    if plan is None:
        return redirect(PLAN, 303)
    return page(
        "citizen/plan/answers.html",
        plan=plan,
        departments=plan_words.by_department(plan),
        today=plan_dates.today(),
        reasons=plan_words.ANSWER_REASONS,
        said=words_to_show(
            services().store,
            actor=session.person(),
            states={line.share_id: line.state for line in plan.lines},
        ),
    )


def left_to_pay(
    plan: PlanSoFar, view: View, *, payment: int | None = None, rhythm: Rhythm | None = None
) -> Left | None:
    """Nothing before a pull in this visit. `payment` and `rhythm` are other terms to look at."""
    own = Rhythm(plan.frequency, plan.pay_day)
    tags = {line.debt_tag: line for line in plan.lines if line.live}
    answered = {card.entry.code for card in view.cards if card.was_asked} - {
        card.entry.code for card in view.unanswered
    }
    wanted = {line.department for line in tags.values()}
    if not answered & wanted:
        return None
    claims: dict[str, Claim] = {}
    for numbered in view.debts:
        tag = tag_of(numbered)
        if tag in tags:
            claims[tag] = claim_from_debt(numbered.debt, numbered.department, on=plan_dates.today())
    gone = {line.department for tag, line in tags.items() if tag not in claims} & answered
    count = _payments(plan, rhythm or own, list(claims.values()), payment or plan.payment)
    each = dict.fromkeys(answered & wanted, 0)
    for claim in claims.values():
        each[DepartmentCode(claim.department)] += claim.balance_pence
    return Left(
        pence=Pence(sum(each.values())),
        by_department={code: Pence(pence) for code, pence in each.items()},
        payments=count if not wanted - answered else None,
        finish=_finish(plan, count, rhythm or own) if count and not wanted - answered else None,
        cleared=tuple(
            plan_words.name(code)
            for code in sorted(gone - {claim.department for claim in claims.values()})
        ),
        missing=tuple(plan_words.name(code) for code in sorted(wanted - answered)),
    )


def _payments(plan: PlanSoFar, rhythm: Rhythm, claims: list[Claim], payment: int) -> int | None:
    """How many payments are left by the plan's own strategy, from today's balances."""
    if not claims:
        return 0
    today = plan_dates.today()
    policy = services().policies.on(today, current_nation() or Nation.ENGLAND)
    case = Case(
        on=today,
        nation=policy.nation,
        claims=tuple(claims),
        payment=Pence(payment),
        strategy=StrategyName(plan.strategy),
        every=Frequency(rhythm.every),
    )
    return propose(case, policy).payments


def _finish(plan: PlanSoFar, count: int, rhythm: Rhythm) -> date:
    """By the plan's own day, or by another one from the first on which it can be paid."""
    if (rhythm.every, rhythm.pay_day) != (plan.frequency, plan.pay_day):
        return plan_dates.last_day(rhythm, count)
    return plan_dates.last_day(rhythm, count, start=plan.next_due or plan.starts_on)
