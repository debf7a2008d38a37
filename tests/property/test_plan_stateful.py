"""Years of a plan's life in random order, on a real database: nothing illegal, no penny lost."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from consent.errors import ServiceError
from consent.ids import DepartmentCode
from consent.people import Department
from consent.store import open_store
from plan.answer import Said, answer
from plan.clear import clear
from plan.lifecycle import (
    LIVE_PLAN,
    PLAN_TRANSITIONS,
    InstalmentState,
    PlanState,
    ShareState,
    transition,
)
from plan.move_day import movable, move_day
from plan.pause import go_on_now
from plan.progress import LineSoFar
from plan.rules.allocation import BelowMinimums
from plan.rules.breaks import BreakKind
from plan.settle_terms import accept, keep_mine
from plan.terms import Every, Terms
from plan.vary import Seen, vary_amount, vary_lines
from tests.database import Database
from tests.plan_builders import DAYS, KEEPER, a_line, allow, terms
from tests.plan_life import Life

STEPS = 2_000 if os.environ.get("SVD_LONG") else 40
SEEDS = range(40) if os.environ.get("SVD_LONG") else range(1)
DEPARTMENTS = ("dwp", "council", "dvla", "slc", "nhsbsa")
ACTORS = ("person", "department", "clock", "system")
PLAN_STEPS = {(row.before, row.after) for row in PLAN_TRANSITIONS}


@dataclass
class Walk:
    """Random events in the life of one person's plan, and what must hold after each."""

    life: Life
    chance: random.Random
    received: int = 0
    over: int = 0
    allowed: set[str] = field(default_factory=lambda: {"dwp", "council", "dvla"})
    done: int = 0

    def step(self) -> None:
        before = self.life.plan
        lines = {line.share_id: line.state for line in before.lines}
        act = self.chance.choice(
            (self.pay, self.pay, self.days, self.due, self.answer, self.amount, self.lines,
             self.pause, self.go_on, self.clear, self.settle, self.move)
        )  # fmt: skip
        try:
            act()
            self.done += 1
        except (ServiceError, BelowMinimums, ValueError):
            assert self.life.plan == before, "what was refused changed nothing"
        self.holds(before.state, lines)

    def holds(self, before: PlanState, lines: Mapping[UUID, ShareState]) -> None:
        plan = self.life.plan
        if plan.state is not before:
            assert self.reachable(before, plan.state)
        live = [line for line in plan.lines if line.live]
        if plan.state in LIVE_PLAN:
            assert sum(line.pence for line in live) == plan.payment
            assert plan.next_due is not None
        else:
            assert plan.next_due is None
        assert (plan.state is PlanState.PAUSED) == (plan.look_again_on is not None)
        for line in plan.lines:
            was = lines.get(line.share_id)
            if was is not None and was is not line.state:
                assert self.line_step(was, line.state), (was, line.state)
        counted = sum(each.paid_pence for each in self.life.everything())
        assert counted + self.over == self.received
        asked = [one for one in self.life.everything() if one.state is not InstalmentState.SKIPPED]
        days = [each.due_on for each in asked]
        assert days == sorted(set(days), reverse=True), "the newest first, and no two on one day"
        for each in self.life.everything():  # what is not fixed may have money ahead of its day
            assert each.amount_pence is None or each.paid_pence <= each.amount_pence
            assert each.state is not InstalmentState.SKIPPED or not each.paid_pence

    def reachable(self, before: PlanState, after: PlanState) -> bool:
        """A day's rounds may take two steps: a break ends and a review does too."""
        middle = {step[1] for step in PLAN_STEPS if step[0] is before}
        return after in middle or any((each, after) in PLAN_STEPS for each in middle)

    def line_step(self, before: ShareState, after: ShareState) -> bool:
        return any(
            transition(before, after, by) for by in ("person", "department", "clock", "system")
        )

    def pay(self) -> None:
        pence = self.chance.choice((1, 999, 2500, 10000, 12345))
        self.over += self.life.pays(pence).over
        self.received += pence

    def days(self) -> None:
        self.life.pass_days(self.chance.choice((1, 5, 8, 20)))

    def due(self) -> None:
        if self.life.plan.next_due:
            self.life.until_due()

    def a_line_of(self) -> LineSoFar:
        return self.chance.choice(self.life.plan.lines)

    def answer(self) -> None:
        line = self.a_line_of()
        answer(
            self.life.worker,
            self.life.clock,
            self.life.chance,
            actor=Department(DepartmentCode(line.department)),
            share_id=line.share_id,
            said=self.chance.choice((Said.AGREED, Said.AGREED, Said.CHANGE_ASKED, Said.REFUSED)),
            working_days=DAYS,
            asked_pence=self.chance.choice((None, 100, 7777)),
        )

    def seen(self) -> Seen:
        return Seen(self.life.plan.plan_id, self.life.plan.version, self.life.clock.now())

    def any_terms(self) -> Terms:
        """Another amount, day and frequency; the day is sometimes one that only a month has."""
        every = self.chance.choice(list(Every))
        day = self.chance.randint(1, 28 if every is Every.MONTH else 8)
        return terms(self.chance.randint(1, 20000), day=day, every=every)

    def amount(self) -> None:
        vary_amount(
            self.life.store,
            self.life.clock,
            self.life.chance,
            actor=self.life.person,
            seen=self.seen(),
            terms=self.any_terms(),
            working_days=DAYS,
        )

    def lines(self) -> None:
        chosen = self.chance.sample(DEPARTMENTS, self.chance.randint(1, 4))
        wanted = [a_line(code, self.chance.randint(1, 6000)) for code in chosen]
        held = {line.department: line.grant_id for line in self.life.plan.lines}
        new = tuple(code for code in chosen if DepartmentCode(code) not in held)
        if new:
            key = f"more {self.done} {self.life.clock.now()}"
            held |= allow(self.life.store, self.life.clock, self.life.person, new, post_key=key)
        every = self.life.plan.frequency
        day = self.life.plan.pay_day if self.chance.random() < 0.5 else self.chance.randint(1, 7)
        vary_lines(
            self.life.store,
            self.life.clock,
            self.life.chance,
            actor=self.life.person,
            seen=self.seen(),
            terms=terms(sum(line.pence for line in wanted), day=day, every=every),
            lines=wanted,
            permissions=held,
            keeper=KEEPER,
            working_days=DAYS,
        )

    def pause(self) -> None:
        kind = self.chance.choice((BreakKind.CRISIS, BreakKind.INCOME_FELL))
        self.life.pauses(self.chance.choice((0, 1, 2, 3, 8, 9)), kind)

    def go_on(self) -> None:
        go_on_now(
            self.life.store,
            self.life.clock,
            self.life.chance,
            actor=self.life.person,
            plan_id=self.life.plan.plan_id,
        )

    def clear(self) -> None:
        line = self.a_line_of()
        clear(
            self.life.worker,
            self.life.clock,
            self.life.chance,
            actor=Department(DepartmentCode(line.department)),
            share_id=line.share_id,
        )

    def move(self) -> None:
        """One payment on another day, if one can move."""
        life, plan_id = self.life, self.life.plan.plan_id
        found = movable(
            life.store, life.clock, actor=life.person, plan_id=plan_id, working_days=DAYS
        )
        if found is not None:
            move_day(
                life.store,
                life.clock,
                life.chance,
                actor=life.person,
                plan_id=plan_id,
                sequence=found.sequence,
                to=self.chance.choice(found.days),
                working_days=DAYS,
            )

    def settle(self) -> None:
        line = self.a_line_of()
        verb = self.chance.choice((accept, keep_mine))
        verb(
            self.life.store,
            self.life.clock,
            self.life.chance,
            actor=self.life.person,
            plan_id=self.life.plan.plan_id,
            share_id=line.share_id,
        )


@pytest.fixture
def life(database: Database, seed: int) -> Iterator[Life]:
    """Paid by the month at first, or by the week: new terms change that as they come."""
    store = open_store(database.portal_url)
    worker = open_store(database.worker_url, role="svd_worker")
    every = list(Every)[(seed + 3) % 4]
    yield Life(store, worker, every=every, day=1 + seed % 7)
    store.close()
    worker.close()


@pytest.mark.timeout(3000)
@pytest.mark.parametrize("seed", SEEDS)
def test_years_of_random_events_break_no_rule(life: Life, seed: int) -> None:
    walk = Walk(life, random.Random(seed))
    for _ in range(STEPS):
        if life.plan.state not in LIVE_PLAN:
            break
        walk.step()
    ended = life.plan.state not in LIVE_PLAN
    assert walk.done > 10 or ended, "a walk in which hardly anything was allowed shows nothing"
