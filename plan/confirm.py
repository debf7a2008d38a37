"""A department says whether a day's payment is on its own bank statement (X07)."""

from __future__ import annotations

from consent.clock import Chance, Clock
from consent.errors import NotFound, WrongState
from consent.people import Department, Worker
from consent.staff import Did, note
from consent.store import Store
from plan.paying import RemittanceState
from plan.store import remittances
from plan.store.remittances import RemittanceRow


def differing(store: Store) -> list[RemittanceRow]:
    """Of all departments: those whose total is not what came, as the department says; for who looks
    after the paying account."""
    with store.transaction(Worker()) as tx:
        return remittances.differing(tx)


def answer_remittance(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Department,
    reference: str,
    matches: bool,
) -> None:
    """Its total is ours, or it is not and somebody looks; the same again changes nothing.

    Raises NotFound, also for another department's, and WrongState where it was confirmed before.
    """
    after = RemittanceState.CONFIRMED if matches else RemittanceState.DIFFERS
    with store.transaction(actor) as tx:
        found = remittances.one_own(tx, reference, hold=True)
        if found is None:
            raise NotFound("no such remittance")
        if found.state is after:
            return
        if found.state is RemittanceState.CONFIRMED:
            raise WrongState("it was confirmed")
        now = clock.now()
        remittances.answer(tx, found.remittance_id, after, now)
        note(tx, chance, Did.CONFIRMED_MONEY, now=now, about=reference)
