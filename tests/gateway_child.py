"""A department's gateway that is killed at one line after another, each time with a fresh book.

`python -m tests.gateway_child <issuer> <reached at> <key file> <portal keys> <folder> <step>
<offset>` kills it at line `offset`, `offset + step` and so on of those that a round runs through,
lets a second process finish, and prints the totals of each book; until a round was over before its
line came.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from adapters.gateway import Before, Book, Door, Entry, Gateway, Identity, Reply, answer_by_balance
from adapters.gateway.identity import read_key

KILLED = 9
BALANCE = 4_000


class Accounts:
    """Every debt is of 4,000 pence, so that some money is too much."""

    def post(self, tx: object, entry: Entry, before: Before) -> Reply:
        return answer_by_balance(entry, BALANCE, before)


def die_at(line: int) -> None:
    """As by a power switch, at this many lines of the gateway from now."""
    left = line

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if "/adapters/gateway/" not in frame.f_code.co_filename:
            return None
        if event == "line":
            left -= 1
            if left < 0:
                os._exit(KILLED)
        return trace

    sys.settrace(trace)


def in_a_child(act: Any) -> int:
    child = os.fork()
    if child == 0:
        act()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> int:
    issuer, reached_at, key_file, portal_keys, folder, step, line = sys.argv[1:8]
    key = read_key(json.loads(Path(key_file).read_text()))

    def one_round(book: Path, dies_at: int = 0) -> None:
        if dies_at:
            die_at(dies_at)
        identity = Identity("urn:svd:org:dwp", key)
        door = Door(identity, issuer, reached_at=reached_at, portal_keys=Path(portal_keys))
        Gateway(door, Book(book), Accounts()).round()

    at = int(line)
    while True:
        book = Path(folder) / f"{at}.sqlite3"
        died = in_a_child(lambda book=book, at=at: one_round(book, at)) == KILLED
        whole = in_a_child(lambda book=book: one_round(book)) == 0
        print(json.dumps({"line": at, "whole": whole, **Book(book).totals()._asdict()}), flush=True)
        if not died:
            return 0
        at += int(step)


if __name__ == "__main__":
    raise SystemExit(main())
