"""How the permissions of one reference stand, for a member of a department's staff (X05).

The reference is what stands on the person's receipt (`PM7K 3XQ2 9TVA`) or the id by which the
department's system knows the permission (`g_…`). One that never was, one of another department and
one that is right take the same way (SEC-88), and each look is written down.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent.clock import Chance, Clock
from consent.ids import REFERENCE_ALPHABET
from consent.lifecycle import ENDED, VALID, State
from consent.people import Department
from consent.purposes import Purpose
from consent.staff import Did, note
from consent.store import Store
from consent.store import receipts as rows

_RECEIPT: Final = re.compile(f"PM[{REFERENCE_ALPHABET}]{{10}}")
_ID: Final = re.compile(r"g_[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class Checked:
    """One permission: what it is for, where it stands now, and its dates. Nothing of the person."""

    purpose: Purpose
    state: State
    given_at: datetime
    expires_at: datetime
    ended_at: datetime | None

    @property
    def valid(self) -> bool:
        """Whether it may be used now; one that the person has paused may not."""
        return self.state in VALID


def read_reference(typed: str) -> str | None:
    """A reference as it is kept, from what somebody typed; nothing where it cannot be one."""
    bare = re.sub(r"[\s-]", "", typed).upper()
    if _RECEIPT.fullmatch(bare):
        return " ".join(bare[place : place + 4] for place in (0, 4, 8))
    return typed.strip() if _ID.fullmatch(typed.strip()) else None


def check_permission(
    store: Store, clock: Clock, chance: Chance, *, actor: Department, reference: str
) -> tuple[Checked, ...]:
    """This department's own permissions of that reference, by purpose; none where it has none.

    `reference` is one of `read_reference`; ValueError otherwise.
    """
    if read_reference(reference) != reference:
        raise ValueError("not a reference")
    receipt = "" if reference.startswith("g_") else reference
    now = clock.now()
    with store.transaction(actor, receipt=receipt) as tx:
        found = rows.own_standings(tx, grant_id="" if receipt else reference)
        note(tx, chance, Did.CHECKED, now=now, about=reference)
    return tuple(
        Checked(one.purpose, _state(one.state, one.expires_at, now), *one[2:]) for one in found
    )


def _state(state: State, expires_at: datetime, now: datetime) -> State:
    """What has passed its end has ended, whether or not anybody swept."""
    return State.EXPIRED if state not in ENDED and expires_at <= now else state
