"""What a pull tells the consent side: is the grant still live, and how did the ask end."""

from __future__ import annotations

from dataclasses import dataclass

from consent import permits
from consent.clock import Chance, Clock
from consent.events import Kind
from consent.people import Person
from consent.permit import Permit
from consent.store import Store


@dataclass(frozen=True, slots=True)
class ConsentBook:
    """The pages of one person in the consent log. Each call is one short transaction."""

    store: Store
    clock: Clock
    chance: Chance
    actor: Person

    def still_live(self, permit: Permit) -> bool:
        return permits.still_live(
            self.store, self.clock, actor=self.actor, grant_id=permit.grant_id
        )

    def dropped(self, permit: Permit) -> None:
        self._note(permit, Kind.DROPPED)

    def answered(self, permit: Permit, *, late: bool, handle: str) -> None:
        self._note(permit, Kind.ANSWERED, "late" if late else "", handle)

    def not_answered(self, permit: Permit, why: str) -> None:
        self._note(permit, Kind.NOT_ANSWERED, why)

    def _note(self, permit: Permit, kind: Kind, outcome: str = "", handle: str = "") -> None:
        permits.note_outcome(
            self.store,
            self.clock,
            self.chance,
            actor=self.actor,
            permit=permit,
            kind=kind,
            outcome=outcome,
            handle=handle,
        )
