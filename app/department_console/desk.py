"""What the console works with, made once by the wiring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from flask import current_app

from adapters.identity.staff_login import StaffLogin
from app.http.limits import Limits
from app.http.recent import RecentCalls
from consent.clock import Chance, Clock
from consent.ids import DepartmentCode
from consent.keys import Keys
from consent.register import Register
from consent.staff import StaffSessions
from consent.store import Store
from debts.visit import Visits
from plan.rules.policy import Policies


@dataclass(frozen=True, slots=True, repr=False)
class Desk:
    """`store` is the role `svd_department`'s: it sees the rows of the department that a transaction
    names. `trips` keeps what must come back from a sign-in, sealed under the browser's cookie."""

    clock: Clock
    chance: Chance
    register: Register
    policies: Policies
    store: Store
    sessions: StaffSessions
    trips: Visits
    sign_ins: Mapping[DepartmentCode, StaffLogin]
    client_jwks: Mapping[str, Any]
    keys: Callable[[str], Keys] | None = None
    """Those that a department publishes, by its code. Raises OutsideFailed or KeyRefused, and
    KeyError for a department that publishes none."""
    recent: RecentCalls = field(default_factory=RecentCalls)
    checks: Limits = field(default_factory=lambda: Limits(rate=0.1, burst=30))
    """How often one member of staff may ask after permissions: 30 times, then one in 10 seconds."""


def here() -> Desk:
    return cast(Desk, current_app.extensions["svd.desk"])
