"""`svd run`: from nothing to a page, away again without a trace, and back in seconds."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.local.demo import SIMULATORS
from app.settings import SIGNERS_KEYS

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


@dataclass(slots=True)
class House:
    """Where one demonstration stands: its state folder and its ports."""

    state: Path
    port: int
    simulators: int

    def run(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "app.cli", "run", "--port", str(self.port)]
        command += ["--simulators-from", str(self.simulators)]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SVD_", "DATABASE_URL"))}
        environment = {**kept, "SVD_STATE_DIR": str(self.state), "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(
            command, env=environment, cwd=ROOT, text=True, bufsize=1,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> House:
    first = free_ports()
    return House(tmp_path / "var", first, first + 1)


def free_ports() -> int:
    """The first of enough free ports in a row, away from those of the demonstration."""
    for first in range(21000 + os.getpid() % 500 * 20, 40000, 20):
        with ExitStack() as attempt:
            try:
                for number in range(first, first + 1 + len(SIMULATORS)):
                    attempt.enter_context(socket.create_server(("127.0.0.1", number)))
            except OSError:
                continue
            return first
    raise RuntimeError("no free ports in a row")


def read_until(running: subprocess.Popen[str], words: str) -> str:
    """What it printed up to these words; fails with everything it said if they never come."""
    assert running.stdout is not None
    said = ""
    for line in running.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"stopped without saying {words!r}:\n{said}")


def stop(running: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> str:
    running.send_signal(number)
    rest, _ = running.communicate(timeout=60)
    return rest


def fetch(address: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(address, timeout=60) as reply:
        return str(reply.read().decode())


def processes_of(state: Path) -> list[str]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and folder.name != str(os.getpid()):
            try:
                environment = (folder / "environ").read_bytes()
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(state).encode() in environment or str(state) in command:
                found.append(command)
    return found


def child_of(running: subprocess.Popen[str], command: str) -> int:
    """The process that does this command of `svd` for this demonstration."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == running.pid and command.encode() in words:
            return int(folder.name)
    raise AssertionError(f"no svd {command}")


def test_it_runs_stops_without_a_trace_and_starts_again_whatever_happened(house: House) -> None:
    before = time.monotonic()
    running = house.run()
    said = read_until(running, "Ctrl-C stops everything")
    first = time.monotonic() - before
    assert f"http://localhost:{house.port}" in said
    assert "Tamsin Testwell" in said
    assert fetch(f"http://127.0.0.1:{house.port}/healthz")
    assert fetch(f"http://127.0.0.1:{house.simulators}/healthz")
    dwp = house.simulators + SIMULATORS.index("dwp")
    assert '"fault": null' in fetch(f"http://127.0.0.1:{dwp}/_book")
    stop(running, signal.SIGINT)
    assert running.returncode == 0
    assert processes_of(house.state) == []

    before = time.monotonic()
    again = house.run()
    read_until(again, "Ctrl-C stops everything")
    assert time.monotonic() - before < max(40, 3 * first), "seconds, where the first took seconds"
    second = house.run()
    refused, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert "running already" in refused

    again.kill()
    again.wait(60)
    last = house.run()
    read_until(last, "Ctrl-C stops everything")
    assert not [name for name in SIGNERS_KEYS if (house.state / "keys" / name).exists()]
    os.kill(child_of(last, "sign"), signal.SIGKILL)
    said, _ = last.communicate(timeout=60)
    assert last.returncode == 1
    assert "signer stopped (exit -9)" in said
    assert processes_of(house.state) == []


def test_a_taken_port_is_said_and_everything_else_stops(house: House) -> None:
    with socket.create_server(("127.0.0.1", house.simulators + 3)):
        running = house.run()
        said, _ = running.communicate(timeout=90)
    assert running.returncode == 1
    assert f"Port {house.simulators + 3} is in use" in said
    assert processes_of(house.state) == []
