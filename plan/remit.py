"""What departments are paid of a day (decision 44): one payment each from the paying account.

A remittance is a run of a department's series without gaps, so both sides can add it up. What went
back is in it below 0; where more went back than came, the day is left out and the next one takes
it along.
"""

from __future__ import annotations

from datetime import time
from typing import Final

from consent.clock import LONDON, Chance, Clock
from consent.ids import new_reference, new_uuid
from consent.people import Worker
from consent.store import Store
from plan.paying import RemittanceState
from plan.store import remittances
from plan.store.remittances import RemittanceRow
from plan.working_days import WorkingDays

CUT_OFF: Final = time(16, 0)
"""London time: what has its number by then is paid on the same working day."""


def remit(store: Store, clock: Clock, chance: Chance, *, working_days: WorkingDays) -> int:
    """On a working day after the cut-off, one remittance for each department that has something to
    come and none of this day. How many; any number of workers may try."""
    now = clock.now()
    here = now.astimezone(LONDON)
    if here.time() < CUT_OFF or not working_days.is_one(here.date()):
        return 0
    with store.transaction(Worker()) as tx:
        made = 0
        for department in remittances.held_books(tx):
            found = remittances.ready(tx, department)
            none_today = remittances.of_day(tx, department, here.date()) is None
            if found is None or found.total_pence <= 0 or not none_today:
                continue
            remittances.add(
                tx,
                RemittanceRow(
                    remittance_id=new_uuid(chance),
                    department=department,
                    reference=new_reference(chance, "RM"),
                    value_date=here.date(),
                    first_sequence=found.first_sequence,
                    last_sequence=found.last_sequence,
                    total_pence=found.total_pence,
                    state=RemittanceState.MADE,
                    made_at=now,
                ),
            )
            made += 1
        return made
