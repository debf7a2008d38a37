"""`svd sign`: the process that owns the signing keys, and nothing else (decision 42).

It listens on a Unix socket, reads the database as `svd_signer`, and stops cleanly on SIGTERM.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import stat
import sys
import threading
from contextlib import suppress
from pathlib import Path

from app.settings import SettingsFault, SignerSettings


def main() -> None:
    """Sign until SIGTERM or SIGINT. A faulty environment ends it with exit 2 and all reasons."""
    _keep_memory_private()
    try:
        settings = SignerSettings.from_environment()
        _clear_the_way(settings.socket)
    except SettingsFault as fault:
        print(*fault.faults, sep="\n", file=sys.stderr)  # noqa: T201  # for who started it
        raise SystemExit(2) from None

    from app.http import logs
    from app.signer_service import SignerServer
    from app.wiring import signer

    logs.configure()
    with SignerServer(settings.socket, signer(settings, os.environ)) as server:

        def stop(*_: object) -> None:
            # On a thread: the loop that it stops is the one that it interrupts.
            threading.Thread(target=server.shutdown, name="stop").start()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        logs.log.info("signer_started")
        server.serve_forever(poll_interval=0.2)
    settings.socket.unlink(missing_ok=True)
    logs.log.info("signer_stopped")


def _keep_memory_private() -> None:
    """No core file, and (Linux) no other process of the same user may read this one's memory."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(4, 0)  # PR_SET_DUMPABLE


def _clear_the_way(path: Path) -> None:
    """A private folder for the socket, with no other signer in it. A folder that is there keeps
    its group, by which the portal and the worker may reach it, and lets nobody else in."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if stat.S_IMODE(path.parent.stat().st_mode) & 0o027:
        raise SettingsFault((f"{path.parent} must have mode 0700 or 0750.",))
    if not path.exists():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(str(path)) == 0:
            raise SettingsFault((f"A signer is at {path} already.",))
    path.unlink()


if __name__ == "__main__":
    main()
