"""What the signer reads: the one grant it is asked about, and the one session it is asked from.

Row-level security opens just these two to its role (`svd.grant`, `svd.session`). A look is one
transaction in one exchange with the server, so that a signature costs one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg_pool import ConnectionPool
from sqlalchemy.engine import make_url

from consent.errors import OutsideFailed
from consent.ids import DepartmentCode, GrantId, SubjectId
from consent.lifecycle import State
from consent.standing import Standing
from consent.store import SIGNER
from consent.transactions import one_at_a_time


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


MOST_CONNECTIONS: Final = 16
_NAMES: Final = tuple(field.name for field in fields(SignedFrom))
_COLUMNS: Final = ", ".join(f"g.{name}" for name in _NAMES)
_AT: Final = (
    "select set_config('svd.grant', %s, true), set_config('svd.session', %s, true),"
    " set_config('svd.subject', '', true), set_config('svd.department', '', true)"
)
_GRANT: Final = f"select {_COLUMNS} from consent_grant g where g.grant_id = %s"  # noqa: S608 - our names
_BOTH: Final = (
    f"select {_COLUMNS}, s.signed_in_at, s.idle_until, s.ends_at"  # noqa: S608 - our own names
    " from consent_grant g left join session s"
    " on s.session_hash = %s and s.subject_id = g.subject_id"
    " where g.grant_id = %s"
)
_HASHES: Final = (
    "select record_hash from consent_grant where grant_id = %s"
    " union all select record_hash from consent_version where grant_id = %s"
)

Question = tuple[str, str, str, tuple[str, ...]]
"""The grant and the session to look at, a query, and its values."""


class Looks:
    """Opens connections as `svd_signer`; a login that is not the role itself steps down to it."""

    def __init__(self, url: str) -> None:
        where = make_url(url)
        self._steps_down = where.username != SIGNER
        self._pool = ConnectionPool(
            where.set(drivername="postgresql").render_as_string(hide_password=False),
            min_size=0,
            max_size=MOST_CONNECTIONS,
            kwargs={"prepare_threshold": 0},
            configure=self._configure,
            open=False,
            name="looks",
        )

    def grant_and_session(
        self, grant_id: str, session_hash: str
    ) -> tuple[SignedFrom | None, Session | None]:
        """The grant, and the session where it is a session of the same person."""
        (rows,) = self._ask((grant_id, session_hash, _BOTH, (session_hash, grant_id)))
        if not rows:
            return None, None
        own, here = rows[0][: len(_NAMES)], rows[0][len(_NAMES) :]
        return _read(own), Session(*here) if here[0] is not None else None

    def grants(self, grant_ids: Sequence[str]) -> list[SignedFrom | None]:
        """Each of these grants, in one transaction that sees one at a time."""
        if not grant_ids:
            return []
        found = self._ask(*((one, "", _GRANT, (one,)) for one in grant_ids))
        return [_read(rows[0]) if rows else None for rows in found]

    def grant(self, grant_id: str) -> SignedFrom | None:
        return self.grants((grant_id,))[0]

    def grants_and_hashes(
        self, grant_ids: Sequence[str]
    ) -> list[tuple[SignedFrom | None, frozenset[str]]]:
        """Each grant with the record hash of every version of it."""
        asked: list[Question] = []
        for one in grant_ids:
            asked += [(one, "", _GRANT, (one,)), (one, "", _HASHES, (one, one))]
        found = self._ask(*asked) if asked else []
        return [
            (_read(rows[0]) if rows else None, frozenset(str(row[0]) for row in hashes))
            for rows, hashes in zip(found[::2], found[1::2], strict=True)
        ]

    def close(self) -> None:
        self._pool.close()

    def _ask(self, *asked: Question) -> list[list[tuple[Any, ...]]]:
        self._pool.open()
        try:
            return self._exchange(asked)
        except psycopg.OperationalError:
            self._pool.check()  # the server was started again: drop what it has forgotten
        try:
            return self._exchange(asked)
        except psycopg.OperationalError:
            raise OutsideFailed("database", "unavailable") from None

    def _exchange(self, asked: Sequence[Question]) -> list[list[tuple[Any, ...]]]:
        with one_at_a_time(), self._pool.connection() as connection:
            read = []
            with connection.pipeline():
                for grant_id, session_hash, query, values in asked:
                    connection.execute(_AT, (grant_id, session_hash))
                    read.append(connection.execute(query.encode(), values))
                connection.commit()
            return [cursor.fetchall() for cursor in read]

    def _configure(self, connection: psycopg.Connection[Any]) -> None:
        if self._steps_down:
            connection.execute(f"set session role {SIGNER}")
            connection.commit()


def _read(row: tuple[Any, ...]) -> SignedFrom:
    values = dict(zip(_NAMES, row, strict=True))
    values["state"] = State(values["state"])
    return SignedFrom(**values)
