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

from app.local import keys as key_files
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
    """A server that is killed and started again on the same files and the same socket. Beside it,
    in `folder`, are the keys, and the environment is set for every process that is forked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = folder / "postgres"
        self.cluster: Cluster = start(self._files)
        upgrade(self.cluster.url(OWNER))
        key_files.ensure(folder / "keys")
        key_files.ensure_signer(folder / "signer", publish_to=folder / "keys")
        os.environ |= {
            "SVD_DEMONSTRATION": "1",
            "SVD_STATE_DIR": str(folder),
            "SVD_SIGNER_SOCKET": str(self.addresses.socket),
            "DATABASE_URL": self.addresses.portal,
            "DATABASE_URL_WORKER": self.addresses.worker,
            "DATABASE_URL_SIGNER": self.addresses.signer,
        }

    @property
    def addresses(self) -> Addresses:
        url = self.cluster.url
        socket = self.folder / "socket" / "signer.sock"
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
        postmaster.wait(60)

    def start_again(self) -> None:
        for attempt in range(50):
            try:
                self.cluster = start(self._files)
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
