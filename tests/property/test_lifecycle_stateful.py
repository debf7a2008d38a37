"""A random walk of two people, three departments, the worker and others, on real PostgreSQL, beside
a model in plain Python (SEC-4, SEC-7, SEC-10, SEC-11).

2,000 steps; 100,000 with SVD_LONG=1. A failure names the seed and the steps that led to it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random

import pytest

from consent.errors import ServiceError
from consent.lifecycle import ENDED, VALID, State, transition
from consent.people import Person
from consent.revoke import Revoker
from consent.withdraw import withdraw_all
from tests.database import Database
from tests.lifecycle_lab import Lab, Made, lab_of
from tests.lifecycle_model import OfOne, Refused

LONG = os.environ.get("SVD_LONG") == "1"
WALK = 250
"""Steps of one pair of people."""
STEPS = 100_000 if LONG else 2_000
DEPARTMENTS = ("dwp", "hmrc", "slc")
MOVES = (
    *(timedelta(seconds=31), timedelta(minutes=10), timedelta(hours=25), timedelta(days=31)),
    *(timedelta(days=200), timedelta(days=366)),
)


@pytest.fixture
def lab(database: Database) -> Iterator[Lab]:
    with lab_of(database) as made:
        yield made


class Walk:
    """Two people's permissions as they are and as the model has them."""

    def __init__(self, lab: Lab, seed: int) -> None:
        self.lab, self.dice, self.seed = lab, Random(seed), seed
        self.people = [lab.person(), lab.person()]
        self.model = {(who, d): OfOne() for who in (0, 1) for d in DEPARTMENTS}
        self.forms: list[tuple[int, str, str]] = []
        self.told: list[str] = []
        self.worker_on = True
        self.counted: Counter[str] = Counter()

    @property
    def now(self) -> datetime:
        return self.lab.clock.now()

    def step(self) -> None:
        self.lab.later(seconds=1)
        act = self.dice.choice(self.acts)
        self.told.append(act.__name__)
        self.counted[act.__name__] += 1
        act()
        self.check()

    @property
    def acts(self) -> tuple[Callable[[], None], ...]:
        often = (self.show, self.give, self.give, self.use, self.use, self.move)
        return (
            *often,
            *(self.refuse, self.defer, self.renew, self.suspend, self.resume, self.withdraw),
            *(self.stop_all, self.phone, self.revoke, self.invalidate, self.sweep, self.switch),
        )

    # ---- the steps: what is done, and what the model says of it ----

    def both(self, really: Callable[[], object], model: Callable[[], object]) -> object:
        """The same outcome on both sides: done, or refused for the same reason."""
        try:
            expected, refused = model(), ""
        except Refused as said:
            expected, refused = None, str(said)
        happened = ""
        try:
            really()
        except ServiceError as said:
            happened = type(said).__name__
        assert happened == refused
        return expected

    def show(self) -> None:
        who, department = self.dice.randrange(2), self.dice.choice(DEPARTMENTS)
        form, one = self.lab.key(), self.model[who, department]
        again = one.shows(self.now)
        made = self.lab.ask(self.people[who], department, key=form)
        assert (made.grant_id == again) or (not again and made.grant_id not in one.asked)
        one.show(made.grant_id, form, self.now)
        self.forms.append((who, department, form))

    def give(self) -> None:
        if not self.forms:
            return
        who, department, form = self.dice.choice(self.forms[-12:])
        one, once, found = self.model[who, department], self.dice.random() < 0.3, []
        helped = not once and self.dice.random() < 0.2

        def really() -> None:
            if helped:
                made = Made(self.people[who], form, "", department)  # type: ignore[arg-type]
                found.append(self.lab.give_assisted(made))
            else:
                said = self.lab.say_yes(self.people[who], department, key=form, once=once)
                found.append(said)

        if self.both(really, lambda: one.may_give(form, self.now)):
            [grant] = found[0].grants
            one.give(grant.grant_id, form, self.now, grant.receipt, once=once)

    def refuse(self) -> None:
        self._decide("refused", self.lab.refuse)

    def defer(self) -> None:
        self._decide("deferred", self.lab.defer)

    def _decide(self, state: str, verb: Callable[[Made], object]) -> None:
        if self.forms:
            who, department, form = self.dice.choice(self.forms[-12:])
            verb(Made(self.people[who], form, "", department))  # type: ignore[arg-type]
            self.model[who, department].decide(form, state, self.now)

    def _some(self) -> tuple[Made, OfOne, str] | None:
        """The newest permission of somebody, or now and then an older one."""
        who, department = self.dice.randrange(2), self.dice.choice(DEPARTMENTS)
        one = self.model[who, department]
        if not one.agreed:
            return None
        keys = list(one.agreed)
        key = keys[-1] if self.dice.random() < 0.8 else self.dice.choice(keys)
        receipt = self.dice.choice(one.agreed[key].receipts)
        return Made(self.people[who], "", key, department, receipt), one, key  # type: ignore[arg-type]

    def renew(self) -> None:
        if found := self._some():
            made, one, key = found
            before = one.agreed[key].version
            new = []
            self.both(
                lambda: new.append(self.lab.renew(made)),
                lambda: one.renew(one.agreed[key], self.now),
            )
            if one.agreed[key].version > before:
                one.agreed[key].receipts.append(new[0].receipt)

    def suspend(self) -> None:
        if found := self._some():
            made, one, key = found
            verb = self.dice.choice((self.lab.suspend, self.lab.suspend_by_system))
            self.both(lambda: verb(made), lambda: one.suspend(one.agreed[key], self.now))

    def resume(self) -> None:
        if found := self._some():
            made, one, key = found
            ends = one.agreed[key].expires_at
            self.both(lambda: self.lab.resume(made), lambda: one.resume(one.agreed[key], self.now))
            assert self.lab.grant(made).expires_at == ends

    def withdraw(self) -> None:
        if found := self._some():
            made, one, key = found
            self.both(lambda: self.lab.withdraw(made), lambda: one.stop(one.agreed[key]))

    def phone(self) -> None:
        if found := self._some():
            made, one, key = found
            self.both(lambda: self.lab.phone(made), lambda: one.stop(one.agreed[key]))

    def stop_all(self) -> None:
        who = self.dice.randrange(2)
        lab = self.lab
        withdraw_all(lab.portal, lab.clock, lab.chance, actor=self.people[who])
        for department in DEPARTMENTS:
            for grant in self.model[who, department].agreed.values():
                self.model[who, department].stop(grant)

    def revoke(self) -> None:
        if found := self._some():
            made, one, key = found
            by = self.dice.choice(list(Revoker))
            self.both(lambda: self.lab.revoke(made, by), lambda: one.revoke(one.agreed[key]))

    def invalidate(self) -> None:
        if found := self._some():
            made, one, key = found
            self.both(lambda: self.lab.invalidate(made), lambda: one.invalidate(one.agreed[key]))

    def use(self) -> None:
        """Permits come from live grants only, also while nobody sweeps (SEC-7, SEC-10)."""
        who = self.dice.randrange(2)
        may = [
            key
            for d in DEPARTMENTS
            for key, grant in self.model[who, d].agreed.items()
            if grant.may_be_used(self.now)
        ]
        made = self.lab.permits(self.people[who])
        assert sorted(permit.grant_id for permit in made) == sorted(may)
        for department in DEPARTMENTS:
            self.model[who, department].use(self.now)

    def move(self) -> None:
        self.lab.clock.move(self.dice.choice(MOVES))
        if self.worker_on and self.dice.random() < 0.5:
            self.sweep()

    def sweep(self) -> None:
        if not self.worker_on:
            return
        while self.lab.expire() + self.lab.lapse():
            pass
        for one in self.model.values():
            one.expire(self.now)
            one.lapse(self.now)

    def switch(self) -> None:
        self.worker_on = not self.worker_on

    # ---- after each step ----

    def check(self) -> None:
        expected = {
            (self.people[who].subject, department): one.counts()
            for (who, department), one in self.model.items()
        }
        found: dict[object, Counter[str]] = {key: Counter() for key in expected}
        for subject, department, state, count in self.lab.rows(
            "select subject_id, department, state, count(*) from ("
            " select subject_id, department, state from consent_request"
            " where subject_id = any(%(who)s) union all"
            " select subject_id, department, state from consent_grant"
            " where subject_id = any(%(who)s)) r group by 1, 2, 3",
            who=[person.subject for person in self.people],
        ):
            found[subject, department][state] += count
        assert found == expected

    def check_all(self) -> None:
        """Row by row: state, version, end, uses; and each is what its events say."""
        for (who, department), one in self.model.items():
            person = self.people[who]
            grants = self._grants(person, department)
            assert set(grants) == set(one.agreed)
            for key, grant in one.agreed.items():
                assert grants[key] == (
                    *(grant.state, grant.version, grant.expires_at, len(grant.uses), grant.once),
                )
            events = self.lab.rows(
                "select grant_id, kind, by_kind from consent_event where subject_id = %(who)s"
                " and department = %(department)s order by position",
                who=person.subject,
                department=department,
            )
            assert len(events) == one.events
            states = {key: grants[key][0] for key in grants}
            states |= {key: asked.state for key, asked in one.asked.items()}
            for key, state in states.items():
                assert _replayed([row[1:] for row in events if row[0] == key]) == state

    def _grants(self, person: Person, department: str) -> dict[str, tuple[object, ...]]:
        rows = self.lab.rows(
            "select grant_id, state, version, expires_at, uses, one_time from consent_grant"
            " where subject_id = %(who)s and department = %(department)s",
            who=person.subject,
            department=department,
        )
        return {row[0]: row[1:] for row in rows}


