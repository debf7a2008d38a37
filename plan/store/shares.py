"""Rows of the lines in a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, insert, select, update

from consent.ids import DepartmentCode, GrantId, PlanId, SubjectId
from consent.lifecycle import VALID
from consent.records import consent_grant
from consent.store import Tx
from plan.events import PlanEvent
from plan.lifecycle import LIVE_SHARE, ShareState
from plan.records import plan_share, share_answer
from plan.share import Line
from plan.store.events import append
from plan.terms import Reason, Tier


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One row of `plan_share`: a line. `current_pence` is its part of each payment; `charges_stop`
    that no interest and no fee is added to it while the plan is kept. By `part_reference` the
    department knows the plan, and no other does: all its lines in one plan have the same."""

    share_id: UUID
    plan_id: PlanId
    subject_id: SubjectId
    department: DepartmentCode
    grant_id: GrantId
    debt_token: str
    debt_tag: str
    part_reference: str
    tier: Tier
    current_pence: int
    weight_ppm: int
    rank: int | None
    at_minimum: bool
    state: ShareState
    answer_by: date | None
    answered_at: datetime | None
    reason_code: Reason
    asked_pence: int | None = None
    closing_pence: int | None = None
    charges_stop: bool = False

    @property
    def agreed(self) -> bool:
        return self.state is ShareState.AGREED

    @property
    def live(self) -> bool:
        return self.state in LIVE_SHARE


_NAMES = tuple(field.name for field in fields(ShareRow))
_ALL = tuple(plan_share.c[name] for name in _NAMES)
_LIVE = [state.value for state in LIVE_SHARE]


def _shares(tx: Tx, query: Select[Any]) -> list[ShareRow]:
    found = []
    for row in tx.connection.execute(query):
        values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
        values["tier"] = Tier(values["tier"])
        values["state"] = ShareState(values["state"])
        values["reason_code"] = Reason(values["reason_code"])
        found.append(ShareRow(**values))
    return found


def part_reference(tx: Tx, plan_id: PlanId, department: DepartmentCode) -> str:
    """By which this department knows the plan; nothing where it was never in it."""
    mine = plan_share.c.plan_id == plan_id, plan_share.c.department == department
    found = tx.connection.execute(select(plan_share.c.part_reference).where(*mine).limit(1))
    return str(found.scalar() or "")


def add(tx: Tx, rows: Sequence[ShareRow]) -> None:
    """Add the lines of a plan that was just added; its event tells of them all."""
    tx.connection.execute(
        insert(plan_share),
        [{name: getattr(row, name) for name in _NAMES} for row in rows],
    )


def of_plan(tx: Tx, plan_id: PlanId) -> list[ShareRow]:
    """Every line, by department, the largest first."""
    return _shares(
        tx,
        select(*_ALL)
        .where(plan_share.c.plan_id == plan_id)
        .order_by(
            plan_share.c.department, plan_share.c.current_pence.desc(), plan_share.c.share_id
        ),
    )


def live_of(tx: Tx, department: DepartmentCode) -> list[ShareRow]:
    """The live lines of one department, by the reference under which it knows each plan."""
    mine = plan_share.c.department == department, plan_share.c.state.in_(_LIVE)
    order = plan_share.c.part_reference, plan_share.c.share_id
    return _shares(tx, select(*_ALL).where(*mine).order_by(*order))


def one(tx: Tx, share_id: UUID) -> ShareRow | None:
    found = _shares(tx, select(*_ALL).where(plan_share.c.share_id == share_id))
    return found[0] if found else None


def live_under(tx: Tx, grant_id: GrantId) -> list[ShareRow]:
    """The lines that run under this permission."""
    return _shares(
        tx,
        select(*_ALL)
        .where(plan_share.c.grant_id == grant_id, plan_share.c.state.in_(_LIVE))
        .order_by(plan_share.c.share_id),
    )


