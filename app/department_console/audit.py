"""Pages that only show something write down that they did."""

from __future__ import annotations

from app.department_console import guard
from app.department_console.desk import here
from consent import staff
from consent.staff import Did


def note(did: Did, about: str = "") -> None:
    """The member of staff who is here looked at something. `about` is a reference, 36 letters."""
    desk = here()
    with desk.store.transaction(guard.actor()) as tx:
        staff.note(tx, desk.chance, did, now=desk.clock.now(), about=about)
