"""Asking: each department alone, nothing lost, nothing read that may not be read."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from adapters.wire_loop import WireLoop
from consent.clock import SetClock
from consent.how import How
from consent.ids import DepartmentCode
from consent.permit import Permit
from debts.asking import TRIES_WITHIN, Asked, Deadlines, Held
from debts.debt import Answer, Debt, Debts, NoDebts, NotAsked, NotMatched, Unanswered, Unavailable
from debts.facts import Facts
from debts.money import Pence
from debts.pull import Pulls
from debts.vault import MemoryVault
from debts.visit import Visit, Visits
from tests.builders import NOON, a_clock, set_chance
from tests.native_lab import a_permit, a_stranger
from tests.until import LONG

CLASSES = (Asked, Held, Debt, Debts, NoDebts, NotAsked, NotMatched, Unavailable, Unanswered)
DWP, COUNCIL = DepartmentCode("dwp"), DepartmentCode("council")


@dataclass
class Department:
    """Answers what it is told to; one that is held does so when it is let go."""

    loop: WireLoop
    answer: Answer | Exception = field(default_factory=lambda: NoDebts(NOON))
    asked: int = 0
    free: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.free.set()

    def hold(self) -> None:
        """Before it is asked."""
        self.free.clear()

    def let_go(self) -> None:
        async def on_the_loop() -> None:
            self.free.set()

        self.loop.call(on_the_loop(), seconds=LONG)

    async def debts(self, permit: Permit, facts: Facts) -> Answer:
        self.asked += 1
        await asyncio.sleep(0)
        await self.free.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class NoteBook:
    """The consent side: which grants are live, and what it was told."""

    live: bool = True
    broken: bool = False
    told: list[tuple[str, ...]] = field(default_factory=list)
    kept: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """What is on record as held: by interaction, its hash and its end."""
    gone: list[tuple[str, How]] = field(default_factory=list)

    def still_live(self, permit: Permit) -> bool:
        if self.broken:
            raise OSError("no database")
        return self.live

    def received(self, permit: Permit, *, answer_sha256: str, held_until: datetime) -> bool:
        if self.still_live(permit):
            self.kept[permit.interaction_id] = (answer_sha256, held_until)
        return self.live

    def disposed(self, interactions: Collection[str], how: How) -> None:
        for one in interactions:
            if self.kept.pop(one, None) is not None:
                self.gone.append((one, how))

    def dropped(self, permit: Permit) -> None:
        self.told.append(("dropped", permit.department))

    def answered(self, permit: Permit, *, late: bool, handle: str) -> None:
        self.told.append(("answered", permit.department, "late" if late else "", handle))

    def not_answered(self, permit: Permit, why: str) -> None:
        self.told.append(("not_answered", permit.department, why))


@dataclass
class Desk:
    clock: SetClock
    visit: Visit
    pulls: Pulls
    dwp: Department
    council: Department
    book: NoteBook = field(default_factory=NoteBook)

    def ask(self, *codes: str) -> None:
        self.pulls.ask(
            self.visit, [a_permit(code) for code in codes or ("dwp",)], a_stranger(), self.book
        )

    def answer(self, code: str = "dwp") -> Answer:
        """What stands in the vault once there is something."""
        found = self.held(code)
        assert found is not None, f"{code} has not answered"
        return found.answer

    def held(self, code: str) -> Held | None:
        with self.pulls.news(self.visit) as bell:
            while True:
                bell.clear()
                found = self.visit.get(f"answer.{code}", Held)
                if found is not None or not bell.wait(LONG):
                    return found

    def told(self) -> list[tuple[str, ...]]:
        """What the consent side was told, once all asks have ended."""
        with ThreadPoolExecutor(1) as waiting:
            waiting.submit(self._until_quiet).result(LONG)
        return self.book.told

    def _until_quiet(self) -> None:
        while any(self.pulls.running(self.visit, code) for code in (DWP, COUNCIL)):
            asyncio.run(asyncio.sleep(0.005))


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock = a_clock()
    visits = Visits(
        MemoryVault(clock), clock, set_chance("visit"), pepper=b"k" * 32, classes=CLASSES
    )
    loop = WireLoop().start()
    dwp, council = Department(loop), Department(loop)
    with ThreadPoolExecutor(4) as threads:
        pulls = Pulls(
            {DWP: dwp, COUNCIL: council},
            clock,
            spawn=loop.submit,
            threads=threads,
        )
        yield Desk(clock, visits.open(visits.new_secret()), pulls, dwp, council)
        loop.stop()


def test_an_answer_comes_to_the_vault_and_its_outcome_to_the_book(desk: Desk) -> None:
    desk.dwp.answer = Debts(
        (Debt("t", "DWP_UC_OP", "Overpayment", Pence(5), NOON),), NOON, subject_handle="h1"
    )
    desk.ask()
    assert isinstance(desk.answer(), Debts)
    assert desk.told() == [("answered", "dwp", "", "h1")]


def test_an_answer_without_debts_looks_the_same_in_the_book(desk: Desk) -> None:
    desk.ask()
    assert isinstance(desk.answer(), NoDebts)
    assert desk.told() == [("answered", "dwp", "", "")]


def test_one_that_breaks_has_its_own_gap_and_delays_nobody(desk: Desk) -> None:
    desk.dwp.answer = RuntimeError("anything")
    desk.council.hold()
    desk.ask("dwp", "council")
    broken = desk.answer("dwp")
    assert isinstance(broken, Unavailable)
    assert broken.reason is Unanswered.ERROR
    desk.council.let_go()
    assert isinstance(desk.answer("council"), NoDebts)


def test_an_answer_after_the_deadline_is_kept_as_late(desk: Desk) -> None:
    desk.pulls.deadlines = Deadlines(hard=timedelta(0))
    desk.ask()
    held = desk.held("dwp")
    assert held is not None
    assert held.late
    assert desk.told() == [("answered", "dwp", "late", "")]


def test_after_a_minute_nobody_waits_any_more(desk: Desk) -> None:
    desk.pulls.deadlines = Deadlines(late=timedelta(seconds=0.05))
    desk.dwp.hold()
    desk.ask()
    answer = desk.answer()
    assert isinstance(answer, Unavailable)
    assert answer.reason is Unanswered.TIMED_OUT
    assert desk.told() == [("not_answered", "dwp", "timed_out")]


def test_a_grant_withdrawn_meanwhile_drops_the_answer_unread(desk: Desk) -> None:
    desk.dwp.answer = Debts((Debt("t", "DWP_UC_OP", "Overpayment", Pence(5), NOON),), NOON)
    desk.dwp.hold()
    desk.ask()
    desk.book.live = False
    desk.dwp.let_go()
    assert isinstance(desk.answer(), NotAsked)
    assert desk.told() == [("dropped", "dwp")]


def test_when_nobody_can_say_whether_it_may_be_read_it_is_not(desk: Desk) -> None:
    desk.book.broken = True
    desk.ask()
    assert isinstance(desk.answer(), Unavailable)


def test_an_answer_for_a_visit_that_has_ended_is_dropped(desk: Desk) -> None:
    desk.dwp.hold()
    desk.ask()
    desk.visit.destroy()
    desk.dwp.let_go()
    assert desk.told() == [("dropped", "dwp")]
    assert desk.visit.slots() == []


def test_leaving_stops_asking(desk: Desk) -> None:
    desk.dwp.hold()
    desk.ask()
    desk.pulls.forget_all(desk.visit)
    desk.told()
    assert not desk.pulls.running(desk.visit, DWP)


def test_a_stopped_department_is_forgotten(desk: Desk) -> None:
    desk.ask("dwp", "council")
    desk.answer("dwp")
    desk.pulls.forget(desk.visit, DWP, desk.book)
    assert desk.visit.get("answer.dwp", Held) is None
    assert isinstance(desk.answer("council"), NoDebts)


def test_two_clicks_ask_once(desk: Desk) -> None:
    desk.ask()
    assert desk.pulls.due(desk.visit, [DWP, COUNCIL]) == [COUNCIL]
    desk.clock.move(timedelta(seconds=31))
    assert desk.pulls.due(desk.visit, [DWP, COUNCIL]) == [DWP, COUNCIL]


def test_asking_again_needs_an_answer_that_was_not_good_enough(desk: Desk) -> None:
    desk.dwp.hold()
    desk.ask()
    assert desk.pulls.due(desk.visit, [DWP], again=True) == []
    desk.dwp.let_go()
    desk.answer()
    assert desk.pulls.due(desk.visit, [DWP], again=True) == [DWP]


def test_three_tries_in_ten_minutes_and_no_more(desk: Desk) -> None:
    for _ in range(3):
        desk.ask()
        desk.answer()
    assert desk.pulls.due(desk.visit, [DWP], again=True) == []
    desk.clock.move(TRIES_WITHIN)
    assert desk.pulls.due(desk.visit, [DWP], again=True) == [DWP]


def test_after_five_failures_a_department_is_left_alone_for_a_while(desk: Desk) -> None:
    desk.dwp.answer = Unavailable(NOON, Unanswered.ERROR)
    for _ in range(6):
        desk.ask()
        desk.told()
    answer = desk.answer()
    assert isinstance(answer, Unavailable)
    assert answer.reason is Unanswered.BREAKER_OPEN
    assert desk.dwp.asked == 5
    desk.ask("council")
    assert isinstance(desk.answer("council"), NoDebts)
    desk.clock.move(timedelta(seconds=31))
    desk.ask()
    desk.told()
    assert desk.dwp.asked == 6


def test_refusing_one_person_is_no_failure_for_the_others(desk: Desk) -> None:
    desk.dwp.answer = Unavailable(NOON, Unanswered.REFUSED)
    for _ in range(6):
        desk.ask()
        desk.told()
    assert desk.dwp.asked == 6


def test_the_bell_rings_for_its_own_visit_only(desk: Desk) -> None:
    clock = desk.clock
    visits = Visits(
        MemoryVault(clock), clock, set_chance("other"), pepper=b"k" * 32, classes=CLASSES
    )
    other = visits.open(visits.new_secret())
    with desk.pulls.news(other) as mine:
        desk.ask()
        desk.answer()
        assert not mine.is_set()
