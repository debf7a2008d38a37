"""Which letters about plans go by post, for people who chose that as their safe way (M06)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consent.clock import Chance, Clock
from consent.errors import NotFound
from consent.ids import SubjectId
from consent.people import Person, Worker
from consent.store import Store, people
from plan.events import Kind
from plan.lines import plan_event
from plan.progress import PlanSoFar, progress_in
from plan.reach import spoken_reference
from plan.store import plans, posted
from plan.store.plans import PlanRow

BY_POST = "letter"


@dataclass(frozen=True, slots=True, repr=False)
class Posted:
    """A plan, and where its letter goes. The address stays sealed until the letter is made."""

    row: PlanRow
    plan: PlanSoFar
    subject: SubjectId
    sealed_address: str


def letters_due(store: Store, *, limit: int = 200) -> Sequence[str]:
    """References of plans that were agreed or changed since their last letter, of people who get
    theirs by post; the oldest first."""
    with store.transaction(Worker()) as tx:
        return posted.due(tx, BY_POST, limit=limit)


def to_post(store: Store, *, reference: str) -> Posted:
    """The plan of this reference. Raises NotFound, also where it is over or its owner did not ask
    for letters: whoever asks learns no more than that."""
    spoken = spoken_reference(reference)
    with store.transaction(Worker()) as tx:
        for row in plans.with_references(tx, [spoken]):
            contact = people.contact_of(tx, row.subject_id)
            found = progress_in(tx, Person(row.subject_id))
            if contact is None or contact.channel != BY_POST or not contact.sealed_address:
                break
            if found is not None and found.live and found.plan_id == row.plan_id:
                return Posted(row, found, row.subject_id, contact.sealed_address)
    raise NotFound("no letter goes to this reference")


def made_letter(store: Store, clock: Clock, chance: Chance, found: Posted) -> None:
    """Note that a letter was made, and nothing of what is in it."""
    with store.transaction(Worker()) as tx:
        event = plan_event(chance, clock.now(), found.row, Kind.LETTER_MADE, "assisted")
        plans.note(tx, event)
