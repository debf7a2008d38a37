"""A person has died: nothing is asked for and nobody is written to from now on (PLAN-12).

Somebody tells the helpline, by the reference on the person's paper. The plan pauses with the next
round of the worker: nothing falls due, nothing is late, the safe contact is forgotten and every
session ends (decision 49). Departments hear of it as of any break, and are asked to wait (F61).
Money that still comes counts for nothing and waits at the paying account (`plan.take_in`). For six
weeks nothing else happens, so that those left behind have time and no department acts because of
us. Then the plan ends, and every permission with it. Signing in and going on takes it back: then it
was told of the wrong person.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from consent.clock import Chance, Clock, london_date
from consent.errors import NotFound, WrongState
from consent.ids import new_uuid
from consent.people import Anyone, Worker
from consent.revoke import Revoked, Revoker, revoke_every_in
from consent.store import Store, Tx, people
from plan.events import Kind, PlanEvent
from plan.lifecycle import LIVE_PLAN, PlanState
from plan.lines import PAUSED, plan_event, take_out, tell_of_break
from plan.reach import spoken_reference
from plan.store import deaths, plans, shares
from plan.store.plans import PlanRow
from plan.terms import EndedReason

REST: Final = timedelta(weeks=6)
"""After a death nothing is done for so long (PLAN-12)."""


def note_death(store: Store, clock: Clock, chance: Chance, *, reference: str) -> str:
    """Note that the owner of this plan has died; the answer is the plan's reference. The store is
    the helpline's. Noting it twice is noting it once. Raises NotFound, and WrongState for a plan
    that is over."""
    spoken = spoken_reference(reference)
    with store.transaction(Anyone(), receipt=spoken) as tx:
        row = plans.review_of(tx, spoken)
        if row is None:
            raise NotFound("no plan has this reference")
        if row.state not in LIVE_PLAN:
            raise WrongState("this plan is over")
        event = new_uuid(chance), clock.now(), row.subject_id, row.plan_id
        plans.note(tx, PlanEvent(*event, Kind.DEATH_TOLD, "assisted"))
        return row.reference


def rest_after_death(store: Store, clock: Clock, chance: Chance, *, batch: int = 50) -> int:
    """Plans of which it was just told rest for six weeks; one that nobody had agreed to is over.
    How many."""
    with store.transaction(Worker()) as tx:
        told = deaths.just_told(tx, limit=batch)
        for row in told:
            people.forget_contact(tx, row.subject_id)
            if row.state is PlanState.PROPOSED:
                _end(tx, clock, chance, row)
            else:
                now = clock.now()
                event = plan_event(chance, now, row, Kind.RESTS, "system")
                plans.pause(tx, row.plan_id, london_date(now) + REST, event)
                tell_of_break(tx, PAUSED, row, now)
        return len(told)


def end_after_death(store: Store, clock: Clock, chance: Chance, *, batch: int = 50) -> int:
    """Plans whose six weeks are over end, and every permission of their owner. How many."""
    with store.transaction(Worker()) as tx:
        over = deaths.rested_until(tx, london_date(clock.now()), limit=batch)
        for row in over:
            _end(tx, clock, chance, row)
        return len(over)


def _end(tx: Tx, clock: Clock, chance: Chance, row: PlanRow) -> None:
    now = clock.now()
    going = [share for share in shares.of_plan(tx, row.plan_id) if share.live]
    take_out(tx, chance, now, row, going, "system")
    ended = plan_event(chance, now, row, Kind.ENDED, "system")
    plans.end(tx, row.plan_id, EndedReason.DECEASED, ended)
    revoke_every_in(tx, clock, chance, row.subject_id, by=Revoker.PORTAL, reason=Revoked.DIED)
