"""Several hands at one plan at the same moment: nobody waits crosswise, and it always adds up."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from consent.clock import SetClock
from consent.errors import ConsentEnded, NotFound, WrongState
from consent.ids import DepartmentCode
from consent.people import Department
from consent.store import Store, grants
from plan.answer import Said, answer
from plan.leave import follow_permissions, withdraw, withdraw_all
from plan.lifecycle import LIVE_SHARE
from plan.progress import progress
from plan.stop import stop
from tests.builders import a_person, set_chance
from tests.plan_builders import DAYS, THREE, agreed, allow, line_of, plan_of


def at_once(*errands: Callable[[], object]) -> list[BaseException | None]:
    """Begin all at the same moment; what each raised, or nothing."""
    together = Barrier(len(errands))

    def one(errand: Callable[[], object]) -> BaseException | None:
        together.wait()
        try:
            errand()
        except (NotFound, WrongState, ConsentEnded) as fault:
            return fault
        return None

    with ThreadPoolExecutor(len(errands)) as pool:
        return list(pool.map(one, errands))


@pytest.mark.parametrize("round_", range(6))
def test_stopping_leaving_and_answering_at_once(
    store: Store, worker: Store, clock: SetClock, round_: int
) -> None:
    person = a_person(store, clock, set_chance(f"{round_}"), f"person {round_}")
    permissions = allow(store, clock, person, list(THREE))
    said = agreed(store, clock, person, permissions=permissions)
    shares = {code: line_of(store, person, code) for code in THREE}

    def says(code: str, what: Said) -> Callable[[], object]:
        return lambda: answer(
            worker,
            clock,
            set_chance(f"{round_} {code}"),
            actor=Department(DepartmentCode(code)),
            share_id=shares[code],
            said=what,
            working_days=DAYS,
        )

    def chance(name: str) -> Callable[[int], bytes]:
        return set_chance(f"{round_} {name}")

    dwp = permissions[DepartmentCode("dwp")]
    errands: list[Callable[[], object]] = [
        lambda: withdraw(store, clock, chance("w"), actor=person, grant_id=dwp),
        says("dwp", Said.AGREED),
        says("council", Said.REFUSED),
        says("dvla", Said.AGREED),
        lambda: follow_permissions(worker, clock, chance("f")),
    ]
    if round_ % 2:
        errands.append(lambda: stop(store, clock, chance("s"), actor=person, plan_id=said.plan_id))
    if round_ % 3 == 2:
        errands.append(lambda: withdraw_all(store, clock, chance("a"), actor=person))
    at_once(*errands)
    plan = plan_of(store, person)
    live = sum(line.pence for line in plan.lines if line.state in LIVE_SHARE)
    assert live == (plan.payment if plan.live else 0)
    assert live + plan.freed == sum(THREE.values())
    if round_ % 2 or round_ % 3 == 2:
        assert not plan.live


@pytest.mark.parametrize("round_", range(6))
def test_a_permission_that_ends_while_the_plan_is_agreed_is_never_in_it(
    store: Store, clock: SetClock, round_: int
) -> None:
    person = a_person(store, clock, set_chance(f"{round_}"), f"person {round_}")
    permissions = allow(store, clock, person, list(THREE))
    dwp = permissions[DepartmentCode("dwp")]
    refused, _ = at_once(
        lambda: agreed(store, clock, person, permissions=permissions),
        lambda: withdraw(store, clock, set_chance(f"w{round_}"), actor=person, grant_id=dwp),
    )
    plan = progress(store, actor=person)
    with store.transaction(person) as tx:
        grant = grants.one(tx, person.subject, dwp)
    assert grant is not None
    assert not grant.live(clock.now())
    if plan is None:
        assert isinstance(refused, ConsentEnded)
    else:
        assert plan.payment == 5000
        assert "dwp" not in {line.department for line in plan.lines if line.live}
