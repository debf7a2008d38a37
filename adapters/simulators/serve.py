"""Start one named simulator in this process.

`python -m adapters.simulators.serve hmrc --port 8102`, or `svd simulate hmrc`.

It prints one line with its address when it answers, and stops at once on SIGTERM or Ctrl-C.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Final

from aiohttp import web

from adapters.simulators.cast import Cast

NATIVE: Final = ("dwp", "council", "dvla", "slc", "nhsbsa")
PORTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "one_login": 8101,
        "hmrc": 8102,
        "hmcts": 8103,
        "dwp": 8104,
        "council": 8105,
        "dvla": 8106,
        "slc": 8107,
        "nhsbsa": 8108,
        "govuk_pay": 8109,
        "notify": 8110,
        "staff_login": 8111,
    }
)
"""Every simulator by name, with the port of the demonstration."""

STOP_WITHIN: Final = 0.2
"""Seconds that an answer under way is given when the simulator is told to stop."""


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """What a simulator is told: who it is, where it and the portal stand, where keys are read.

    `department` is the register's code ("" for those who are none). `keys_dir` holds the
    demonstration keys that the portal's set-up made; simulators only read there. `checks_status`:
    a native department asks the portal how a permission stands before it answers under it, at
    `portal_reached_at` where the portal's own name leads elsewhere from here. `books`: a native
    department fetches its money every `money_every` seconds and keeps its book in this folder.
    """

    name: str
    public_url: str
    portal_url: str
    keys_dir: Path
    checks_status: bool = False
    portal_reached_at: str = ""
    books: Path | None = None
    money_every: float = 3.0

    @property
    def department(self) -> str:
        others = ("one_login", "govuk_pay", "notify", "staff_login")
        return "" if self.name in others else self.name

    @classmethod
    def from_environment(
        cls, name: str, public_url: str, environ: Mapping[str, str]
    ) -> SimulatorSettings:
        """`SVD_PORTAL_URL`, `SVD_STATE_DIR`, and `SVD_SIMULATOR_URL_HMRC` (and so on) if the
        public address is not the one listened on. Who knows the portal's address asks it how a
        permission stands, unless `SVD_STATUS_CHECK=0`. `SVD_DEPARTMENT_BOOKS` names the folder of
        departments' books; without it they fetch no money."""
        books = environ.get("SVD_DEPARTMENT_BOOKS", "")
        return cls(
            name=name,
            public_url=environ.get(f"SVD_SIMULATOR_URL_{name.upper()}", public_url).rstrip("/"),
            portal_url=environ.get("SVD_PORTAL_URL", "http://localhost:8000").rstrip("/"),
            keys_dir=Path(environ.get("SVD_STATE_DIR", "var")) / "keys",
            portal_reached_at=environ.get("SVD_PORTAL_REACHED_AT", "").rstrip("/"),
            checks_status="SVD_PORTAL_URL" in environ and environ.get("SVD_STATUS_CHECK") != "0",
            books=Path(books) if books else None,
            money_every=float(environ.get("SVD_MONEY_EVERY", "3")),
        )


def application(name: str, cast: Cast, settings: SimulatorSettings) -> web.Application:
    """The named simulator; its module is imported only now."""
    if name not in PORTS:
        raise ValueError(f"no such simulator: {name}; there are {', '.join(PORTS)}")
    module = import_module(f"adapters.simulators.{'department' if name in NATIVE else name}")
    make_app: Callable[[Cast, SimulatorSettings], web.Application] = module.make_app
    return make_app(cast, settings)


def run(name: str, host: str = "127.0.0.1", port: int | None = None) -> None:
    """Serve until told to stop. Port 0 takes a free one; None takes the demonstration's.

    `SVD_CAST` names another file of people than the ten of the demonstration.
    """
    if name not in PORTS:
        raise ValueError(f"no such simulator: {name}; there are {', '.join(PORTS)}")
    listener = socket.create_server((host, PORTS[name] if port is None else port), backlog=512)
    address = f"http://{host}:{listener.getsockname()[1]}"
    settings = SimulatorSettings.from_environment(name, address, os.environ)
    cast = os.environ.get("SVD_CAST", "")
    app = application(name, Cast.load(Path(cast) if cast else None), settings)
    asyncio.run(_serve(app, listener, f"{name} {address}"))


async def _serve(app: web.Application, listener: socket.socket, ready: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_WITHIN)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    print(ready, flush=True)
    await stop.wait()
    await runner.cleanup()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="svd simulate", description=__doc__)
    parser.add_argument("name", choices=sorted(PORTS))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=None)
    given = parser.parse_args(arguments)
    run(given.name, given.host, given.port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
