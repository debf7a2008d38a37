"""T23 to T29: the data protection officer finds that a permission was never valid."""

from __future__ import annotations

from enum import StrEnum

from consent.change import change_in
from consent.clock import Chance, Clock
from consent.errors import NotFound
from consent.ids import GrantId
from consent.lifecycle import State
from consent.people import Worker
from consent.store import Store, grants
from consent.store.grants import Grant


class Invalid(StrEnum):
    """Why, as a code of at most 16 characters; pages say it in words."""

    COERCED = "coerced"
    NOT_THIS_PERSON = "not_this_person"
    """Somebody else said yes in this person's name."""
    NOT_CAPABLE = "not_capable"
    """The person could not decide this at the time."""
    WORDS_WRONG = "words_wrong"
    """What was shown was not true, or could not be read."""
    OTHER = "other"


def invalidate(
    store: Store, clock: Clock, chance: Chance, *, grant_id: GrantId, reason: Invalid
) -> Grant:
    """Mark one permission as never valid, as the worker, also after it ended: when and by whom it
    ended stays. Raises NotFound, and WrongState where it is marked already."""
    with store.transaction(Worker()) as tx:
        grant = grants.by_id(tx, grant_id, lock=True)
        if grant is None:
            raise NotFound("no such permission")
        return change_in(
            tx, chance, grant, State.INVALIDATED, by="dpo", at=clock.now(), reason=reason.value
        )
