"""`svd stop-permission`: the helpline ends what a person's own reference names (T13a, F14).

    svd stop-permission --receipt "PM7K 3XQ2 9TVA"

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
from consent.errors import NotFound
from consent.store import HELPDESK, open_store
from consent.store.grants import Grant

UNKNOWN: Final = (
    "No receipt has this reference. Nothing was stopped. Ask the caller to read it out again:"
    " it begins with PM and has 12 letters and digits.\n"
)


def main(receipt: str) -> int:
    """Stop, and say what was stopped. 0 when it was or already is; 1 for an unknown reference."""
    url = os.environ.get("DATABASE_URL_HELPDESK", "")
    if not url.startswith("postgresql+psycopg://"):
        sys.stderr.write("Set DATABASE_URL_HELPDESK (postgresql+psycopg://…).\n")
        return 2
    store = open_store(url, role=HELPDESK, pool_size=1)
    try:
        stopped = stop_by_receipt(store, SystemClock(), secrets.token_bytes, receipt=receipt)
    except NotFound:
        sys.stderr.write(UNKNOWN)
        return 1
    finally:
        store.close()
    sys.stdout.writelines(f"{line}\n" for line in _said(stopped))
    return 0


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
