"""An operator switches one department off, without a release, and on again (F88).

    svd shutter                                       what is closed now
    svd shutter dwp --down                            nobody asks it from this moment on
    svd shutter dwp --down --until "2026-12-24 06:00" until then, in London
    svd shutter dwp --up                              it is asked again

Its card then says that it cannot answer (S06), and the others are asked as ever. A second person
for this change (O02) is for the console to ask for: here it is the operator's own responsibility.
"""

from __future__ import annotations

import secrets
import sys
from datetime import datetime
from typing import Final

from app.helpline import helpdesk_store
from consent import register
from consent.clock import LONDON, SystemClock
from consent.closures import ClosureRefused, closed_now, open_again, shut
from consent.ids import DepartmentCode
from consent.people import Anyone
from consent.store import Store

WRITTEN: Final = "%Y-%m-%d %H:%M"


def main(department: str, *, down: bool, up: bool, until: str) -> int:
    """0 when it is done, 1 when there was nothing to do, 2 when it cannot be understood."""
    fault = _fault(department, down=down, up=up, until=until)
    if fault:
        sys.stderr.write(fault + "\n")
        return 2
    store = helpdesk_store()
    if store is None:
        return 2
    try:
        return _act(store, DepartmentCode(department), down=down, until=until)
    except ClosureRefused:
        sys.stderr.write("--until lies in the past. Nothing was changed.\n")
        return 2
    finally:
        store.close()


def _fault(department: str, *, down: bool, up: bool, until: str) -> str:
    known = register.load()
    if department and known.find(department) is None:
        return f"No department has this code. Codes: {', '.join(sorted(known.departments))}."
    if bool(department) != (down or up):
        return "Name a department and say --down or --up; or neither, to see what is closed."
    if until and not down:
        return "--until goes with --down."
    try:
        _moment(until)
    except ValueError:
        return "--until is a day and a time in London, such as '2026-12-24 06:00'."
    return ""


def _act(store: Store, department: DepartmentCode, *, down: bool, until: str) -> int:
    clock = SystemClock()
    if not department:
        for code, ends in sorted(closed_now(store, clock, actor=Anyone()).items()):
            when = f"until {ends.astimezone(LONDON).strftime(WRITTEN)}" if ends else "until further"
            sys.stdout.write(f"{code} closed {when}\n")
        return 0
    if down:
        shut(store, clock, secrets.token_bytes, department=department, until_at=_moment(until))
        sys.stdout.write(f"Nobody asks {department} now.\n")
        return 0
    if open_again(store, clock, department=department):
        sys.stdout.write(f"{department} is asked again.\n")
        return 0
    sys.stderr.write(f"The shutter of {department} was not down.\n")
    return 1


def _moment(until: str) -> datetime | None:
    return datetime.strptime(until, WRITTEN).replace(tzinfo=LONDON) if until else None
