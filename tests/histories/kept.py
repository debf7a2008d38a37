"""What the database holds of a history's people when all is quiet again, read past row security."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg


@dataclass(frozen=True, slots=True)
class KeptGrant:
    grant_id: str
    person: str
    department: str
    state: str
    post: str
    uses: int
    ends: tuple[float, ...]
    """When it ends by itself: now, and by each version before."""

    @property
    def renewed(self) -> bool:
        return len(self.ends) > 1


@dataclass(frozen=True, slots=True)
class KeptEvent:
    position: int
    grant_id: str
    kind: str
    ask: str


@dataclass(frozen=True, slots=True)
class Kept:
    """`queued` counts words to departments by permission."""

    grants: tuple[KeptGrant, ...]
    events: tuple[KeptEvent, ...]
    queued: Counter[str]


def quiet(connection: psycopg.Connection[Any], seconds: float = 10) -> None:
    """Wait until nothing of ours is under way: a killed process's last word may still be."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        row = connection.execute(
            "select count(*) from pg_stat_activity where usename like 'svd_%'"
            " and pid <> pg_backend_pid() and (state <> 'idle' or backend_xid is not null)"
        ).fetchone()
        if row and not row[0]:
            return
        time.sleep(0.005)
    raise TimeoutError("the database did not come to rest")


def kept(connection: psycopg.Connection[Any], people: Sequence[UUID]) -> Kept:
    grants = connection.execute(
        "select grant_id, subject_id::text, department, state, post_hash, uses,"
        " extract(epoch from expires_at)::float8,"
        " array(select extract(epoch from v.expires_at)::float8 from consent_version v"
        "       where v.grant_id = g.grant_id)"
        " from consent_grant g where subject_id = any(%s)",
        (list(people),),
    ).fetchall()
    events = connection.execute(
        "select position, grant_id, kind, coalesce(interaction_id::text, '') from consent_event"
        " where subject_id = any(%s) order by position",
        (list(people),),
    ).fetchall()
    queued = connection.execute(
        "select ref, count(*) from outbox where ref = any(%s) group by ref",
        ([row[0] for row in grants],),
    ).fetchall()
    return Kept(
        tuple(_grant(*row) for row in grants),
        tuple(KeptEvent(*row) for row in events),
        Counter(dict(queued)),
    )


def _grant(
    grant_id: str,
    person: str,
    department: str,
    state: str,
    post: str,
    uses: int,
    ends: float,
    before: list[float],
) -> KeptGrant:
    return KeptGrant(grant_id, person, department, state, post, uses, (ends, *before))
