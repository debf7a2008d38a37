"""`svd log verify`: a whole database, or a copy of one, against its log (SEC-68)."""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from consent import disposal as disposals
from consent import notices as notice_files
from consent import record as records
from consent.errors import ServiceError
from consent.keys import read_keys
from consent.log import witness
from consent.log.checkpoint import log_key, log_origin
from consent.log.note import NoteKey, read_key
from consent.log.replay import DisposalDigest, Rebuild
from consent.log.verify import Tally, Terms, verify
from consent.store import AUDITOR, Store, audit, open_store
from consent.store.audit import Disposal
from consent.store.disposal import Kept
from consent.store.grants import Grant


def main(given: argparse.Namespace) -> int:
    """One line for each fault, then one that says how much was looked at and how fast."""
    url = os.environ.get("DATABASE_URL_AUDITOR") or os.environ.get("DATABASE_URL", "")
    try:
        if not url:
            raise ValueError("Set DATABASE_URL_AUDITOR (postgresql+psycopg://…).")
        terms = _terms(given)
    except (ServiceError, ValueError, OSError) as fault:
        _say(f"svd log: {fault}", sys.stderr)
        return 2
    store = open_store(url, role=AUDITOR, pool_size=1)
    try:
        return _look(store, terms)
    except Exception as fault:  # a database that cannot be read: its text may hold an address
        _say(f"svd log: the database cannot be read: {type(fault).__name__}", sys.stderr)
        return 2
    finally:
        store.close()


def rebuilder(origin: str) -> Rebuild:
    """Makes the record of a row again from the published notices, and gives its hash."""
    notices = notice_files.load()

    def rebuild(grant: Grant) -> str:
        try:
            shown = notices.find(grant.notice, grant.language)
            return records.record_hash(records.record(grant, shown, origin=origin))
        except (LookupError, ValueError):
            return ""

    return rebuild


def disposal_digests() -> DisposalDigest:
    """Makes the receipt of a disposal again, and gives its hash."""
    notices = notice_files.load()

    def digest(row: Disposal, grant: Grant) -> str:
        kept = Kept(
            interaction_id=row.interaction_id,
            grant_id=row.grant_id,
            subject_id=row.subject_id,
            department=row.department,
            asked_at=row.asked_at,
            answer_sha256=row.answer_sha256,
            held_until=row.held_until,
            disposed_at=row.disposed_at,
            how=row.how,
            purpose=grant.purpose,
            notice=grant.notice,
            language=grant.language,
        )
        try:
            return disposals.digest_of(kept, notices)
        except (LookupError, ValueError):
            return ""

    return digest


def _terms(given: argparse.Namespace) -> Terms:
    origin = given.origin or os.environ.get("SVD_PORTAL_URL", "http://localhost:8000")
    return Terms(
        now=datetime.fromisoformat(given.now) if given.now else datetime.now(UTC),
        public=_log_key(given.key, origin).public,
        rebuild=rebuilder(origin.rstrip("/")),
        disposal_digest=disposal_digests(),
        witnesses={key.name: key for key in map(read_key, given.witness)},
        seen=witness.heads_in(witness.heads_of(given.seen)) if given.seen else {},
    )


def _look(store: Store, terms: Terms) -> int:
    tally, began = Tally(), time.monotonic()
    with audit.snapshot(store) as tx:
        for fault in verify(tx, terms, tally):
            _say(str(fault))
    seconds = time.monotonic() - began
    verdict = f"FAULTS: {tally.faults:,}." if tally.faults else "All is as the log says."
    _say(
        f"{verdict} Looked at {tally.leaves:,} leaves, {tally.checkpoints:,} checkpoints,"
        f" {tally.permissions:,} permissions and {tally.requests:,} requests"
        f" in {seconds:.1f} seconds ({tally.rows / max(seconds, 0.001):,.0f} rows a second)."
    )
    return 1 if tally.faults else 0


def _log_key(text: str, origin: str) -> NoteKey:
    """The log's key from a vkey, from a file, or from the folder of this machine's keys."""
    if "+" in text and not Path(text).exists():
        return read_key(text)
    folder = os.environ.get("SVD_KEYS_DIR") or Path(os.environ.get("SVD_STATE_DIR", "var")) / "keys"
    path = Path(text or Path(folder) / "log.jwks.json")
    if not path.is_file():
        raise ValueError(f"There is no key in {path}. Say --key with the log's vkey or its file.")
    raw = path.read_bytes()
    if not raw.lstrip().startswith(b"{"):
        return read_key(raw.decode())
    return log_key(log_origin(origin), read_keys(raw))


def _say(line: str, stream: Any = None) -> None:
    print(line, file=stream or sys.stdout, flush=True)  # a program's own answer
