"""The worker's part in taking money: it asks whoever takes it, and writes down what came of it.

Whatever breaks leaves a payment that is looked at again. A payment's state is read from the
provider each time (SEC-79); money counts in `plan.settle` alone. Nothing is said but codes.
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

import structlog

from adapters.wire_loop import WireLoop
from consent.clock import Chance, Clock, london_date
from consent.errors import OutsideFailed
from consent.people import Worker
from consent.store import Store
from debts.money import Pence
from plan import settle as settling
from plan.paying import AgreementState, PaymentState, RefundReason, RefundState
from plan.ports import (
    NEEDS_A_PERSON,
    AgreementStatus,
    NotDone,
    Payments,
    PaymentStatus,
    ProviderPayment,
    ProviderRefund,
    RefundStatus,
)
from plan.reverse import follow_refunds
from plan.store import agreements, payments, refunds
from plan.store.agreements import AgreementRow
from plan.store.payments import PaymentRow
from plan.store.refunds import RefundRow

log = structlog.get_logger()
T = TypeVar("T")
SECONDS: Final = 20.0
LEASE: Final = timedelta(seconds=90)
"""Nobody else asks about the same payment meanwhile; after a crash it is asked about again."""
BATCH: Final = 20
SOONEST: Final = timedelta(seconds=5)
LATEST: Final = timedelta(minutes=10)
A_PERSON: Final = timedelta(hours=1)
KEY_LASTS: Final = timedelta(minutes=50)
"""The provider takes the same key as a repeat for an hour."""
DESCRIPTION: Final = "Your payment"
"""On the card page and the bank's statement: neutral (VUL-08)."""


