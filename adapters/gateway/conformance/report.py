"""What was found, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from adapters.gateway.conformance.checks import FAILED, NOT_OFFERED, PASSED, Result

VERSION: Final = "0.6"
"""Of the department protocol that the checks are of."""
_MARKS: Final = {PASSED: "passed     ", FAILED: "FAILED     ", NOT_OFFERED: "not offered"}


def as_text(target: str, results: Sequence[Result]) -> str:
    lines = [f"The department protocol {VERSION}, Part A, at {target}", ""]
    for one in results:
        lines.append(f"  {_MARKS[one.outcome]}  {one.says}")
        if one.why:
            lines.append(f"               {one.why}")
    counts = ", ".join(f"{_count(results, outcome)} {outcome}" for outcome in _MARKS)
    return "\n".join([*lines, "", counts, ""])


def as_json(target: str, results: Sequence[Result]) -> str:
    """One object: `passed` says if the department keeps the protocol."""
    said = {
        "protocol": VERSION,
        "target": target,
        "passed": passed(results),
        "counts": {outcome: _count(results, outcome) for outcome in _MARKS},
        "checks": [
            {
                "name": one.name,
                "says": one.says,
                "outcome": one.outcome,
                "why": one.why,
                "milliseconds": one.milliseconds,
            }
            for one in results
        ],
    }
    return json.dumps(said, indent=1) + "\n"


def passed(results: Sequence[Result]) -> bool:
    """Nothing failed, and something ran."""
    return bool(results) and not _count(results, FAILED)


def _count(results: Sequence[Result], outcome: str) -> int:
    return sum(one.outcome == outcome for one in results)
