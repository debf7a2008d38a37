"""All checks, in the order in which they run, against one department."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Each puts its checks on the list.
from adapters.gateway.conformance import answers, errands, events, heads, keys, refusals
from adapters.gateway.conformance.checks import CHECKS, Result, in_order, run
from adapters.gateway.conformance.lab import Lab
from adapters.gateway.conformance.portal import StandIn

__all__ = [
    "CHECKS",
    "answers",
    "errands",
    "events",
    "heads",
    "in_order",
    "keys",
    "refusals",
    "try_department",
]


def try_department(
    target: str,
    department: str,
    portal: StandIn,
    match: Mapping[str, Any],
    *,
    names: Sequence[str] = (),
) -> list[Result]:
    """The results, also of a department that does not answer at all."""
    lab = Lab(target.rstrip("/"), department, portal, dict(match))
    lab.session.trust_env = False
    try:
        lab.read_keys()
    except Exception:  # the checks of keys say what is wrong
        lab.jwks = []
    try:
        return run(lab, names)
    finally:
        lab.session.close()