def _replayed(events: list[tuple[str, str]]) -> str:
    """Walk through the events by the table: each step is in it, and nothing that ended revives."""
    state: State | None = None
    for kind, by in events:
        if kind == "asked":
            assert state in VALID
            continue
        after = State.GIVEN if kind == "resumed" else State(kind)
        assert transition(state, after, by) is not None, (state, after, by)
        assert state not in ENDED or after is State.INVALIDATED
        assert after not in VALID or by in ("person", "assisted")
        state = after
    assert state is not None
    return state.value


def test_a_random_walk_never_leaves_the_table(lab: Lab) -> None:
    counted: Counter[str] = Counter()
    for seed in range(STEPS // WALK):
        walk = Walk(lab, seed)
        try:
            for _ in range(WALK):
                walk.step()
            walk.check_all()
        except AssertionError as fault:
            raise AssertionError(f"seed {seed}, after {walk.told[-20:]}: {fault}") from fault
        counted += walk.counted
    assert sum(counted.values()) == STEPS
    assert len(counted) == 16, counted


def test_the_walk_finds_a_permission_that_comes_back(lab: Lab) -> None:
    """The check itself is checked: one row brought back behind the model's back is seen at once."""
    walk = Walk(lab, 1)
    while not any(o.counts()["withdrawn"] for o in walk.model.values()):
        walk.step()
    lab.rows(
        "with off as (select set_config('session_replication_role', 'replica', false))"
        " update consent_grant set state = 'given', ended_at = null, ended_by = null from off"
        " where state = 'withdrawn' returning 1"
    )
    lab.rows("select set_config('session_replication_role', 'origin', false)")
    with pytest.raises(AssertionError):
        walk.check()
