"""The yes to a plan: permissions and plan in one transaction, then word of the budget totals.

Native departments hear of their share from the worker, through the outbox.
"""

from __future__ import annotations

from typing import Final

from adapters.departments.native import Delivery
from app.citizen import plan_words, who
from app.citizen.plan_dates import calendar
from app.citizen.plan_draft import PlanDraft, PlanLetter
from app.citizen.plan_letter import letter_of
from app.citizen.plan_share import notice_of
from app.citizen.plan_terms import Offer
from app.citizen.slots import PLAN_DRAFT, PLAN_LETTER, PLAN_SHOWN
from app.http import session, words
from app.http.current import now, services, settings
from consent.errors import ConsentEnded
from consent.events import Kind
from consent.grant import Given, Shown, Yes, give_in
from consent.ids import DepartmentCode
from consent.permit import Permit
from consent.permits import note_outcome, permits_for
from consent.purposes import Purpose
from consent.store import grants
from plan.agree import agree_in

SECONDS: Final = 10.0
"""How long the person waits for a department to take the budget totals."""


def agree_to(offer: Offer, draft: PlanDraft, opened: bytes) -> Given:
    """Record it all, or nothing; the same post twice gives the same plan (SEC-80). The answer is
    what was permitted with it, under records that commit to the screen with `opened`.

    Afterwards the visit holds the letter, and the choices are gone from it. Raises what
    `plan.agree.agree` raises.
    """
    part, actor, sign_in = services(), session.person(), who.evidence()
    shown_at = draft.share_shown_at or now()
    with part.store.transaction(actor) as tx:
        given = give_in(
            tx,
            part.clock,
            part.chance,
            actor=actor,
            yeses=_yeses(offer, draft),
            shown=Shown(draft.post_key, shown_at, words.language()),
            sign_in=sign_in,
            origin=settings().portal_url,
            opening=opened,
        )
        live = grants.live_of(tx, actor.subject, now())
        agreed = agree_in(
            tx,
            part.clock,
            part.chance,
            actor=actor,
            signed_in_at=sign_in.at,
            terms=offer.terms,
            lines=offer.lines,
            permissions={
                grant.department: grant.grant_id
                for grant in live
                if grant.purpose is Purpose.RUN_PLAN
            },
            keeper=part.tokens,
            working_days=calendar(),
            post_key=draft.post_key,
        )
    visit = session.visit()
    sent, not_sent = _share_totals(offer, draft)
    letter = visit.get(PLAN_LETTER, PlanLetter)
    if letter is None or letter.reference != agreed.reference:
        visit.put(PLAN_LETTER, letter_of(offer, agreed, sent=sent, not_sent=not_sent))
    visit.delete(PLAN_SHOWN)
    visit.delete(PLAN_DRAFT)
    return given


def _yeses(offer: Offer, draft: PlanDraft) -> list[Yes]:
    """One for each department in the plan, and one for each that may have the totals."""
    register = services().register
    found = []
    for code in dict.fromkeys(line.department for line in offer.lines):
        entry = register.departments[code]
        if draft.share.get(code) == "yes":
            found.append(Yes(entry, notice_of(Purpose.RUN_PLAN)))
        if _totals_for(code, draft):
            found.append(Yes(entry, notice_of(Purpose.SHARE_BUDGET_TOTALS)))
    return found


def _totals_for(code: DepartmentCode, draft: PlanDraft) -> bool:
    return draft.totals.get(code) == "yes" and draft.share.get(code) == "yes"


def _share_totals(offer: Offer, draft: PlanDraft) -> tuple[list[str], list[str]]:
    """Send the four totals where yes was said: once, within this request, or not at all
    (decision 37). The names of those that have them, and of those that do not."""
    part = services()
    codes = {line.department for line in offer.lines}
    permits = permits_for(
        part.store,
        part.clock,
        part.chance,
        part.notices,
        actor=session.person(),
        purpose=Purpose.SHARE_BUDGET_TOTALS,
        sign_in=who.evidence(),
        departments=[code for code in codes if _totals_for(code, draft)],
        session_hash=session.token_hash(),
    )
    sent: list[str] = []
    not_sent: list[str] = []
    for permit in permits:
        taken = _send(offer, permit)
        (sent if taken else not_sent).append(plan_words.name(permit.department))
        note_outcome(
            part.store,
            part.clock,
            part.chance,
            actor=session.person(),
            permit=permit,
            kind=Kind.ANSWERED if taken else Kind.NOT_ANSWERED,
            outcome="" if taken else "error",
        )
    return sent, not_sent


def _send(offer: Offer, permit: Permit) -> bool:
    found = offer.worked.proposal.affordable
    teller = services().messages.get(permit.department)
    if found is None or teller is None:
        return False
    totals = {
        "income": int(found.income),
        "outgoings": int(found.outgoings),
        "surplus": int(found.surplus),
        "savings": int(found.savings),
    }
    errand = teller.send_budget_totals(permit, totals=totals)
    try:
        return services().wire_loop.call(errand, seconds=SECONDS) is Delivery.TAKEN
    except (TimeoutError, ConsentEnded):
        return False
