"""T20 to T22: somebody else ends a permission, for a reason that the person sees."""

from __future__ import annotations

from enum import StrEnum

from consent.change import change_in
from consent.clock import Chance, Clock
from consent.errors import NotFound
from consent.ids import DepartmentCode, GrantId, SubjectId
from consent.lifecycle import State
from consent.people import Worker
from consent.store import Store, Tx, grants
from consent.store.grants import Grant


class Revoker(StrEnum):
    PORTAL = "portal"
    DEPARTMENT = "department"
    ACCREDITOR = "accreditor"


class Revoked(StrEnum):
    """Why, as a code of at most 16 characters; pages say it in words."""

    LEAVES = "leaves"
    """The department does not take part any more."""
    NOT_THIS_PERSON = "not_this_person"
    """The department found that it had matched somebody else."""
    DIED = "died"
    MISUSE = "misuse"
    """The permission was used for something that it is not for."""
    NOT_ACCREDITED = "not_accredited"
    """The department has lost its right to ask."""
    INCIDENT = "incident"


def revoke(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    by: Revoker,
    grant_id: GrantId,
    reason: Revoked,
    department: DepartmentCode | None = None,
) -> Grant:
    """End one permission now, as the worker. A department ends its own only, so its code comes
    with it. Raises NotFound, also for another department's, and WrongState for one that ended."""
    if (by is Revoker.DEPARTMENT) is (department is None):
        raise ValueError("a department comes with its code, and nobody else does")
    with store.transaction(Worker()) as tx:
        grant = grants.by_id(tx, grant_id, lock=True)
        if grant is None or department not in (None, grant.department):
            raise NotFound("no such permission")
        return change_in(
            tx, chance, grant, State.REVOKED, by=by.value, at=clock.now(), reason=reason.value
        )


def revoke_every_in(
    tx: Tx, clock: Clock, chance: Chance, subject: SubjectId, *, by: Revoker, reason: Revoked
) -> None:
    """End every permission of this person, inside a transaction of the worker."""
    for grant_id in grants.open_ids_of(tx, subject):
        grant = grants.by_id(tx, grant_id, lock=True)
        if grant is not None:
            change_in(
                tx, chance, grant, State.REVOKED, by=by.value, at=clock.now(), reason=reason.value
            )
