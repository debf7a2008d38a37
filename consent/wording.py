"""How a department describes a kind of debt to people, in English and Welsh (X15, D22, D23).

One member of staff proposes, another approves; both languages or none. What is published stands
until another is. The words are about a kind of debt and nobody's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from consent import staff as sessions
from consent.clock import Chance, Clock
from consent.errors import NotFound, NotPermitted, WrongState
from consent.ids import DepartmentCode, StaffId, new_uuid
from consent.people import Actor, Department
from consent.plain_words import WordsFault, fault_of
from consent.staff import Did
from consent.store import Store, Tx, wordings
from consent.store.wordings import Wording, WordingState

__all__ = [
    "Said", "Wording", "WordingState", "approve", "drop", "propose", "published", "standing",
]  # fmt: skip
LONGEST_NAME: Final = 60
LONGEST: Final = 300
"""Characters of an explanation."""


@dataclass(frozen=True, slots=True)
class Said:
    """A name and an explanation in each language."""

    name_en: str
    name_cy: str
    words_en: str
    words_cy: str

    @property
    def faults(self) -> Mapping[str, WordsFault]:
        """What is wrong, by the name of the field."""
        limits = {"name_en": LONGEST_NAME, "name_cy": LONGEST_NAME}
        found: dict[str, WordsFault] = {}
        for name in ("name_en", "words_en", "name_cy", "words_cy"):
            words = getattr(self, name)
            fault = fault_of(words)
            if fault is None and len(words) > limits.get(name, LONGEST):
                fault = WordsFault.LONG
            if fault is None and name in limits and "\n" in words:
                fault = WordsFault.CHARACTERS
            if fault is not None:
                found[name] = fault
        return found


def standing(store: Store, *, actor: Department) -> tuple[Wording, ...]:
    """What this department has published and proposed."""
    with store.transaction(actor) as tx:
        return tuple(wordings.standing(tx))


def published(store: Store, *, actor: Actor) -> Mapping[tuple[DepartmentCode, str], Wording]:
    """What people read, by department and kind of debt."""
    with store.transaction(actor) as tx:
        return {(one.department, one.debt_type): one for one in wordings.published(tx)}


def propose(
    store: Store, clock: Clock, chance: Chance, *, actor: Department, debt_type: str, said: Said
) -> UUID:
    """Ask a colleague to approve these words; they take the place of an earlier proposal.

    Raises ValueError for words with `faults`, NotPermitted for a department's system.
    """
    if said.faults:
        raise ValueError(f"not words for people: {', '.join(said.faults)}")
    by, now = _staff(actor), clock.now()
    row = Wording(
        new_uuid(chance), actor.code, debt_type, said.name_en, said.name_cy, said.words_en,
        said.words_cy, WordingState.PROPOSED, by, now,
    )  # fmt: skip
    with store.transaction(actor) as tx:
        wordings.end(tx, debt_type, WordingState.PROPOSED, WordingState.DROPPED)
        wordings.add(tx, row)
        sessions.note(tx, chance, Did.PROPOSED_WORDS, now=now, about=debt_type)
    return row.wording_id


def approve(
    store: Store, clock: Clock, chance: Chance, *, actor: Department, wording_id: UUID
) -> None:
    """Publish what a colleague proposed. Raises NotFound, WrongState when it is no proposal any
    more, and NotPermitted for one's own."""
    by, now = _staff(actor), clock.now()
    with store.transaction(actor) as tx:
        row = _proposed(tx, wording_id)
        if row.proposed_by == by:
            raise NotPermitted("nobody approves their own words")
        wordings.end(tx, row.debt_type, WordingState.PUBLISHED, WordingState.REPLACED)
        wordings.decide(tx, wording_id, WordingState.PUBLISHED, decided_by=by, decided_at=now)
        sessions.note(tx, chance, Did.APPROVED_WORDS, now=now, about=row.debt_type)


def drop(
    store: Store, clock: Clock, chance: Chance, *, actor: Department, wording_id: UUID
) -> None:
    """Do not publish a proposal; anybody who may propose may say so. Raises as `approve` does."""
    by, now = _staff(actor), clock.now()
    with store.transaction(actor) as tx:
        row = _proposed(tx, wording_id)
        wordings.decide(tx, wording_id, WordingState.DROPPED, decided_by=by, decided_at=now)
        sessions.note(tx, chance, Did.DROPPED_WORDS, now=now, about=row.debt_type)


def _proposed(tx: Tx, wording_id: UUID) -> Wording:
    row = wordings.one(tx, wording_id)
    if row is None:
        raise NotFound("no such words")
    if row.state is not WordingState.PROPOSED:
        raise WrongState("not a proposal any more")
    return row


def _staff(actor: Department) -> StaffId:
    if actor.staff is None:
        raise NotPermitted("words are proposed and approved by people")
    return actor.staff
