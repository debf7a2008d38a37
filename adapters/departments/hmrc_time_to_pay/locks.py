"""What HMRC's locks and signals say about a charge, in our words (wire 6.2, ELIG-04).

Both come with unstable case and are matched by what they contain. A lock that concerns only
interest, clearing or repayments does not put the debt on hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from adapters.reading import text, truth
from debts.debt import Flag, Hold

_HOLDS: Final = (
    ("breathing space", Hold.BREATHING_SPACE),
    ("appeal", Hold.APPEAL),
    ("stand over", Hold.APPEAL),
    ("disput", Hold.DISPUTE),
    ("enquiry", Hold.DISPUTE),
    ("complaint", Hold.DISPUTE),
    ("objection", Hold.DISPUTE),
)
_FLAGS: Final = (
    ("coding out", Flag.CODED_OUT),
    ("collected via ttp", Flag.IN_DEPARTMENT_PLAN),
    ("active ttp", Flag.IN_DEPARTMENT_PLAN),
    ("existing ttp", Flag.IN_DEPARTMENT_PLAN),
    ("tc debt", Flag.TRANSFERRED),
    ("insolv", Flag.INSOLVENCY),
)
_STOPS_COLLECTION: Final = "dunning"
_STRONGEST_FIRST: Final = (Hold.BREATHING_SPACE, Hold.APPEAL, Hold.DISPUTE, Hold.OTHER)

BREATHING_SPACE: Final = "breathing space"
DECEASED: Final = "deceased"


def read_locks(locks: Iterable[Mapping[str, Any]]) -> tuple[Hold | None, frozenset[Flag]]:
    """Hold and flags of one charge."""
    holds: set[Hold] = set()
    flags: set[Flag] = set()
    for lock in locks:
        reason = _plain(lock.get("lockReason"))
        found = [flag for sign, flag in _FLAGS if sign in reason]
        held = [hold for sign, hold in _HOLDS if sign in reason]
        flags.update(found)
        holds.update(held[:1])
        if not found and not held and _STOPS_COLLECTION in _plain(lock.get("lockType")):
            holds.add(Hold.OTHER)
    return strongest(holds), frozenset(flags)


def strongest(holds: Iterable[Hold | None]) -> Hold | None:
    """One hold stands for several charges: the one that protects most."""
    there = set(holds)
    return next((hold for hold in _STRONGEST_FIRST if hold in there), None)


def read_signals(signals: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The signals that are set, in lower case: "true", "True" and true are the same."""
    return frozenset(
        _plain(signal.get("signalType")) for signal in signals if truth(signal.get("signalValue"))
    )


def flags_of_signals(signals: Iterable[str]) -> frozenset[Flag]:
    """What a signal on the person says about every charge."""
    return frozenset(flag for signal in signals for sign, flag in _FLAGS if sign in signal)


def _plain(said: Any) -> str:
    return " ".join(text(said).casefold().split())
