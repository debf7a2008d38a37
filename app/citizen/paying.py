"""What the pages of payments share: how a payment stands, and the way to the payment service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.citizen.view import current_view, tag_of
from app.http import session, words
from app.http.current import now, services, settings
from app.http.text import gettext
from consent.errors import OutsideFailed
from consent.ids import new_uuid
from debts.money import Pence
from plan.lifecycle import ShareState
from plan.pay import FIRST_LOOK, start_payment
from plan.paying import AgreementState
from plan.progress import PlanSoFar
from plan.store import agreements, payments
from plan.store.agreements import AgreementRow
from plan.store.payments import AllocationRow, PaymentRow

SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Newest:
    """The person's last payment with its parts, and whether a card is charged by itself."""

    payment: PaymentRow
    parts: tuple[AllocationRow, ...]
    has_agreement: bool


def language() -> str:
    return words.language()


def newest() -> Newest | None:
    actor = session.person()
    with services().store.transaction(actor) as tx:
        found = payments.of_subject(tx, actor.subject, limit=1)
        if not found:
            return None
        parts = payments.parts_of(tx, [found[0].payment_id])
        active = agreements.active(tx, found[0].plan_id)
        return Newest(found[0], tuple(parts), active is not None)


def reference(payment: PaymentRow) -> str:
    """How a person names one payment: `3F2A 91BC`, the beginning of its number, by which the
    payment service knows it too."""
    first = str(payment.payment_id)[:8].upper()
    return f"{first[:4]} {first[4:]}"


def look_now(payment: PaymentRow) -> None:
    """The person waits: the worker asks how it stands at once."""
    with services().store.transaction(session.person()) as tx:
        payments.look_again(tx, payment.payment_id, now())


def fresh_left(plan: PlanSoFar) -> dict[UUID, int] | None:
    """Pence left by line, where every department with an agreed line answered in this visit."""
    view = current_view()
    answered = {card.entry.code for card in view.cards if card.was_asked} - {
        card.entry.code for card in view.unanswered
    }
    lines = [line for line in plan.lines if line.state is ShareState.AGREED]
    if not lines or not {line.department for line in lines} <= answered:
        return None
    found = {tag_of(numbered): int(numbered.debt.balance) for numbered in view.debts}
    return {line.share_id: max(found.get(line.debt_tag, 0), 0) for line in lines}


def send_to_pay(
    plan: PlanSoFar,
    pence: Pence,
    *,
    post_key: str,
    to: UUID | None,
    fresh: Mapping[UUID, int] | None,
    keep: bool,
) -> str:
    """The address at which the person pays; "" where this form has been sent before.

    Raises PaymentRuns, AmountRefused, and OutsideFailed when the payment service cannot be asked:
    then nobody can have paid, and the worker calls off what it may have made.
    """
    part, actor = services(), session.person()
    agreement_id = new_uuid(part.chance) if keep else None
    started = start_payment(
        part.store,
        part.clock,
        part.chance,
        actor=actor,
        plan_id=plan.plan_id,
        pence=pence,
        post_key=post_key,
        to=to,
        fresh=fresh,
        agreement_id=agreement_id,
    )
    if not started.new:
        return ""
    row = started.payment
    said = part.wire_loop.call(
        part.payments.start(
            key=str(row.payment_id),
            pence=pence,
            reference=str(row.payment_id),
            description=gettext("Your payment"),
            return_url=f"{settings().portal_url}/plan/pay/return",
            language=language(),
            agreement_id=_new_agreement(row, agreement_id) if agreement_id else "",
        ),
        seconds=SECONDS,
    )
    with part.store.transaction(actor) as tx:
        known = payments.submit(tx, row.payment_id, said.id, now() + FIRST_LOOK)
    return said.pay_url if known else ""


def way_back_to(payment: PaymentRow) -> str:
    """Where the person can still pay what they began; "" where that is over. Raises
    OutsideFailed."""
    if not payment.open or not payment.provider_id:
        return ""
    part = services()
    said = part.wire_loop.call(part.payments.payment(payment.provider_id), seconds=SECONDS)
    return said.pay_url


def call_off(payment: PaymentRow) -> None:
    """The person does not want to pay now. What came of it the worker reads. Raises
    OutsideFailed."""
    if payment.open and payment.provider_id:
        part = services()
        part.wire_loop.call(part.payments.cancel(payment.provider_id), seconds=SECONDS)
        look_now(payment)


def _new_agreement(row: PaymentRow, agreement_id: UUID) -> str:
    """Its number at the payment service: something to charge the card under later. A payment goes
    on without it where it cannot be had."""
    part = services()
    try:
        made = part.wire_loop.call(
            part.payments.make_agreement(
                reference=str(row.payment_id), description=gettext("Your payments")
            ),
            seconds=SECONDS,
        )
    except OutsideFailed:
        return ""
    agreement = AgreementRow(
        agreement_id=agreement_id,
        plan_id=row.plan_id,
        subject_id=row.subject_id,
        provider_id=made.id,
        state=AgreementState.CREATED,
        made_at=now(),
        changed_at=now(),
    )
    with part.store.transaction(session.person()) as tx:
        agreements.add(tx, agreement)
    return made.id
