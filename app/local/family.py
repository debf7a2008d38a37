"""Child processes that start together, answer before anybody is told so, and stop together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STOP_WITHIN = 10.0
"""Seconds in which a child may finish what it is doing before it is ended."""


class ChildDied(Exception):
    """A process ended that should be running. The message ends with the tail of its log."""


@dataclass(slots=True)
class Child:
    """One process. `health` is an address that answers 200 when it is ready, `unix:` and a socket
    that takes a connection, or empty."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    log: Path
    health: str = ""
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Its output goes to its log, never to the console; Ctrl-C reaches the parent only."""
        descriptor = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            self.process = subprocess.Popen(
                self.command,
                env={**self.environment, "SVD_STOPS_WITH_PARENT": str(os.getpid())},
                stdin=subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                start_new_session=True,
            )
        finally:
            os.close(descriptor)

    def check(self) -> None:
        """Raise ChildDied if it has ended."""
        if self.process is not None and self.process.poll() is not None:
            said = self.log.read_text(errors="replace").strip().splitlines()[-25:]
            raise ChildDied(
                f"{self.name} stopped (exit {self.process.returncode}). {self.log} ends:\n"
                + "\n".join(f"    {line}" for line in said)
            )

    def ready(self) -> bool:
        return not self.health or _answers(self.health)


class Family:
    """All children of one run."""

    def __init__(self) -> None:
        self.children: list[Child] = []

    def add(self, child: Child) -> None:
        child.start()
        self.children.append(child)

    def check(self) -> None:
        for child in self.children:
            child.check()

    def wait_until_ready(self, told: threading.Event, seconds: float = 60.0) -> None:
        """Return when every child answers, or when we are told to stop.

        Raises ChildDied, or TimeoutError naming the silent.
        """
        deadline = time.monotonic() + seconds
        waiting = list(self.children)
        while waiting and not told.is_set():
            self.check()
            waiting = [child for child in waiting if not child.ready()]
            if waiting and time.monotonic() > deadline:
                names = ", ".join(f"{child.name} ({child.log})" for child in waiting)
                raise TimeoutError(f"No answer within {seconds:.0f} seconds from {names}.")
            if waiting:
                told.wait(0.05)

    def stop(self) -> None:
        """Ask all to stop, the last started first, wait, then end those that did not."""
        alive = [
            child.process
            for child in reversed(self.children)
            if child.process is not None and child.process.poll() is None
        ]
        for process in alive:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + STOP_WITHIN
        for process in alive:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)


def stop_with_parent() -> None:
    """Ask the kernel (Linux) for SIGTERM when the supervisor dies, however it dies."""
    parent = int(os.environ["SVD_STOPS_WITH_PARENT"])
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def _answers(address: str) -> bool:
    if address.startswith("unix:"):
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(address.removeprefix("unix:")) == 0
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=2) as reply:
            return bool(reply.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False
