"""The list of checks. Each has a name, says what must be so, and fails in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from adapters.gateway.conformance.lab import Lab
from adapters.gateway.conformance.verdict import Failed, NotOffered

PASSED, FAILED, NOT_OFFERED = "passed", "failed", "not offered"


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    says: str
    act: Callable[[Lab], None]


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    says: str
    outcome: str
    why: str
    milliseconds: int


CHECKS: Final[dict[str, Check]] = {}
"""By name."""


def check(name: str, says: str) -> Callable[[Callable[[Lab], None]], Callable[[Lab], None]]:
    """Put a check on the list; `says` is what must be so, as a sentence."""

    def add(act: Callable[[Lab], None]) -> Callable[[Lab], None]:
        if name in CHECKS:
            raise ValueError(f"two checks are called {name}")
        CHECKS[name] = Check(name, says, act)
        return act

    return add


def cases(name: str, says: str, listed: Iterable[tuple[str, Any]]) -> Callable[[Any], Any]:
    """One check for each case of a list: its name is `name` and the case's, joined by a colon."""

    def add(act: Callable[[Lab, Any], None]) -> Callable[[Lab, Any], None]:
        for case, value in listed:
            check(f"{name}: {case}", f"{says}: {case}")(_bind(act, value))
        return act

    return add


def _bind(act: Callable[[Lab, Any], None], value: Any) -> Callable[[Lab], None]:
    def bound(lab: Lab) -> None:
        act(lab, value)

    return bound


def in_order() -> list[Check]:
    """Keys first: whose keys are wrong fails at everything else too, and should read why."""
    return sorted(CHECKS.values(), key=lambda one: not one.name.startswith("keys"))


def run(lab: Lab, names: Sequence[str] = ()) -> list[Result]:
    """All checks, or those whose names begin with one of `names`. A check that breaks is a
    failure: what broke it came from the department."""
    results = []
    for one in in_order():
        if names and not one.name.startswith(tuple(names)):
            continue
        began = monotonic()
        outcome, why = PASSED, ""
        try:
            one.act(lab)
        except Failed as failed:
            outcome, why = FAILED, str(failed)
        except NotOffered as missing:
            outcome, why = NOT_OFFERED, str(missing)
        except Exception as broken:  # whatever it sent, the report goes on
            outcome, why = FAILED, f"{type(broken).__name__}: {broken}"[:300]
        spent = int((monotonic() - began) * 1000)
        results.append(Result(one.name, one.says, outcome, why, spent))
    return results
