"""What the signer reads: the one grant it is asked about, and the one session it is asked from.

Row-level security opens just these two to its role (`svd.grant`, `svd.session`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, bindparam, select, text

from consent.ids import DepartmentCode, GrantId, SubjectId
from consent.lifecycle import State
from consent.people import Anyone
from consent.records import consent_grant, consent_version, session
from consent.standing import Standing
from consent.store import Store, Tx


@dataclass(frozen=True, slots=True)
class SignedFrom:
    """The columns of a grant that what is signed is made from. Times are aware UTC."""

    grant_id: GrantId
    subject_id: SubjectId
    department: DepartmentCode
    purpose: str
    state: State
    version: int
    notice: str
    language: str
    expires_at: datetime
    ended_at: datetime | None
    changed_at: datetime
    one_time: bool
    pairwise_id: str
    subject_handle: str
    record_hash: str

    @property
    def standing(self) -> Standing:
        return Standing(
            grant_id=self.grant_id,
            state=self.state,
            expires_at=self.expires_at,
            changed_at=self.changed_at,
            purpose=self.purpose,
            pairwise_id=self.pairwise_id,
            version=self.version,
            record_hash=self.record_hash,
        )


@dataclass(frozen=True, slots=True)
class Session:
    """A session of the grant's own person; of anybody else's there is none to see."""

    signed_in_at: datetime
    idle_until: datetime
    ends_at: datetime


_NAMES: Final = tuple(field.name for field in fields(SignedFrom))
_GRANT: Final = tuple(consent_grant.c[name] for name in _NAMES)
_SESSION: Final = (session.c.signed_in_at, session.c.idle_until, session.c.ends_at)
_ONE: Final = select(*_GRANT).where(consent_grant.c.grant_id == bindparam("grant"))
_BOTH: Final = (
    select(*_GRANT, *_SESSION)
    .select_from(consent_grant)
    .outerjoin(
        session,
        and_(
            session.c.session_hash == bindparam("session"),
            session.c.subject_id == consent_grant.c.subject_id,
        ),
    )
    .where(consent_grant.c.grant_id == bindparam("grant"))
)
_HASHES: Final = select(consent_version.c.record_hash).where(
    consent_version.c.grant_id == bindparam("grant")
)
_LOOK_AT: Final = text("select set_config('svd.grant', :grant, true)")


@contextmanager
def looking(store: Store, grant_id: str = "", session_hash: str = "") -> Iterator[Tx]:
    """A transaction in which this grant and this session can be seen, and nothing else."""
    with store.transaction(Anyone(), grant_id=grant_id, session_hash=session_hash) as tx:
        yield tx


def grant_and_session(
    tx: Tx, grant_id: str, session_hash: str
) -> tuple[SignedFrom | None, Session | None]:
    """The grant, and the session where it is one of the same person."""
    values = {"grant": grant_id, "session": session_hash}
    row = tx.connection.execute(_BOTH, values).one_or_none()
    if row is None:
        return None, None
    here = row[len(_NAMES) :]
    return _read(row[: len(_NAMES)]), Session(*here) if here[0] is not None else None


def grant(tx: Tx, grant_id: str) -> SignedFrom | None:
    """The grant alone."""
    row = tx.connection.execute(_ONE, {"grant": grant_id}).one_or_none()
    return None if row is None else _read(row)


def next_grant(tx: Tx, grant_id: str) -> SignedFrom | None:
    """Another grant in the same transaction: from here on this one is seen and no other."""
    tx.connection.execute(_LOOK_AT, {"grant": grant_id})
    return grant(tx, grant_id)


def record_hashes(tx: Tx, seen: SignedFrom) -> frozenset[str]:
    """The record hash of every version of the grant in view."""
    earlier = tx.connection.execute(_HASHES, {"grant": seen.grant_id}).scalars()
    return frozenset((seen.record_hash, *earlier))


def _read(row: Any) -> SignedFrom:
    values = dict(zip(_NAMES, row, strict=True))
    values["state"] = State(values["state"])
    return SignedFrom(**values)
