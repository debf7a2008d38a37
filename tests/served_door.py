"""The departments' door over HTTP, and what a gateway of DWP as a process of its own needs for it.

with served_door(database, folder) as served:
    subprocess.run(served.gateway(folder / "book", "--once"), cwd=ROOT)
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from werkzeug.serving import make_server

from consent.clock import SystemClock
from tests.database import Database
from tests.department_desk import ISSUER, DoorDesk, a_door
from tests.portal import Quiet


@dataclass
class Served:
    """`key` is the file of the key that DWP publishes, `portal_keys` that of the portal's."""

    url: str
    key: Path
    portal_keys: Path
    database: Database
    desk: DoorDesk

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """As the superuser."""
        url = self.database.superuser_url.replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()

    def gateway(self, book: Path, *more: str) -> tuple[str, ...]:
        return (
            *(sys.executable, "-m", "adapters.gateway", "--client", "urn:svd:org:dwp"),
            *("--issuer", ISSUER, "--reached-at", self.url),
            *("--portal-keys", str(self.portal_keys)),
            *("--key", str(self.key), "--book", str(book), *more),
        )


@contextmanager
def served_door(database: Database, folder: Path) -> Iterator[Served]:
    with a_door(database, SystemClock()) as desk:
        machine = desk.machine("dwp")
        key, portal_keys = folder / "dwp.jwk.json", folder / "portal.jwks.json"
        key.write_text(json.dumps(machine.key.as_dict(private=True)))
        portal_keys.write_text(json.dumps(desk.portal_keys.public()))
        server = make_server("127.0.0.1", 0, desk.app, threaded=True, request_handler=Quiet)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            yield Served(url, key, portal_keys, database, desk)
        finally:
            server.shutdown()
            server.server_close()
