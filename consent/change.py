"""The one door through which a grant changes its state: checked, written and logged together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from consent.clock import Chance
from consent.errors import WrongState
from consent.events import Kind, new_event
from consent.lifecycle import ENDED, State, transition
from consent.store import Tx, events, grants
from consent.store.grants import Grant

TOPIC: Final = "consent.ended"
"""The department is told that its permission left the valid states, or came back (SEC-9)."""
TOLD_OF: Final = (ENDED - {State.REFUSED, State.LAPSED}) | {State.SUSPENDED, State.GIVEN}


def change_in(
    tx: Tx,
    chance: Chance,
    grant: Grant,
    after: State,
    *,
    by: str,
    at: datetime,
    reason: str = "",
    tell: bool = True,
    record: Grant | None = None,
) -> Grant:
    """Move a grant that this transaction holds locked. Afterwards the row, its event and the word
    to the department are all written, or none is. Raises WrongState for a step that is not in the
    table (SEC-4). `record` is the grant with the columns of a new record, for a renewal alone."""
    if transition(grant.state, after, by) is None:
        raise WrongState("the permission cannot change like that")
    if (record is None) is (after is State.RENEWED):
        raise WrongState("a renewal has a record of its own, and nothing else has")
    ends = after in ENDED
    values: Mapping[str, object] = {
        **(grants.record_of(record) if record else {}),
        "state": after,
        "ended_at": (grant.ended_at or at) if ends else None,
        "ended_by": (grant.ended_by or by) if ends else None,
        "changed_by": by,
        "changed_at": at,
        "reason": reason,
    }
    grants.change(tx, grant.grant_id, values)
    events.append(
        tx,
        new_event(
            chance,
            at=at,
            subject=grant.subject_id,
            grant_id=grant.grant_id,
            department=grant.department,
            purpose=grant.purpose,
            kind=Kind.RESUMED if after is State.GIVEN else Kind(after.value),
            by=by,
            outcome=reason,
            digest=record.record_hash if record else None,
        ),
    )
    if tell and after in TOLD_OF:
        events.queue(tx, topic=TOPIC, department=grant.department, ref=grant.grant_id, now=at)
    return replace(grant, **values)  # type: ignore[arg-type]  # the names are the row's own