@dataclass(frozen=True, slots=True, repr=False)
class Taking:
    """Each round does a little and says how much."""

    store: Store
    clock: Clock
    chance: Chance
    provider: Payments
    loop: WireLoop

    def look(self) -> int:
        """Payments that are due to be asked about."""
        with self.store.transaction(Worker()) as tx:
            now = self.clock.now()
            due = payments.claim_due(tx, now, now + LEASE, limit=BATCH)
        for row in due:
            self._guarded(row, self._one)
        return len(due)

    def give_back(self) -> int:
        """Refunds that are due to be made or asked about, one of a payment after the other."""
        with self.store.transaction(Worker()) as tx:
            now = self.clock.now()
            due = refunds.claim_due(tx, now, now + LEASE, limit=BATCH)
        for row in due:
            self._guarded(row, self._refund)
        return len(due)

    def end_agreements(self) -> int:
        """Standing permissions that are used no more end at the provider too."""
        with self.store.transaction(Worker()) as tx:
            over = agreements.to_cancel(tx, limit=BATCH)
        done = 0
        for row in over:
            try:
                self._ask(self.provider.cancel_agreement(row.provider_id))
            except OutsideFailed as failed:
                log.warning("not_told", department="payments", outcome=failed.kind)
                continue
            self._agreement(row, AgreementState.CANCELLED)
            done += 1
        return done

    def _guarded(self, row: Any, act: Any) -> None:
        try:
            act(row)
        except OutsideFailed as failed:
            person = failed.kind in NEEDS_A_PERSON
            wait = A_PERSON if person else backoff(row.tries)
            self._later(row, wait)
            (log.error if person else log.warning)(
                "not_told", department="payments", outcome=failed.kind
            )

    def _later(self, row: PaymentRow | RefundRow, wait: timedelta) -> None:
        with self.store.transaction(Worker()) as tx:
            at = self.clock.now() + wait
            if isinstance(row, PaymentRow):
                payments.look_again(tx, row.payment_id, at)
            else:
                refunds.look_again(tx, row.refund_id, at)

    def _one(self, row: PaymentRow) -> None:
        if row.state is PaymentState.SETTLED:
            return self._refunded_elsewhere(row)
        if row.provider_id:
            return self._follow(row, self._ask(self.provider.payment(row.provider_id)))
        if row.instalment is not None and row.agreement_id is not None:
            return self._charge(row)
        return self._call_off(row)

    def _charge(self, row: PaymentRow) -> None:
        """Under a standing permission, with the payment's id as the key of every repeat."""
        key = str(row.payment_id)
        if self.clock.now() - row.made_at > KEY_LASTS:
            known = self._ask(self.provider.with_reference(key))
            if known:
                return self._follow(row, known[0])
        with self.store.transaction(Worker()) as tx:
            found = agreements.one(tx, row.agreement_id) if row.agreement_id else None
        if found is None or found.state is not AgreementState.ACTIVE:
            settling.give_up(self.store, payment_id=row.payment_id, state=PaymentState.CANCELLED)
            return None
        said = self._ask(
            self.provider.charge(
                key=key,
                agreement_id=found.provider_id,
                pence=Pence(row.amount_pence),
                reference=key,
                description=DESCRIPTION,
            )
        )
        if isinstance(said, NotDone):
            settling.give_up(self.store, payment_id=row.payment_id, state=PaymentState.FAILED)
            return self._agreement(found, AgreementState.INACTIVE)
        return self._follow(row, said)

    def _call_off(self, row: PaymentRow) -> None:
        """The person's own visit began it and its answer was lost: nobody can have paid it. What
        the provider has of it is called off, and the person may begin again."""
        for known in self._ask(self.provider.with_reference(str(row.payment_id))):
            after = self._ask(self.provider.cancel(known.id))
            if after.status is not PaymentStatus.CANCELLED:
                return self._follow(row, after)
        settling.give_up(self.store, payment_id=row.payment_id, state=PaymentState.CANCELLED)
        return None

    def _follow(self, row: PaymentRow, said: ProviderPayment) -> None:
        """Write down how it stands. Where it is not what we asked for, an operator looks."""
        if said.pence != row.amount_pence or said.reference != str(row.payment_id):
            raise OutsideFailed("payments", "not_as_asked")
        if not row.provider_id:
            with self.store.transaction(Worker()) as tx:
                payments.submit(tx, row.payment_id, said.id, self.clock.now() + SOONEST)
        match said.status:
            case PaymentStatus.SUCCESS:
                day = said.captured_on or london_date(self.clock.now())
                settling.settle(
                    self.store,
                    self.clock,
                    self.chance,
                    payment_id=row.payment_id,
                    value_date=day,
                )
                self._switch_on(row)
            case PaymentStatus.FAILED:
                self._over(row, PaymentState.FAILED, may_retry=said.may_retry)
            case PaymentStatus.CANCELLED:
                self._over(row, PaymentState.CANCELLED)
            case _:
                self._later(row, backoff(row.tries))

    def _over(self, row: PaymentRow, state: PaymentState, *, may_retry: bool | None = None) -> None:
        settling.give_up(self.store, payment_id=row.payment_id, state=state)
        if may_retry is not False or row.agreement_id is None:
            return
        with self.store.transaction(Worker()) as tx:
            agreements.set_state(tx, row.agreement_id, AgreementState.INACTIVE, self.clock.now())

    def _switch_on(self, row: PaymentRow) -> None:
        """A first payment with a new standing permission came: from now on it is used."""
        if row.agreement_id is None or row.instalment is not None:
            return
        with self.store.transaction(Worker()) as tx:
            found = agreements.one(tx, row.agreement_id)
        if found is None or found.state is not AgreementState.CREATED:
            return
        said = self._ask(self.provider.agreement(found.provider_id))
        if said.status is not AgreementStatus.ACTIVE:
            return
        with self.store.transaction(Worker()) as tx:
            now = self.clock.now()
            before = agreements.active(tx, found.plan_id)
            if before is not None:
                agreements.set_state(tx, before.agreement_id, AgreementState.INACTIVE, now)
            agreements.set_state(tx, found.agreement_id, AgreementState.ACTIVE, now)

    def _refund(self, row: RefundRow) -> None:
        """Each repeat says the same two facts, so that it is one refund (`plan.ports`)."""
        with self.store.transaction(Worker()) as tx:
            payment = payments.one(tx, row.payment_id)
            others = [
                one
                for one in refunds.of_payments(tx, [row.payment_id])
                if one.refund_id != row.refund_id
                and one.state is not RefundState.FAILED
                and one.reason is not RefundReason.CHARGED_BACK  # what the bank took is not theirs
            ]
        if payment is None or not payment.provider_id:
            return self._later(row, A_PERSON)
        before = [
            one for one in others if (one.made_at, one.refund_id) < (row.made_at, row.refund_id)
        ]
        if any(one.state is not RefundState.DONE for one in before):
            return self._later(row, SOONEST)
        gone = [one for one in others if one in before or one.provider_id]
        if row.provider_id:
            said: ProviderRefund | NotDone = self._ask(
                self.provider.refund_made(payment.provider_id, row.provider_id)
            )
        else:
            said = self._ask(
                self.provider.refund(
                    payment.provider_id,
                    Pence(row.pence),
                    refundable=Pence(payment.amount_pence - sum(one.pence for one in gone)),
                    known=[one.provider_id for one in gone if one.provider_id],
                )
            )
        return self._refunded(row, said)

    def _refunded_elsewhere(self, row: PaymentRow) -> None:
        """A payment that came, of which the provider says that money went back."""
        made = {
            one.id: one.pence
            for one in self._ask(self.provider.refunds(row.provider_id))
            if one.status is not RefundStatus.ERROR
        }
        base = self.store, self.clock, self.chance
        follow_refunds(*base, payment_id=row.payment_id, made=made)
        with self.store.transaction(Worker()) as tx:
            ours = refunds.of_payments(tx, [row.payment_id])
            waits = any(one.open and not one.provider_id for one in ours)
            again = self.clock.now() + backoff(row.tries) if waits else None
            payments.look_again(tx, row.payment_id, again)

    def _refunded(self, row: RefundRow, said: ProviderRefund | NotDone) -> None:
        if isinstance(said, NotDone):
            log.warning("not_told", department="payments", outcome=said.value)
            with self.store.transaction(Worker()) as tx:
                payments.look_again(tx, row.payment_id, self.clock.now())
            return self._later(row, backoff(row.tries))
        with self.store.transaction(Worker()) as tx:
            now = self.clock.now()
            refunds.sent(tx, row.refund_id, said.id, now + backoff(row.tries))
            if said.status is RefundStatus.SUCCESS:
                refunds.close(tx, row.refund_id, RefundState.DONE, now)
            elif said.status is RefundStatus.ERROR:
                refunds.close(tx, row.refund_id, RefundState.FAILED, now)
        return None

    def _agreement(self, row: AgreementRow, state: AgreementState) -> None:
        with self.store.transaction(Worker()) as tx:
            agreements.set_state(tx, row.agreement_id, state, self.clock.now())

    def _ask(self, errand: Coroutine[Any, Any, T]) -> T:
        return self.loop.call(errand, seconds=SECONDS)


def backoff(tries: int) -> timedelta:
    """5 seconds, then twice as long each time, at most 10 minutes."""
    return min(SOONEST * int(2 ** min(tries, 10)), LATEST)
