"""`svd serve`: the portal under granian, one process with a thread for each page that waits.

One worker keeps the vault of the default run in its memory; several portals share a vault and the
database instead (decision 24). A stop lets the pages under way finish.
"""

from __future__ import annotations

import atexit
import os
import sys
from threading import Thread
from typing import TYPE_CHECKING, Final

from app.settings import Settings, SettingsFault

if TYPE_CHECKING:
    from flask import Flask

THREADS: Final = 512
HEADER_MILLISECONDS: Final = 10_000
"""In which the head of a request must have come (slow senders hold no thread)."""
HEADER_BYTES: Final = 32 * 1024
FINISH_SECONDS: Final = 30
"""For pages under way at a stop: the longest wait for departments is 25."""


def build() -> Flask:
    """The application as the server's worker makes it."""
    from app import create_app
    from app.http import logs, pages
    from app.wiring import portal

    logs.configure()
    settings = Settings.from_environment()
    running = portal(settings, os.environ)
    atexit.register(running.stop)
    app = create_app(settings, running.services)
    Thread(target=pages.compile_all, args=(app,), daemon=True).start()
    return app


def main() -> None:
    """Serve until SIGTERM or SIGINT. A faulty environment ends it with exit 2 and all reasons."""
    try:
        settings = Settings.from_environment()
    except SettingsFault as fault:
        print(*fault.faults, sep="\n", file=sys.stderr)  # noqa: T201  # for who started it
        raise SystemExit(2) from None

    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings

    Granian(
        "app.serve:build",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=int(os.environ.get("SVD_THREADS", THREADS)),
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_MILLISECONDS, max_buffer_size=HEADER_BYTES
        ),
        websockets=False,
        log_access=False,
        workers_kill_timeout=FINISH_SECONDS,
        process_name="svd-portal",
    ).serve()


if __name__ == "__main__":
    main()
