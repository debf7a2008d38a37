"""How quickly answers reach the person, over the real server and real departments. Prints JSON.

Run `python -m tests.bench.bench_view`. Departments wait a known time before they answer; what is
measured is the time above it, from the press of the button: reading the question, its signature,
their own sealing, opening, the vault, and the page. Targets: first bytes under 200 ms; a card on
screen 100 ms after its answer; the whole view 50 ms above the slowest department.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from adapters.simulators.cast import Cast
from app.local import keys
from app.local.migrate import upgrade
from app.local.postgres import DEPARTMENT, OWNER, PORTAL, SIGNER, start
from tests.debts_desk import Watched, ask_all, watch
from tests.portal import NAMES, ROOT, Client, Simulators, environment

CAST = Cast.load()
DELAYS = {"dwp": 0.4, "hmrc": 0.6, "dvla": 0.8, "hmcts": 1.0, "council": 1.2}
PEOPLE = ("testwell", "placeholder", "sampleford", "demoska")
ROUNDS = int(os.environ.get("ROUNDS", "12"))
AT_ONCE = int(os.environ.get("AT_ONCE", "24"))


@contextmanager
def a_portal() -> Iterator[tuple[str, Simulators, int]]:
    """The portal under its production server, with simulators and a database of its own."""
    with tempfile.TemporaryDirectory() as place, socket.create_server(("127.0.0.1", 0)) as free:
        folder, port = Path(place), free.getsockname()[1]
        free.close()
        url = f"http://localhost:{port}"
        keys.ensure(folder / "keys")
        keys.ensure_signer(folder / "signer", publish_to=folder / "keys")
        cluster = start(folder / "postgres", throwaway=True)
        told = environment(folder, url)
        simulators = Simulators(told)
        simulators.wait()
        upgrade(cluster.url(OWNER))
        addresses = {f"SVD_ADDRESS_{name.upper()}": simulators.addresses[name] for name in NAMES}
        signer = subprocess.Popen(
            (sys.executable, "-m", "app.sign"),
            env={**os.environ, **told, **addresses, "DATABASE_URL_SIGNER": cluster.url(SIGNER)},
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        server = subprocess.Popen(
            (sys.executable, "-m", "app.serve"),
            env={**os.environ, **told, **addresses, "SVD_PORT": str(port),
                 "DATABASE_URL": cluster.url(PORTAL),
                 "DATABASE_URL_DEPARTMENT": cluster.url(DEPARTMENT)},
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz")
            yield url, simulators, server.pid
        finally:
            server.terminate()
            server.wait(40)
            signer.terminate()
            signer.wait(40)
            simulators.stop()
            cluster.stop()


def cpu_of(pid: int) -> float:
    """Seconds of processor time that a process and its children have used so far."""
    ticks = os.sysconf("SC_CLK_TCK")
    rows = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parts = stat.read_text().rpartition(")")[2].split()
            rows[int(stat.parent.name)] = (int(parts[1]), sum(map(int, parts[11:15])) / ticks)
    family = {pid}
    while more := {child for child, (parent, _) in rows.items() if parent in family} - family:
        family |= more
    return sum(rows[one][1] for one in family if one in rows)


def wait_for(address: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        try:
            opener.open(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)


def signed_in(url: str, simulators: Simulators, person: str) -> Client:
    """Somebody who has said yes to the five departments, in a visit of their own."""
    client = Client(url, simulators)
    page = client.sign_in(person)
    if page.path == "/your-details":
        page = client.send(page, right="yes")
    page = client.send(client.get("/national-insurance-number"), nino=CAST.person(person).nino)
    if client.get("/debts/get").main.all("form"):
        return client
    page = client.send(client.get("/permissions/choose"), departments=list(DELAYS))
    if page.path == "/permissions/your-council":
        page = client.send(page, postcode=CAST.person(person).address.postcode)
    client.send(page, agree="yes")
    return client


def one_round(client: Client) -> tuple[float, Watched]:
    pressed = ask_all(client)
    return pressed, watch(client)


def figures(seen: list[tuple[float, Watched]]) -> dict[str, Any]:
    """Milliseconds above the departments' own times."""
    slowest = max(DELAYS.values())
    cards = [
        page.started_at + page.cards[code] - pressed - delay
        for pressed, page in seen
        for code, delay in DELAYS.items()
        if code in page.cards
    ]
    whole = [page.started_at + page.ended - pressed - slowest for pressed, page in seen]
    return {
        "pages": len(seen),
        "cards": len(cards),
        "first_bytes_ms": spread([page.first for _, page in seen]),
        "card_above_its_department_ms": spread(cards),
        "view_above_the_slowest_ms": spread(whole),
    }


def spread(seconds: list[float]) -> dict[str, float]:
    hundred = quantiles(seconds, n=20)
    return {
        "median": round(median(seconds) * 1000, 1),
        "p95": round(hundred[-1] * 1000, 1),
        "most": round(max(seconds) * 1000, 1),
    }


def main() -> None:
    with a_portal() as (url, simulators, server):
        for code, delay in DELAYS.items():
            simulators.control(code, {"person": "*", "answer": str(delay)})
        one_round(signed_in(url, simulators, "testwell"))  # keys fetched, connections open
        alone = [one_round(signed_in(url, simulators, "testwell")) for _ in range(ROUNDS)]
        crowd = [signed_in(url, simulators, PEOPLE[i % len(PEOPLE)]) for i in range(AT_ONCE)]
        pids = {"portal": server, "simulators": simulators.process.pid}
        before = {name: cpu_of(pid) for name, pid in pids.items()}
        with ThreadPoolExecutor(AT_ONCE) as threads:
            together = list(threads.map(one_round, crowd))
        cpu = {
            name: round((cpu_of(pid) - before[name]) * 1000 / AT_ONCE, 1)
            for name, pid in pids.items()
        }
    said = {
        "delays": DELAYS,
        "load_of_the_machine": round(os.getloadavg()[0], 1),
        "one_at_a_time": figures(alone),
        "all_at_once": figures(together),
        "processor_ms_a_person": cpu,
    }
    print(json.dumps(said, indent=2))


if __name__ == "__main__":
    main()
