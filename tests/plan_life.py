"""A plan that lives through months of a calendar of its own, with the worker's rounds each day."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, timedelta

from consent.clock import london_date
from consent.ids import DepartmentCode
from consent.people import Department, Person, Worker
from consent.store import Store
from plan.answer import Said, answer
from plan.collect import fall_due
from plan.died import end_after_death, rest_after_death
from plan.miss import count_missed, end_after_review
from plan.pause import Paused, go_on, pause
from plan.progress import PlanSoFar
from plan.receive import Received, receive_in
from plan.rules.breaks import BreakKind
from plan.store import events as plan_events
from plan.store import instalments
from plan.store.instalments import Instalment
from plan.terms import Every
from tests.builders import a_clock, a_person, set_chance
from tests.plan_builders import DAYS, THREE, agreed, line_of, plan_of

DAY = timedelta(days=1)


class Life:
    """Tamsin's plan of £100 a month, or so often as it says, with the departments that said yes,
    and a calendar."""

    def __init__(
        self,
        store: Store,
        worker: Store,
        *,
        yes: Iterable[str] = tuple(THREE),
        days: int = 0,
        name: str = "tamsin",
        every: Every = Every.MONTH,
        day: int = 1,
        first_on: date | None = None,
    ) -> None:
        """`days` apart from the others of one database, whose names are others too."""
        self.store, self.worker, self.clock = store, worker, a_clock()
        self.clock.move(days * DAY)
        self.chance = os.urandom
        seed = "" if name == "tamsin" else name
        chance = set_chance(seed) if seed else set_chance()
        self.person: Person = a_person(store, self.clock, chance, name)
        agreed(store, self.clock, self.person, THREE, every=every, day=day, first_on=first_on)
        for code in yes:
            self.answers(code)

    def answers(self, code: str, said: Said = Said.AGREED) -> None:
        answer(
            self.worker,
            self.clock,
            self.chance,
            actor=Department(DepartmentCode(code)),
            share_id=line_of(self.store, self.person, code),
            said=said,
            working_days=DAYS,
        )

    def until_due(self) -> None:
        """The day of the next payment, and the worker's rounds on it."""
        due = self.plan.next_due
        assert due is not None
        self.pass_days((due - london_date(self.clock.now())).days)

    def pass_days(self, days: int) -> None:
        """The worker was away on the days between, and catches up."""
        self.clock.move(days * DAY)
        self.rounds()

    def rounds(self) -> None:
        chance = self.chance
        rest_after_death(self.worker, self.clock, chance)
        end_after_death(self.worker, self.clock, chance)
        go_on(self.worker, self.clock, chance)
        while fall_due(self.worker, self.clock, chance, working_days=DAYS):
            pass
        count_missed(self.worker, self.clock, chance)
        end_after_review(self.worker, self.clock, chance)

    def pays(self, pence: int) -> Received:
        plan_id = plan_of(self.store, self.person).plan_id
        with self.worker.transaction(Worker()) as tx:
            return receive_in(tx, self.clock, self.chance, plan_id=plan_id, pence=pence)

    def fallen(self) -> list[Instalment]:
        plan_id = plan_of(self.store, self.person).plan_id
        with self.store.transaction(self.person) as tx:
            return instalments.fallen(tx, plan_id)

    def kinds(self) -> list[str]:
        with self.store.transaction(self.person) as tx:
            found = plan_events.history(tx, self.person.subject, limit=200, offset=0)
        return [event.kind for event in found]

    def pauses(self, payments: int, kind: BreakKind = BreakKind.CRISIS) -> Paused:
        return pause(
            self.store,
            self.clock,
            self.chance,
            actor=self.person,
            plan_id=self.plan.plan_id,
            payments=payments,
            working_days=DAYS,
            kind=kind,
        )

    @property
    def plan(self) -> PlanSoFar:
        return plan_of(self.store, self.person)

    def everything(self) -> list[Instalment]:
        plan_id = self.plan.plan_id
        with self.store.transaction(self.person) as tx:
            return instalments.of_plan(tx, plan_id)
