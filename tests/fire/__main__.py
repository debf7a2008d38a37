"""`python -m tests.fire --kills 1000 --seed 1`: one long fire; exit 1 when a penny is missing."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from tests.fire.stage import Stage


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.fire", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="svd-fire-") as folder:
        found = Stage(Path(folder), given.seed).play(given.kills)
    print(
        json.dumps(
            {
                "kills": dict(found.kills),
                "payments settled": found.settled,
                "pence settled": found.pence,
                "by route": found.routes,
                "refunds": found.refunds,
                "entries in departments' books": found.entries,
                "of them told of by the worker": found.told,
                "seconds": round(found.seconds),
                "faults": found.faults[:20],
            },
            indent=1,
        )
    )
    return 1 if found.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
