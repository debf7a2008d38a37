"""The service's own processes under fire: the signer, the portal that people and departments reach
over HTTP, the worker with all its rounds, and three departments with books of their own. Each can
be killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.histories.application import Addresses
from tests.pay_lab import ROOT
from tests.portal import NAMES

DEPARTMENTS = ("dwp", "council", "dvla")
READY_WITHIN = 60.0


def free_ports(count: int) -> list[int]:
    """Ports that nobody has now."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]


@dataclass
class Program:
    """One process with its children in a group of its own, so that a kill leaves nothing behind."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None

    def up(self) -> None:
        if self.process is not None and self.process.poll() is None:
            return
        self.process = subprocess.Popen(
            (sys.executable, "-m", *self.command),
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        """Once: the number of a process that was waited for may be somebody else's by now."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
            self.process = None


@dataclass
class House:
    """`folder` has the keys and the books."""

    folder: Path
    addresses: Addresses
    port: int = field(default_factory=lambda: free_ports(1)[0])
    programs: dict[str, Program] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def books(self) -> Path:
        return self.folder / "books"

    def up(self, pay: str) -> None:
        """All of it, with the payment service at this address; wait until people are answered."""
        ports = dict(zip(DEPARTMENTS, free_ports(len(DEPARTMENTS)), strict=True))
        common = self._environment(pay, ports)
        signer = {**common, "DATABASE_URL_SIGNER": self.addresses.signer}
        portal = {
            **common,
            "DATABASE_URL": self.addresses.portal,
            "DATABASE_URL_DEPARTMENT": self.addresses.department,
        }
        self.programs["signer"] = Program(("app.cli", "sign"), signer)
        rounds = {**common, "DATABASE_URL_WORKER": self.addresses.worker}
        self.programs["portal"] = Program(("app.cli", "serve"), portal)
        self.programs["rounds"] = Program(("app.cli", "worker"), rounds)
        for code, port in ports.items():
            command = ("adapters.simulators.serve", code, f"--port={port}")
            self.programs[code] = Program(command, common)
        self.start_what_died()
        assert self.answers_within(READY_WITHIN), "the portal did not answer"

    def start_what_died(self) -> None:
        for program in self.programs.values():
            program.up()

    def kill(self, *names: str) -> None:
        for name in names or tuple(self.programs):
            if name in self.programs:
                self.programs[name].kill()

    def _environment(self, pay: str, ports: Mapping[str, int]) -> dict[str, str]:
        nobody = {f"SVD_ADDRESS_{name.upper()}": "http://127.0.0.1:9" for name in NAMES}
        return {
            **nobody,
            **{f"SVD_ADDRESS_{c.upper()}": f"http://127.0.0.1:{p}" for c, p in ports.items()},
            "SVD_ADDRESS_GOVUK_PAY": pay,
            "SVD_DEMONSTRATION": "1",
            "SVD_STATE_DIR": str(self.folder),
            "SVD_KEYS_DIR": str(self.folder / "keys"),
            "SVD_SIGNER_KEYS_DIR": str(self.folder / "signer"),
            "SVD_SIGNER_SOCKET": str(self.addresses.socket),
            "SVD_PORTAL_URL": self.url,
            "SVD_HOST": "127.0.0.1",
            "SVD_PORT": str(self.port),
            "SVD_DEPARTMENT_BOOKS": str(self.books),
            "SVD_MONEY_EVERY": "0.5",
            "SVD_STATUS_CHECK": "0",
        }

    def answers_within(self, seconds: float) -> bool:
        """Waits until the portal answers."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            with suppress(requests.RequestException):
                if requests.get(f"{self.url}/healthz", timeout=2).status_code == 200:
                    return True
            time.sleep(0.2)
        return False
