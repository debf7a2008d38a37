"""`svd sign` as a process of its own, for tests that start, end and ask it.

made = a_process(tmp_path, database)
made.started()                             # it has said so
client = SocketSigner(made.socket)
assert "signer_stopped" in made.end()
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.local.keys import ensure_signer
from consent.keys import Keys, load_keys
from tests.database import Database

ROOT = Path(__file__).resolve().parents[1]
DWP = "http://127.0.0.1:8104"
CALL: dict[str, Any] = {"audience": "urn:svd:org:dwp", "htu": f"{DWP}/v1/debt-queries"}


@dataclass
class Process:
    """A signer that runs, or ran, as `svd sign`."""

    folder: Path
    environment: dict[str, str]
    process: subprocess.Popen[str] = field(init=False)

    @property
    def socket(self) -> Path:
        return Path(self.environment["SVD_SIGNER_SOCKET"])

    @property
    def published(self) -> Keys:
        return load_keys(self.folder / "keys" / "portal.jwks.json")

    def start(self) -> None:
        self.process = subprocess.Popen(
            (sys.executable, "-m", "app.cli", "sign"),
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def started(self) -> None:
        self.start()
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert "signer_started" in said, said

    def end(self, number: signal.Signals = signal.SIGTERM) -> str:
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=60)
        return said


def a_process(folder: Path, database: Database, **told: str) -> Process:
    (folder / "keys").mkdir(exist_ok=True)
    ensure_signer(folder / "signer", publish_to=folder / "keys")
    environment = {
        "PATH": os.environ["PATH"],
        "SVD_DEMONSTRATION": "1",
        "SVD_STATE_DIR": str(folder),
        "SVD_SIGNER_SOCKET": str(folder / "socket" / "signer.sock"),
        "DATABASE_URL_SIGNER": database.signer_url,
        "SVD_ADDRESS_DWP": DWP,
    }
    return Process(folder, {**environment, **told})
