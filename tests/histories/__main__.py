"""`python -m tests.histories --count 1000`: plays histories, judges them, prints JSON.

`--bugs` plays with each planted bug until the judge has caught it, and says after how many. The
exit code is 1 when a history of the true code has a fault or a planted bug was not caught.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.histories.bugs import BUGS
from tests.histories.database import Killable
from tests.histories.stage import Stage


def play(database: Killable, folder: Path, count: int, seed: int) -> dict[str, Any]:
    stage, began = Stage(database, folder), time.monotonic()
    try:
        for number in range(count):
            stage.play(seed + number)
            if number % 50 == 49:
                print(f"{number + 1} histories", file=sys.stderr, flush=True)
    finally:
        stage.stop()
    tally = stage.tally
    return {
        "histories": tally.histories,
        "violations": tally.convicted,
        "faults": tally.faults[:20],
        "operations": tally.operations,
        "left_open": tally.open_operations,
        "kinds": dict(tally.kinds),
        "kills": dict(tally.kills),
        "seconds": round(time.monotonic() - began, 1),
    }


def plant(
    database: Killable, folder: Path, names: Sequence[str], most: int, seed: int
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, name in enumerate(names):
        stage = Stage(database, folder, plant=BUGS[name])
        try:
            for history in range(most):
                if stage.play(seed + (number + 1) * 1_000_000 + history):
                    break
        finally:
            stage.stop()
        found[name] = {"caught_after": stage.tally.first, "by": stage.tally.faults[:2]}
    return found


def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--count", type=int, default=1000)
    wanted.add_argument("--seed", type=int, default=int(time.time()))
    wanted.add_argument("--bugs", nargs="*", choices=list(BUGS), help="these too, or all")
    wanted.add_argument("--most", type=int, default=100, help="histories for one planted bug")
    wanted.add_argument("--keep", action="store_true", help="leave the files of faulty histories")
    asked = wanted.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="svd-histories-", dir="/var/tmp"))
    folder.chmod(0o711)
    (folder / "histories").mkdir()
    database = Killable(folder)
    try:
        said: dict[str, Any] = {"seed": asked.seed}
        if asked.count:
            said |= play(database, folder / "histories", asked.count, asked.seed)
        if asked.bugs is not None:
            names = asked.bugs or list(BUGS)
            said["bugs"] = plant(database, folder / "histories", names, asked.most, asked.seed)
    finally:
        database.stop()
        if not asked.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(said, indent=2))
    missed = [name for name, one in said.get("bugs", {}).items() if not one["caught_after"]]
    return 1 if said.get("violations") or missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
