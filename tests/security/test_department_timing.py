"""SEC-88: an id that there is not, another department's and a text that is no id take equal time.

Samples are interleaved, so that what slows the machine slows all three alike; what is compared is
the median, with a bootstrapped interval. It wants a quiet machine and a minute or two, so it runs
with `SVD_LONG=1` only; that the three are the same bytes is in `test_department_api`.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median
from typing import Any, Final

import pytest

from app.department_api import create_api
from consent.clock import SetClock
from consent.store import open_store
from consent.store.checks import Checks, Look
from tests.builders import a_person, given, set_chance
from tests.database import Database
from tests.department_desk import ISSUER, DoorDesk, Machine, a_door, settings_for

pytestmark = [
    pytest.mark.skipif(os.environ.get("SVD_LONG") != "1", reason="SVD_LONG=1 measures times"),
    pytest.mark.timeout(1800),
]
SAMPLES: Final = 5000
RESAMPLES: Final = 2000
BAR: Final = 0.002
UNKNOWN: Final = "g_" + "A" * 22
NO_ID: Final = "not-an-id"


@pytest.fixture
def desk(database: Database) -> Iterator[DoorDesk]:
    with a_door(database) as opened:
        opened.door = replace(opened.door, limits=replace(opened.door.limits, rate=1e9, burst=1e9))
        opened.app = create_api(settings_for(), opened.door)
        opened.client = opened.app.test_client()
        yield opened


@pytest.fixture
def foreign(database: Database, desk: DoorDesk) -> str:
    """A live permission, for another department."""
    store, clock = open_store(database.portal_url), desk.clock
    assert isinstance(clock, SetClock)
    made = given(store, clock, set_chance("g"), a_person(store, clock, set_chance()), ["dvla"])
    store.close()
    return str(made.grants[0].grant_id)


def sample(machine: Machine, ids: Sequence[str], count: int) -> dict[str, list[float]]:
    """Seconds that each answer took, in an order that is shuffled anew each round."""
    machine.get_token()
    taken: dict[str, list[float]] = {id_: [] for id_ in ids}
    order = random.Random(88)  # an order, not a secret
    for round_ in range(count + 20):
        for id_ in order.sample(list(ids), len(ids)):
            path = f"/v1/grants/{id_}/status"
            headers = machine.headers("GET", path)
            began = time.perf_counter()
            answer = machine.door.client.get(path, headers=headers, base_url=ISSUER)
            spent = time.perf_counter() - began
            assert answer.status_code == 404
            if round_ >= 20:  # the first ones warm up
                taken[id_].append(spent)
    return taken


def interval(one: list[float], other: list[float]) -> tuple[float, float]:
    """The bootstrapped 95 % interval of the difference of the medians, in seconds."""
    draw = random.Random(89)  # resampling, not a secret
    differences = sorted(
        median(draw.choices(one, k=len(one))) - median(draw.choices(other, k=len(other)))
        for _ in range(RESAMPLES)
    )
    return differences[int(RESAMPLES * 0.025)], differences[int(RESAMPLES * 0.975)]


def test_what_is_not_ours_takes_as_long_as_what_is_not_there(desk: DoorDesk, foreign: str) -> None:
    taken = sample(desk.machine("dwp"), (UNKNOWN, foreign, NO_ID), SAMPLES)
    for name, id_ in (("foreign", foreign), ("no id", NO_ID)):
        low, high = interval(taken[id_], taken[UNKNOWN])
        print(
            f"{name} against unknown: {low * 1e6:+.0f} to {high * 1e6:+.0f} µs"
            f" (median {median(taken[UNKNOWN]) * 1e3:.2f} ms, {SAMPLES} each)"
        )
        assert low > -BAR, name
        assert high < BAR, name
        assert low <= 0 <= high, name


class Leaky(Checks):
    """Takes five milliseconds longer for one id: what the test above must be able to see."""

    slow = ""

    def look(self, department: str, *, grant_ids: Sequence[str] = (), **more: Any) -> Look:
        if self.slow in grant_ids:
            time.sleep(0.005)
        return super().look(department, grant_ids=grant_ids, **more)


def test_a_planted_leak_of_five_milliseconds_is_seen(
    database: Database, desk: DoorDesk, foreign: str
) -> None:
    leaky = Leaky(database.department_url)
    leaky.slow = foreign
    desk.client = create_api(settings_for(), replace(desk.door, checks=leaky)).test_client()
    try:
        taken = sample(desk.machine("dwp"), (UNKNOWN, foreign), SAMPLES // 5)
    finally:
        leaky.close()
    low, high = interval(taken[foreign], taken[UNKNOWN])
    print(f"planted: {low * 1e3:+.2f} to {high * 1e3:+.2f} ms")
    assert low > BAR
