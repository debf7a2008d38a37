"""What a pull tells the consent side: is the grant still live, and how did the ask end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from consent import permits
from consent.clock import Chance, Clock
from consent.disposal import dispose, receive
from consent.events import Kind
from consent.how import How
from consent.notices import Notices
from consent.people import Person
from consent.permit import Permit
from consent.store import Store

if TYPE_CHECKING:
    from app.services import Services


@dataclass(frozen=True, slots=True)
class ConsentBook:
    """The pages of one person in the consent log. Each call is one short transaction."""

    store: Store
    clock: Clock
    chance: Chance
    notices: Notices
    actor: Person

    @classmethod
    def of(cls, part: Services, actor: Person) -> ConsentBook:
        return cls(part.store, part.clock, part.chance, part.notices, actor)

    def still_live(self, permit: Permit) -> bool:
        return permits.still_live(
            self.store, self.clock, actor=self.actor, grant_id=permit.grant_id
        )

    def received(self, permit: Permit, *, answer_sha256: str, held_until: datetime) -> bool:
        return receive(
            self.store,
            self.clock,
            actor=self.actor,
            permit=permit,
            answer_sha256=answer_sha256,
            held_until=held_until,
        )

    def disposed(self, interactions: Collection[str], how: How) -> None:
        dispose(
            self.store,
            self.clock,
            self.chance,
            self.notices,
            actor=self.actor,
            interactions=interactions,
            how=how,
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
