"""Plans for tests, agreed the way the pages agree them, on a real database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import create_engine, text

from consent import register as register_files
from consent.clock import Clock
from consent.ids import DepartmentCode, GrantId
from consent.people import Person
from consent.purposes import Purpose
from consent.store import Store
from debts.money import Pence
from plan import working_days
from plan.agree import PlanAgreed, agree
from plan.progress import PlanSoFar, progress
from plan.rules.strategies import StrategyName
from plan.share import Line
from plan.terms import Every, Terms, Tier
from plan.tokens import TokenKeeper, public_half, tag_key
from tests.builders import given, set_chance
from tests.database import Database

PRIVATE = b"k" * 32
KEEPER = TokenKeeper(public_half(PRIVATE), tag_key(b"p" * 32))
DAYS = working_days.load()
REGISTER = register_files.load()

Money = Mapping[str, int]
THREE = {"dwp": 5000, "council": 3000, "dvla": 2000}
"""Departments and the pence of each one's line: £100 a month."""


def a_line(department: str, pence: int, token: str = "d_1", **facts: object) -> Line:
    entry = REGISTER.find(department)
    assert entry is not None
    values: dict[str, object] = {
        "opaque": entry.wire == "native",
        "tier": Tier.OTHER,
        "weight_ppm": 1_000_000,
        "silence_days": entry.silence_days,
    }
    code = DepartmentCode(department)
    return Line(department=code, token=token, pence=Pence(pence), **{**values, **facts})  # type: ignore[arg-type]


def terms(
    pence: int, *, day: int = 1, every: Every = Every.MONTH, first_on: date | None = None
) -> Terms:
    return Terms(
        pence, day, StrategyName.PRO_RATA, "2025-04", "plan/1", every=every, first_on=first_on
    )


def allow(
    store: Store, clock: Clock, actor: Person, codes: Sequence[str], post_key: str = "run"
) -> dict[DepartmentCode, GrantId]:
    """Permissions to run a plan, given now."""
    receipt = given(
        store,
        clock,
        set_chance(f"allow {actor.subject} {post_key}"),
        actor,
        codes,
        purpose=Purpose.RUN_PLAN,
        post_key=post_key,
    )
    return {grant.department: grant.grant_id for grant in receipt.grants}


def agreed(
    store: Store,
    clock: Clock,
    actor: Person,
    money: Money = THREE,
    *,
    permissions: Mapping[DepartmentCode, GrantId] | None = None,
    lines: Sequence[Line] | None = None,
    payment: int | None = None,
    day: int = 1,
    every: Every = Every.MONTH,
    first_on: date | None = None,
    post_key: str = "post-1",
    signed_in_at: datetime | None = None,
    seed: str = "agree",
) -> PlanAgreed:
    """A plan with one line for each department, unless `lines` says otherwise."""
    if permissions is None:
        permissions = allow(store, clock, actor, list(money))
    lines = [a_line(code, pence) for code, pence in money.items()] if lines is None else lines
    return agree(
        store,
        clock,
        set_chance(f"{seed} {actor.subject} {post_key}"),
        actor=actor,
        signed_in_at=signed_in_at or clock.now(),
        terms=terms(
            sum(line.pence for line in lines) if payment is None else payment,
            day=day,
            every=every,
            first_on=first_on,
        ),
        lines=lines,
        permissions=permissions,
        keeper=KEEPER,
        working_days=DAYS,
        post_key=post_key,
    )


def plan_of(store: Store, actor: Person) -> PlanSoFar:
    found = progress(store, actor=actor)
    assert found is not None
    return found


def known_as(store: Store, actor: Person, department: str = "dwp") -> str:
    """How this department knows their plan; the plan's own reference where it has no part."""
    plan = plan_of(store, actor)
    mine = (one.part_reference for one in plan.lines if one.department == department)
    return next(mine, plan.reference)


def line_of(store: Store, actor: Person, department: str) -> UUID:
    """The share id of this department's only line."""
    (line,) = plan_of(store, actor).departments()[DepartmentCode(department)]
    return line.share_id


def waiting(database: Database, topic: str) -> list[tuple[str, str]]:
    """Department and ref of every outbox row of this topic, as only the superuser sees them."""
    engine = create_engine(database.superuser_url)
    with engine.connect() as connection:
        rows = connection.execute(
            text("select department, ref from outbox where topic = :topic order by outbox_id"),
            {"topic": topic},
        ).all()
    engine.dispose()
    return [(row[0], row[1]) for row in rows]