def set_state(
    tx: Tx, share_id: UUID, state: ShareState, event: PlanEvent, *, reason: Reason = Reason.NONE
) -> None:
    """Change one line. An answer, and silence that counts as one, notes its moment."""
    values: dict[str, object] = {"state": state.value, "reason_code": reason.value}
    if state is ShareState.PENDING:
        values["answered_at"] = None
    elif state is not ShareState.LEFT:
        values["answered_at"] = event.at
    else:
        values["reason_code"] = case(
            (plan_share.c.reason_code != "", plan_share.c.reason_code), else_=reason.value
        )
    tx.connection.execute(
        update(plan_share).where(plan_share.c.share_id == share_id).values(**values)
    )
    append(tx, event)


def set_pence(tx: Tx, share_id: UUID, pence: int) -> None:
    """This line's part of each payment from now on; the plan's own change is its event."""
    tx.connection.execute(
        update(plan_share).where(plan_share.c.share_id == share_id).values(current_pence=pence)
    )


def note_closing(tx: Tx, share_id: UUID, closing_pence: int | None) -> None:
    """The most that this line still takes, where its department says that its end is near."""
    tx.connection.execute(
        update(plan_share)
        .where(plan_share.c.share_id == share_id)
        .values(closing_pence=closing_pence)
    )


def note_charges(tx: Tx, share_id: UUID, stop: bool) -> None:
    """Whether interest and fees stop while the plan is kept, as a department said with its yes."""
    tx.connection.execute(
        update(plan_share).where(plan_share.c.share_id == share_id).values(charges_stop=stop)
    )


def note_asked(tx: Tx, share_id: UUID, asked_pence: int | None) -> None:
    """The part of each payment that the department asks for instead, or that it named none."""
    tx.connection.execute(
        update(plan_share).where(plan_share.c.share_id == share_id).values(asked_pence=asked_pence)
    )


def set_terms(tx: Tx, share_id: UUID, line: Line) -> None:
    """A line that stays, at what fresh answers make of it."""
    tx.connection.execute(
        update(plan_share)
        .where(plan_share.c.share_id == share_id)
        .values(
            current_pence=int(line.pence),
            weight_ppm=line.weight_ppm,
            rank=line.rank,
            tier=line.tier.value,
            at_minimum=line.at_minimum,
        )
    )


def join_again(tx: Tx, before: ShareRow, fresh: ShareRow) -> ShareRow:
    """A line that had left comes back, in its old row."""
    back = replace(
        fresh,
        share_id=before.share_id,
        debt_token=before.debt_token,
        debt_tag=before.debt_tag,
    )
    tx.connection.execute(
        update(plan_share)
        .where(plan_share.c.share_id == before.share_id)
        .values(
            grant_id=back.grant_id,
            answer_by=back.answer_by,
            current_pence=back.current_pence,
            weight_ppm=back.weight_ppm,
            rank=back.rank,
            tier=back.tier.value,
            at_minimum=back.at_minimum,
            charges_stop=back.charges_stop,
        )
    )
    return back


def silent(tx: Tx, today: date, *, limit: int) -> list[ShareRow]:
    """Pending lines whose day for an answer has passed and for which none has come that only waits
    for the worker. Not claimed: lock the plan first."""
    came = select(share_answer.c.answer_id).where(
        share_answer.c.share_id == plan_share.c.share_id, share_answer.c.applied_at.is_(None)
    )
    return _shares(
        tx,
        select(*_ALL)
        .where(plan_share.c.state == ShareState.PENDING.value, plan_share.c.answer_by < today)
        .where(~came.exists())
        .order_by(plan_share.c.answer_by, plan_share.c.share_id)
        .limit(limit),
    )


def without_permission(tx: Tx, now: datetime, *, limit: int) -> list[ShareRow]:
    """Live lines whose permission is live no more, whatever ended it."""
    valid = [state.value for state in VALID] + ["suspended"]
    return _shares(
        tx,
        select(*_ALL)
        .join(consent_grant, consent_grant.c.grant_id == plan_share.c.grant_id)
        .where(
            plan_share.c.state.in_(_LIVE),
            consent_grant.c.state.not_in(valid) | (consent_grant.c.expires_at <= now),
        )
        .order_by(plan_share.c.share_id)
        .limit(limit),
    )
