"""What a judge of histories finds, and a few histories under kill -9 (SEC-7 to SEC-10, SEC-100).

The long runs are `python -m tests.histories --count 1000 --bugs` and
`python -m tests.histories.lost_words --kills 1000`; docs/benchmarks.md has their figures.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.histories.judge import judge
from tests.histories.kept import Kept, KeptEvent, KeptGrant
from tests.histories.steps import Step

ROOT = Path(__file__).resolve().parents[2]
ANN = "5f0c6d1e"
ENDS = 100.0


def a_step(
    does: str, began: int, ended: int, got: dict[str, Any] | None = None, **told: Any
) -> Step:
    """One step of Ann's; times are on one clock, and seconds for both."""
    told = {"person": ANN, **told}
    if got is None:
        return Step(does, told, began, float(began))
    return Step(does, told, began, float(began), ended, float(ended), got)


def given(began: int, ended: int, grant: str = "g_1", *, known: bool = True) -> Step:
    got = {"grants": [[grant, "dwp"]]} if known else None
    return a_step("give", began, ended, got, post=f"form {grant}", codes=["dwp"])


def a_row(grant: str = "g_1", state: str = "given", uses: int = 0) -> KeptGrant:
    return KeptGrant(grant, ANN, "dwp", state, f"form {grant}", uses, (ENDS,))


def the_log(*kinds: str, grant: str = "g_1") -> tuple[KeptEvent, ...]:
    """What the log says of one permission; each ask has the number of its place."""
    return tuple(
        KeptEvent(place, grant, kind, "ask" if kind in ("asked", "answered") else "")
        for place, kind in enumerate(("requested", "given", *kinds))
    )


def found(
    *steps: Step, state: str = "given", log: tuple[str, ...] = (), uses: int = 0
) -> list[str]:
    queued = Counter({"g_1": 1} if state in ("withdrawn", "expired", "suspended") else {})
    return judge(steps, Kept((a_row(state=state, uses=uses),), the_log(*log), queued))


PERMIT = a_step("permits", 12, 13, {"asks": [["g_1", "ask"]]})


def test_a_pull_that_ends_before_the_permission_does_is_in_order() -> None:
    shown = a_step("show", 20, 24, {"use": "yes"}, grant="g_1")
    stopped = a_step("withdraw", 23, 30, {"state": "withdrawn"}, grant="g_1")
    steps = given(10, 11), PERMIT, shown, stopped
    assert found(*steps, state="withdrawn", log=("asked", "withdrawn"), uses=1) == []


def test_an_answer_shown_after_a_withdrawal_was_acknowledged_is_found() -> None:
    stopped = a_step("withdraw", 14, 18, {"state": "withdrawn"}, grant="g_1")
    shown = a_step("show", 20, 24, {"use": "yes"}, grant="g_1")
    steps = given(10, 11), PERMIT, stopped, shown
    assert found(*steps, state="withdrawn", log=("asked", "withdrawn"), uses=1) == [
        f"no order explains person {ANN[:4]} and dwp"
    ]


def test_a_use_after_its_end_is_found_though_nobody_swept() -> None:
    late = a_step("sign", 101, 102, {"use": "yes"}, grant="g_1")
    assert found(given(10, 11), late) == [f"no order explains person {ANN[:4]} and dwp"]


def test_a_step_that_nobody_heard_the_end_of_may_have_been_or_not() -> None:
    unknown = a_step("withdraw", 14, 0, None, grant="g_1")
    shown = a_step("show", 20, 24, {"use": "yes"}, grant="g_1")
    steps = given(10, 11), PERMIT, unknown, shown
    assert found(*steps, state="withdrawn", log=("asked", "withdrawn"), uses=1) == []
    assert found(*steps, log=("asked",), uses=1) == []


def test_a_withdrawal_that_was_acknowledged_and_forgotten_is_found() -> None:
    stopped = a_step("withdraw", 14, 18, {"state": "withdrawn"}, grant="g_1")
    assert found(given(10, 11), stopped) == [f"no order explains person {ANN[:4]} and dwp"]


def test_a_permission_that_was_acknowledged_and_is_gone_is_found() -> None:
    lost = judge([given(10, 11)], Kept((), (), Counter()))
    assert lost == ["g_1 was acknowledged and is not there"]


def test_a_permission_that_nobody_gave_is_found() -> None:
    assert "g_1 is there and nobody gave it" in found()
    assert found(given(10, 0, known=False)) == []


def test_two_permissions_for_the_same_are_found() -> None:
    steps = given(10, 11), given(12, 13, "g_2")
    log = the_log() + the_log(grant="g_2")
    rows = a_row(), a_row("g_2")
    assert judge(steps, Kept(rows, log, Counter())) == [
        f"no order explains person {ANN[:4]} and dwp"
    ]


def test_an_end_of_which_no_department_will_hear_is_found() -> None:
    stopped = a_step("withdraw", 14, 18, {"state": "withdrawn"}, grant="g_1")
    kept = Kept((a_row(state="withdrawn"),), the_log("withdrawn"), Counter())
    assert judge([given(10, 11), stopped], kept) == [
        "g_1 is withdrawn and no word to its department is queued"
    ]


def test_an_ask_that_the_log_has_after_the_end_is_found() -> None:
    stopped = a_step("withdraw", 12, 18, {"state": "withdrawn"}, grant="g_1")
    steps = given(10, 11), PERMIT, stopped
    assert found(*steps, state="withdrawn", log=("withdrawn", "asked"), uses=1) == [
        "g_1: asked after withdrawn"
    ]


def test_histories_under_kill_9_have_an_order_and_a_planted_bug_has_none() -> None:
    """SEC-8: real processes, a signer, a worker, and PostgreSQL, each killed at some time."""
    said = run("tests.histories", "--count", "7", "--seed", "765", "--bugs", "no_last_check")
    assert (said["histories"], said["faults"]) == (7, [])
    everybody = {"application", "worker", "signer", "postgres immediate", "postgres -9"}
    assert {"application"} < set(said["kills"]) <= everybody, "who is killed hangs on the moment"
    assert said["bugs"]["no_last_check"]["caught_after"]


def test_a_department_is_told_though_the_worker_is_killed_again_and_again() -> None:
    """SEC-9: each word arrives, and one that arrives twice has the same number."""
    said = run("tests.histories.lost_words", "--kills", "8", "--calm", "0", "--ahead")
    assert (said["stopped"], said["lost"], said["not_noted"]) == (8, 0, 0)
    assert said["heard_under_two_numbers"] == said["heard_and_not_stopped"] == 0


def run(module: str, *words: str) -> dict[str, Any]:
    """In a process of its own: what forks must not have threads."""
    done = subprocess.run(
        (sys.executable, "-m", module, *words),
        cwd=ROOT, check=False, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.stdout, done.stderr[-2000:]
    said: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{\n") :])
    return said
