"""Somebody of the helpline has tried to reach a person whose plan has a review.

Without this no plan ends because payments stayed out (D74, PLAN-11). That it was tried is kept,
and nothing of what was said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from consent.clock import Chance, Clock, london_date
from consent.errors import NotFound, WrongState
from consent.ids import REFERENCE_ALPHABET, new_uuid
from consent.people import Anyone
from consent.store import Store
from plan.events import Kind, PlanEvent
from plan.lifecycle import PlanState
from plan.rules.missed import ANSWER_WITHIN
from plan.store import plans

_REFERENCE: Final = re.compile(f"PL[{REFERENCE_ALPHABET}]{{10}}")


@dataclass(frozen=True, slots=True)
class Reached:
    """The plan's reference, and the day until which it is waited for an answer."""

    reference: str
    until: date


def note_contact(store: Store, clock: Clock, chance: Chance, *, reference: str) -> Reached:
    """Note that somebody tried today. The store is the helpline's: the reference opens this plan
    and no other. Raises NotFound, and WrongState where no review is open."""
    spoken = spoken_reference(reference)
    with store.transaction(Anyone(), receipt=spoken) as tx:
        row = plans.review_of(tx, spoken)
        if row is None:
            raise NotFound("no plan has this reference")
        if row.state is not PlanState.ACTIVE or row.review_by is None:
            raise WrongState("no review of this plan is open")
        now = clock.now()
        plans.note(
            tx,
            PlanEvent(
                new_uuid(chance), now, row.subject_id, row.plan_id, Kind.CONTACT_TRIED, "assisted"
            ),
        )
        return Reached(row.reference, max(row.review_by, london_date(now) + ANSWER_WITHIN))


def spoken_reference(text: str) -> str:
    """`PL8U V4PB JEAX`, however it was written down. Raises NotFound for what is no reference."""
    letters = re.sub(r"[^A-Z0-9]", "", text.upper())
    if not _REFERENCE.fullmatch(letters):
        raise NotFound("no plan has this reference")
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))
