"""How many permissions a department can check in a second. Prints JSON.

Run `python -m tests.bench.bench_status`. One thread calls the door as its server would, with a
new proof each time; PostgreSQL and the signer's work are real. `wall` is what a caller waits, `cpu`
what one core of the door (and of the signer, which here runs in the same process) spends on it,
so `1 / cpu` is what one core does when PostgreSQL has another. `PROFILE=1` says where it goes.
"""

from __future__ import annotations

import cProfile
import io
import json
import logging
import os
import pstats
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from werkzeug.test import create_environ, run_wsgi_app

from app.http import logs
from app.http.limits import Limits
from app.local.migrate import upgrade
from app.local.postgres import DATABASE, OWNER, start
from consent.clock import SetClock
from consent.store import open_store
from tests.builders import a_person, given, set_chance
from tests.database import Database
from tests.department_desk import ISSUER, DoorDesk, Machine, a_door

CHECKS = int(os.environ.get("CHECKS", "2000"))
WARM = 100
PERMISSIONS = 500


def permissions(database: Database, clock: SetClock) -> list[str]:
    """One live permission for DWP of each of these people."""
    store = open_store(database.portal_url)
    ids = []
    for number in range(PERMISSIONS):
        chance = set_chance(f"person {number}")
        person = a_person(store, clock, chance, f"person {number}")
        ids.append(str(given(store, clock, chance, person, ["dwp"]).grants[0].grant_id))
    store.close()
    return ids


def measured(desk: DoorDesk, environs: list[dict[str, Any]]) -> dict[str, float]:
    """Seconds of each call, as figures."""
    wall, cpu = [], []
    for environ in environs:
        began, used = time.perf_counter(), time.process_time()
        _, status, _ = run_wsgi_app(desk.app, environ, buffered=True)
        cpu.append(time.process_time() - used)
        wall.append(time.perf_counter() - began)
        assert status.startswith("200"), status
    wall, cpu = wall[WARM:], cpu[WARM:]
    return {
        "calls": len(wall),
        "wall_median_ms": round(median(wall) * 1e3, 3),
        "wall_p95_ms": round(quantiles(wall, n=20)[-1] * 1e3, 3),
        "cpu_median_ms": round(median(cpu) * 1e3, 3),
        "calls_per_second_wall": round(1 / median(wall)),
        "calls_per_second_of_one_core": round(1 / median(cpu)),
    }


def one_at_a_time(machine: Machine, ids: list[str], count: int) -> list[dict[str, Any]]:
    made = []
    for number in range(count + WARM):
        path = f"/v1/grants/{ids[number % len(ids)]}/status"
        headers = machine.headers("GET", path)
        made.append(create_environ(path, ISSUER, headers=headers))
    return made


def many_at_once(machine: Machine, ids: list[str], count: int) -> list[dict[str, Any]]:
    path = "/v1/grants/status"
    return [
        create_environ(
            path,
            ISSUER,
            method="POST",
            json={"grant_ids": ids},
            headers=machine.headers("POST", path),
        )
        for _ in range(count + WARM)
    ]


def profiled(act: Callable[[], object]) -> str:
    profile, said = cProfile.Profile(), io.StringIO()
    profile.runcall(act)
    pstats.Stats(profile, stream=said).sort_stats("tottime").print_stats(35)
    return said.getvalue()


def main() -> None:
    logging.disable(logging.CRITICAL)
    logs.configure(io.StringIO())
    with tempfile.TemporaryDirectory(dir="/dev/shm") as place:  # a fast disk
        cluster = start(Path(place) / "postgres", throwaway=True)
        try:
            upgrade(cluster.url(OWNER, DATABASE))
            database = Database(cluster, DATABASE)
            clock = SetClock(datetime.now(UTC).replace(microsecond=0))
            ids = permissions(database, clock)
            with a_door(database, clock, limits=Limits(rate=1e9, burst=1e9)) as desk:
                dwp = desk.machine("dwp")
                dwp.get_token()
                result: dict[str, Any] = {
                    "one": measured(desk, one_at_a_time(dwp, ids, CHECKS)),
                    "five_hundred": measured(desk, many_at_once(dwp, ids, max(CHECKS // 100, 20))),
                }
                many = result["five_hundred"]
                many["permissions_per_second_wall"] = many["calls_per_second_wall"] * len(ids)
                if os.environ.get("PROFILE"):
                    environs = one_at_a_time(dwp, ids, 500)
                    print(profiled(lambda: measured(desk, environs)))
        finally:
            cluster.stop()
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
