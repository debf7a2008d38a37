"""The PostgreSQL of the histories: on disk, with fsync on, made to be killed."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from app.local.migrate import upgrade
from app.local.postgres import (
    DEPARTMENT,
    OWNER,
    PORTAL,
    SIGNER,
    SUPERUSER,
    WORKER,
    Cluster,
    StartFailed,
    start,
)
from tests.histories.application import Addresses


class Killable:
    """A server that is killed and started again on the same files and the same socket."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.cluster: Cluster = start(folder)
        upgrade(self.cluster.url(OWNER))

    @property
    def addresses(self) -> Addresses:
        url = self.cluster.url
        socket = self._folder.parent / "signer.sock"
        return Addresses(url(PORTAL), url(WORKER), url(SIGNER), url(DEPARTMENT), socket)

    def connect(self) -> psycopg.Connection[Any]:
        """Past row-level security, to look afterwards."""
        url = make_url(self.cluster.url(SUPERUSER)).set(drivername="postgresql")
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)

    def kill(self, *, all_at_once: bool) -> None:
        """`immediate`: every process drops what it has in hand. All at once: kill -9 of each."""
        postmaster = self.cluster._process
        family = [postmaster.pid, *_children(postmaster.pid)] if all_at_once else []
        if family:
            for pid in family:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        else:
            postmaster.send_signal(signal.SIGQUIT)
        postmaster.wait(30)

    def start_again(self) -> None:
        for attempt in range(50):
            try:
                self.cluster = start(self._folder)
                return
            except StartFailed:  # shared memory of a process that is still going
                if attempt == 49:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        self.cluster.stop()


def _children(pid: int) -> list[int]:
    said = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(one) for one in said.split()]
