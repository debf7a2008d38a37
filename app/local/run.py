"""`svd run`: the whole demonstration on one machine, from nothing to a page in a browser.

PostgreSQL (unless DATABASE_URL names one), migrations, keys, the signer, the simulators, the
worker and the portal. What is kept lies in `var/` (SVD_STATE_DIR); removing that folder starts
afresh.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from app.local import keys
from app.local.demo import SIMULATORS, people, staff
from app.local.family import Child, ChildDied, Family
from app.local.migrate import upgrade
from app.local.pgbin import NoPostgres
from app.local.postgres import DEPARTMENT, OWNER, PORTAL, SIGNER, WORKER, StartFailed, start
from app.settings import LONGEST_SOCKET

Urls = Mapping[str, str]


def run(*, port: int, simulators_from: int) -> int:
    """Start everything, say where it is, stop it all on Ctrl-C or SIGTERM. 0 when all was well."""
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: told.set())
    state = Path(os.environ.get("SVD_STATE_DIR", "var")).resolve()
    try:
        with ExitStack() as house:
            house.enter_context(_alone(state))
            _free((port, *range(simulators_from, simulators_from + len(SIMULATORS))))
            keys.ensure(state / "keys")
            keys.ensure_signer(state / "signer", publish_to=state / "keys")
            family = _start(house, state, port, simulators_from, told)
            if not told.is_set():
                print(_welcome(port, simulators_from, state), flush=True)
            while not told.wait(0.5):
                family.check()
            print("\nStopping. What was kept is in", state, flush=True)
    except (ChildDied, TimeoutError, NoPostgres, StartFailed, BlockingIOError) as fault:
        print(f"\n{fault}", file=sys.stderr)
        return 1
    return 0


def _start(
    house: ExitStack, state: Path, port: int, simulators_from: int, told: threading.Event
) -> Family:
    logs = state / "log"
    logs.mkdir(parents=True, exist_ok=True)
    common = _environment(state, port, simulators_from)
    common["SVD_SIGNER_SOCKET"] = str(house.enter_context(_socket(state)))
    family = Family()
    urls = house.enter_context(_database(state))
    house.callback(family.stop)
    signer = {
        **common,
        "SVD_SIGNER_KEYS_DIR": str(state / "signer"),
        "DATABASE_URL_SIGNER": urls[SIGNER],
    }
    health = f"unix:{common['SVD_SIGNER_SOCKET']}"
    family.add(Child("signer", _svd("sign"), signer, logs / "signer.log", health))
    for number, name in enumerate(SIMULATORS, simulators_from):
        command = _svd("simulate", name, "--port", str(number))
        health = f"http://127.0.0.1:{number}/healthz"
        family.add(Child(name, command, common, logs / f"{name}.log", health))
    upgrade(urls[OWNER])
    worker = {**common, "DATABASE_URL": urls[WORKER]}
    family.add(Child("worker", _svd("worker"), worker, logs / "worker.log"))
    portal = {
        **common,
        "DATABASE_URL": urls[PORTAL],
        "DATABASE_URL_DEPARTMENT": urls[DEPARTMENT],
    }
    health = f"http://127.0.0.1:{port}/healthz"
    family.add(Child("portal", _svd("serve"), portal, logs / "portal.log", health))
    family.wait_until_ready(told)
    return family


def _environment(state: Path, port: int, simulators_from: int) -> dict[str, str]:
    """What every child is told. What is set already wins, so that one part can be moved; but the
    way into the database, and to the signer's keys, is each process's own (SEC-19, SEC-65)."""
    told = {
        "SVD_STATE_DIR": str(state),
        "SVD_KEYS_DIR": str(state / "keys"),
        "SVD_PORTAL_URL": f"http://localhost:{port}",
        "SVD_HOST": "127.0.0.1",
        "SVD_PORT": str(port),
        "SVD_DEMONSTRATION": "1",
        "SVD_DEPARTMENT_BOOKS": str(state / "books"),
        "PYTHONUNBUFFERED": "1",
    }
    for number, name in enumerate(SIMULATORS, simulators_from):
        told[f"SVD_ADDRESS_{name.upper()}"] = f"http://127.0.0.1:{number}"
    given = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DATABASE_URL") and name != "SVD_SIGNER_KEYS_DIR"
    }
    return told | given


@contextmanager
def _database(state: Path) -> Iterator[Urls]:
    """Addresses by role: of the server that DATABASE_URL names, or of the embedded one."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield {
            OWNER: os.environ.get("DATABASE_URL_OWNER", given),
            PORTAL: given,
            WORKER: os.environ.get("DATABASE_URL_WORKER", given),
            DEPARTMENT: os.environ.get("DATABASE_URL_DEPARTMENT", given),
            SIGNER: os.environ.get("DATABASE_URL_SIGNER", given),
        }
        return
    cluster = start(state / "postgres")
    try:
        yield {role: cluster.url(role) for role in (OWNER, PORTAL, WORKER, DEPARTMENT, SIGNER)}
    finally:
        cluster.stop()


@contextmanager
def _socket(state: Path) -> Iterator[Path]:
    """A private folder for the signer's socket, elsewhere when its name is too long."""
    given = os.environ.get("SVD_SIGNER_SOCKET")
    path = Path(given) if given else state / "socket" / "signer.sock"
    if given or len(os.fsencode(path)) <= LONGEST_SOCKET:
        yield path
        return
    with TemporaryDirectory(prefix="svd-") as folder:
        yield Path(folder) / "signer.sock"


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Two runs never share a state folder."""
    state.mkdir(parents=True, exist_ok=True)
    state.chmod(0o711)
    with (state / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BlockingIOError(f"It is running already, with {state}.") from None
        yield


def _free(ports: Iterable[int]) -> None:
    """Say which port is taken before anything is started."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise BlockingIOError(
                    f"Port {port} is in use. Stop what uses it, or choose others: "
                    'make run ARGS="--port 9000 --simulators-from 9101"'
                ) from None


def _svd(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "app.cli", *words)


def _welcome(port: int, simulators_from: int, state: Path) -> str:
    simulators = "\n".join(
        f"  {name:26} http://127.0.0.1:{number}"
        for number, name in enumerate(SIMULATORS, simulators_from)
    )
    return f"""
See and pay what you owe to government: http://localhost:{port}

People you can sign in as (all invented):
{people()}

The departments' console: http://localhost:{port}/department
Staff you can sign in as (all invented):
{staff()}

Simulators, which answer as these people's departments would:
{simulators}

Logs are in {state / "log"}. Ctrl-C stops everything; what was kept stays.
"""
