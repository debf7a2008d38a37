"""What the helpline does by the reference on a person's own paper.

    svd stop-permission --receipt "PM7K 3XQ2 9TVA"        ends what it names (T13a, F14)
    svd plan-contact --reference "PL8U V4PB JEAX"         notes that somebody tried to call (D74)
    svd died --reference "PL8U V4PB JEAX"                 stops all: its owner has died (PLAN-12)

It works under a database role that sees no row but those of the reference that it is given.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Sequence
from typing import Final

from consent import register
from consent.assisted import Stopped, stop_by_receipt
from consent.clock import SystemClock
from consent.errors import NotFound, WrongState
from consent.store import HELPDESK, Store, open_store
from consent.store.grants import Grant
from plan.died import note_death
from plan.reach import note_contact

UNKNOWN: Final = (
    "No receipt has this reference. Nothing was stopped. Ask the caller to read it out again:"
    " it begins with PM and has 12 letters and digits.\n"
)

NO_REVIEW: Final = (
    "No plan with this reference has a review open. Nothing was noted. The reference begins with PL"
    " and has 12 letters and digits.\n"
)

NO_PLAN: Final = (
    "No plan that runs has this reference. Nothing was noted. The reference begins with PL and has"
    " 12 letters and digits.\n"
)


def main(receipt: str) -> int:
    """Stop, and say what was stopped. 0 when it was or already is; 1 for an unknown reference."""
    store = helpdesk_store()
    if store is None:
        return 2
    try:
        stopped = stop_by_receipt(store, SystemClock(), secrets.token_bytes, receipt=receipt)
    except NotFound:
        sys.stderr.write(UNKNOWN)
        return 1
    finally:
        store.close()
    sys.stdout.writelines(f"{line}\n" for line in _said(stopped))
    return 0


def contact(reference: str) -> int:
    """Note that somebody tried to reach the person of this plan. 0 when it is noted, 1 when the
    reference opens no plan with a review."""
    store = helpdesk_store()
    if store is None:
        return 2
    try:
        reached = note_contact(store, SystemClock(), secrets.token_bytes, reference=reference)
    except (NotFound, WrongState):
        sys.stderr.write(NO_REVIEW)
        return 1
    finally:
        store.close()
    sys.stdout.write(f"Noted for {reached.reference}. The plan goes on until {reached.until}.\n")
    return 0


def died(reference: str) -> int:
    """Note that the owner of this plan has died. 0 when it is noted, 1 when the reference opens no
    plan that runs."""
    store = helpdesk_store()
    if store is None:
        return 2
    try:
        noted = note_death(store, SystemClock(), secrets.token_bytes, reference=reference)
    except (NotFound, WrongState):
        sys.stderr.write(NO_PLAN)
        return 1
    finally:
        store.close()
    sys.stdout.write(
        f"Noted for {noted}. Payments and messages stop within a minute. In six weeks the plan"
        " ends, and every permission with it.\n"
    )
    return 0


def helpdesk_store() -> Store | None:
    url = os.environ.get("DATABASE_URL_HELPDESK", "")
    if not url.startswith("postgresql+psycopg://"):
        sys.stderr.write("Set DATABASE_URL_HELPDESK (postgresql+psycopg://…).\n")
        return None
    return open_store(url, role=HELPDESK, pool_size=1)


def _said(stopped: Stopped) -> Sequence[str]:
    names = register.load()
    lines = [f"Reference {stopped.receipt}"]
    for title, found in (("Stopped now", stopped.now), ("Had ended before", stopped.before)):
        lines += [f"{title}: {_named(names, grant)}" for grant in found]
    if stopped.now:
        lines.append("Each department is told in the next minute.")
    return lines


def _named(names: register.Register, grant: Grant) -> str:
    entry = names.find(grant.department)
    return f"{entry.name if entry else grant.department}, {grant.purpose.value.replace('_', ' ')}"
