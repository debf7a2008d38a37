"""`python -m tests.month --people 12 --days 92 --kills 200`: exit 1 when a penny is missing."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from app.local.migrate import upgrade
from app.local.postgres import DATABASE, OWNER, start
from tests.database import Database
from tests.month.stage import Stage


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.month", description=__doc__)
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--days", type=int, default=92)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="svd-month-") as name:
        folder = Path(name)
        cluster = start(folder / "postgres", throwaway=True)
        try:
            upgrade(cluster.url(OWNER))
            database = Database(cluster, DATABASE)
            stage = Stage(database, folder, given.seed, given.people, given.days, given.kills)
            found = stage.play()
        finally:
            cluster.stop()
    print(
        json.dumps(
            {
                "kills": dict(found.kills),
                "payments settled": found.payments,
                "pence settled": found.pence,
                "pence reversed": found.reversed,
                "pence sent back by departments": found.returned,
                "debts cleared": found.cleared,
                "remittances": found.days,
                "books": found.by_department,
                "seconds": round(found.seconds),
                "faults": found.faults[:20],
            },
            indent=1,
        )
    )
    return 1 if found.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
