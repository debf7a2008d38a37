"""The real signer for tests: its rules, its role, its socket, on a database of the test's own.

In the house it answers from a thread, so that each test's portal has one in milliseconds; that it
stands as a process of its own is tested in tests/integration/test_signer.py.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.signer_service import SignerServer
from consent import notices, register
from consent.clock import Clock, SystemClock
from consent.keys import Keys, key_set, load_keys, new_key
from consent.log.checkpoint import LogSigner, log_origin
from consent.signing.sign import DatabaseSigner
from consent.store import SIGNER, open_store
from consent.store.signing import Looks
from plan.store.series_heads import hashes_at
from tests.database import Database


@contextmanager
def a_signer(
    database: Database,
    *,
    keys: Keys | None = None,
    log_keys: Keys | None = None,
    issuer: str = "http://localhost:8000",
    environ: dict[str, str] | None = None,
    clock: Clock | None = None,
    **changes: Any,
) -> Iterator[DatabaseSigner]:
    """The signer as an object, with keys of its own unless it is given some."""
    store, looks = open_store(database.signer_url, role=SIGNER), Looks(database.signer_url)
    heads = LogSigner(log_keys or a_log_key(), store=store, origin=log_origin(issuer))
    try:
        yield DatabaseSigner(
            keys or key_set(new_key("sig", "portal-1")),
            heads,
            looks=looks,
            register=register.load(environ=environ),
            notices=notices.load(),
            series=hashes_at(store),
            issuer=issuer,
            clock=clock or SystemClock(),
            chance=os.urandom,
            **changes,
        )
    finally:
        store.close()
        looks.close()


def a_log_key() -> Keys:
    """A fresh Ed25519 key."""
    from joserfc.jwk import OKPKey

    parameters: Any = {"use": "sig", "alg": "Ed25519", "kid": "log-1"}
    return key_set(OKPKey.generate_key("Ed25519", parameters))


@contextmanager
def answering(path: Path, signer: DatabaseSigner) -> Iterator[Path]:
    """The signer behind its socket, on a thread."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.unlink(missing_ok=True)
    with SignerServer(path, signer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield path
        finally:
            server.shutdown()
            path.unlink(missing_ok=True)


@contextmanager
def signer_of_house(
    folder: Path, url: str, database: Database, environ: dict[str, str]
) -> Iterator[Path]:
    """What `svd sign` would be for this portal: the keys are in `folder`/signer."""
    keys, log_keys = (load_keys(folder / "signer" / f"{n}.jwk.json") for n in ("portal", "log"))
    with (
        a_signer(database, keys=keys, log_keys=log_keys, issuer=url, environ=environ) as signer,
        answering(folder / "socket" / "signer.sock", signer) as path,
    ):
        yield path
