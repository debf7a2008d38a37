"""One department's gateway, in a process of its own that goes on until it is killed.

`python -m tests.month.child <department> <issuer> <reached at> <folder>`: the key, the portal's
keys, what is owed on each debt, and the hour of the simulated day lie in the folder.
"""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from adapters.gateway import Before, Book, Door, Entry, Gateway, Identity, Reply, answer_by_balance
from adapters.gateway.identity import read_key
from adapters.gateway.keep_going import keep_going

EVERY = 0.8


class Accounts:
    """By what was owed on each debt before the first payment."""

    def __init__(self, owed: dict[str, int]) -> None:
        self._owed = owed

    def post(self, tx: object, entry: Entry, before: Before) -> Reply:
        return answer_by_balance(entry, self._owed[entry.debt_handle], before)


def main() -> None:
    code, issuer, portal, folder = *sys.argv[1:4], Path(sys.argv[4])

    def now() -> datetime:
        return datetime.fromtimestamp(float((folder / "clock").read_text()), UTC)

    identity = Identity(
        f"urn:svd:org:{code}", read_key(json.loads((folder / f"{code}.jwk.json").read_text())), now
    )
    door = Door(
        identity, issuer, reached_at=portal, portal_keys=folder / "portal.jwks.json", now=now
    )
    accounts = Accounts(json.loads((folder / f"{code}.owed.json").read_text()))
    book = Book(folder / f"{code}.sqlite3", now)

    def wait(_: float) -> bool:
        """Patience is tried elsewhere; here the month is short."""
        time.sleep(EVERY)
        return False

    keep_going(
        Gateway(door, book, accounts).round,
        every=EVERY,
        wait=wait,
        say=lambda text: print(f"{code}: {text}", file=sys.stderr, flush=True),
        dice=random.Random(),
    )


if __name__ == "__main__":
    main()
