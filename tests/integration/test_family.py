"""Processes that start together, are ready before anybody is told so, and stop together."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.local.family import Child, ChildDied, Family
from tests.until import LONG, until

ANSWERS = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""
DIES = "import sys; print('no room at the inn'); sys.exit(3)"
HANGS = "import time; time.sleep(600)"


@pytest.fixture
def family() -> Iterator[Family]:
    made = Family()
    yield made
    made.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def a_child(folder: Path, program: str, *words: str, health: str = "") -> Child:
    command = (sys.executable, "-c", program, *words)
    return Child("child", command, dict(os.environ), folder / "child.log", health)


def test_ready_means_that_it_answers(family: Family, tmp_path: Path) -> None:
    port = free_port()
    family.add(a_child(tmp_path, ANSWERS, str(port), health=f"http://127.0.0.1:{port}/healthz"))
    family.wait_until_ready(threading.Event(), seconds=LONG)
    with socket.create_connection(("127.0.0.1", port), timeout=60):
        pass


def test_a_child_that_dies_at_start_is_quoted(family: Family, tmp_path: Path) -> None:
    family.add(a_child(tmp_path, DIES, health="http://127.0.0.1:9/healthz"))
    with pytest.raises(ChildDied, match=r"exit 3(.|\n)*no room at the inn"):
        family.wait_until_ready(threading.Event(), seconds=LONG)


def test_a_child_that_never_answers_is_named(family: Family, tmp_path: Path) -> None:
    family.add(a_child(tmp_path, HANGS, health="http://127.0.0.1:9/healthz"))
    with pytest.raises(TimeoutError, match="child"):
        family.wait_until_ready(threading.Event(), seconds=0.3)


def test_being_told_to_stop_ends_the_wait(family: Family, tmp_path: Path) -> None:
    told = threading.Event()
    told.set()
    family.add(a_child(tmp_path, HANGS, health="http://127.0.0.1:9/healthz"))
    family.wait_until_ready(told, seconds=LONG)


def test_nothing_runs_on_after_the_stop(tmp_path: Path) -> None:
    family = Family()
    child = a_child(tmp_path, HANGS)
    family.add(child)
    family.stop()
    assert child.process is not None
    assert child.process.poll() is not None


def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    """Even when it cannot say goodbye: the kernel tells them."""
    program = f"""
import os, sys, time
sys.path.insert(0, {str(Path.cwd())!r})
from pathlib import Path
from app.local.family import Child
inner = (
    "from app.local.family import stop_with_parent as s; s(); print('it waits', flush=True);"
    " import time; time.sleep(600)"
)
environment = dict(os.environ, PYTHONPATH={str(Path.cwd())!r})
child = Child("inner", (sys.executable, "-c", inner), environment, Path({str(tmp_path)!r}) / "log")
child.start(); print(child.process.pid, flush=True); time.sleep(600)
"""
    supervisor = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert supervisor.stdout is not None
    inner = int(supervisor.stdout.readline())
    until(lambda: "it waits" in (tmp_path / "log").read_text(), "the child's first word")
    supervisor.kill()
    supervisor.wait(LONG)
    until(lambda: not Path(f"/proc/{inner}/cmdline").exists(), "the end of the child")
