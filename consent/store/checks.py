"""What a department's door asks the database: is this proof new, and how do these grants stand.

One look is one transaction and one exchange with the server, whatever is in it. The role sees the
rows of the department named in `svd.department`, and no other (SEC-62, SEC-65).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg_pool import ConnectionPool
from sqlalchemy.engine import make_url

from consent.errors import OutsideFailed
from consent.lifecycle import State
from consent.proofs import Spent
from consent.standing import Standing
from consent.store import DEPARTMENT
from consent.transactions import one_at_a_time

MOST_CONNECTIONS: Final = 16
_WHO: Final = (
    "select set_config('svd.department', %s, true), set_config('synchronous_commit', %s, true)"
)
_LOOK: Final = (
    "with noted as (insert into used_proof (party, proof_hash, until)"
    " select %s, proof_hash, until"
    " from unnest(%s::text[], %s::timestamptz[]) as p(proof_hash, until)"
    " on conflict do nothing returning 1)"
    " select (select count(*) from noted), g.grant_id, g.state, g.expires_at, g.changed_at,"
    " g.purpose, g.pairwise_id, g.version, g.record_hash from (values (1)) as always (one)"
    " left join consent_grant g on g.department = %s and g.grant_id = any(%s::bpchar[])"
)
"""The proofs are spent and the grants read in one statement: there is always a row, whose first
column counts the proofs that were new."""

Row = tuple[str, str, datetime, datetime, str, str, int, str]


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found. Unless `first`, a proof was used before and the rest counts nothing."""

    first: bool
    found: tuple[Standing, ...] = ()


class Checks:
    """Opens connections as `svd_department`; a login that is not the role itself steps down."""

    def __init__(self, url: str) -> None:
        where = make_url(url)
        self._steps_down = where.username != DEPARTMENT
        self._pool = ConnectionPool(
            where.set(drivername="postgresql").render_as_string(hide_password=False),
            min_size=0,
            max_size=MOST_CONNECTIONS,
            kwargs={"prepare_threshold": 0, "autocommit": True},
            configure=self._configure,
            open=False,
            name="checks",
        )

    def look(
        self,
        department: str,
        *,
        spent: Sequence[Spent],
        grant_ids: Sequence[str] = (),
        lasting: bool = True,
    ) -> Look:
        """Spend these proofs and read these grants of this department.

        `lasting` waits until the database has the spent numbers on its disk; where a number is good
        for a minute and only reads, a crash of the database may forget its last half second.
        """
        self._pool.open()
        try:
            return self._look(department, spent, grant_ids, lasting)
        except psycopg.OperationalError:
            self._pool.check()  # the server was started again: drop what it has forgotten
        try:
            return self._look(department, spent, grant_ids, lasting)
        except psycopg.OperationalError:
            raise OutsideFailed("database", "unavailable") from None

    def close(self) -> None:
        self._pool.close()

    def _look(
        self,
        department: str,
        spent: Sequence[Spent],
        grant_ids: Sequence[str],
        lasting: bool,
    ) -> Look:
        hashes, ends = [one.proof_hash for one in spent], [one.until for one in spent]
        asked = (department, hashes, ends, department, list(grant_ids))
        with one_at_a_time(), self._pool.connection() as connection:
            with connection.pipeline():  # both run as one transaction, which ends with the pipeline
                connection.execute(_WHO, (department, "on" if lasting else "off"))
                looked = connection.execute(_LOOK, asked)
            rows = looked.fetchall()
        found = tuple(_standing(row[1:]) for row in rows if row[1] is not None)
        return Look(rows[0][0] == len(spent), found)

    def _configure(self, connection: psycopg.Connection[Any]) -> None:
        """One plan for the look, made once: by its key, however many ids are asked for. Planning it
        each time took as long as reading."""
        if self._steps_down:
            connection.execute(f"set session role {DEPARTMENT}")
        connection.execute("set plan_cache_mode = force_generic_plan")


def _standing(row: Row) -> Standing:
    return Standing(row[0], State(row[1]), *row[2:])
