"""`svd log witness` and `svd log checkpoint`: from outside, over the public addresses (SEC-68)."""

from __future__ import annotations

import argparse
import os
import sys
from base64 import b64decode
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.log import note, witness
from consent.log.checkpoint import open_checkpoint
from consent.log.note import LARGEST_NOTE, NoteRefused, read_key
from consent.log.witness import LogLies, Seen
from consent.strict_json import NotStrictJson, read_json

SECONDS: Final = 20
"""How long a portal may take to answer."""


class CannotLook(Exception):
    """The errand could not be done; the text says why and what to do."""


def main(given: argparse.Namespace) -> int:
    try:
        return _look(given)
    except LogLies as lie:
        return _alarm(given, lie.why)
    except NoteRefused as refused:
        return _alarm(given, f"its head is not what it signs ({refused.why})")
    except (CannotLook, ValueError, OSError) as fault:
        return _cannot(fault)


def _look(given: argparse.Namespace) -> int:
    """Fetch the head, demand its proof, remember it. Raises LogLies, NoteRefused, CannotLook."""
    portal = _address(given.portal)
    last = witness.load(given.state)
    if last is None:
        vkey = given.log_key or _fetch(portal, "/log/key").decode().strip()
        last = Seen(str(read_key(vkey)))
        if not given.log_key:
            _say(f"First visit: from now on this log must sign with {vkey}", sys.stderr)
    elif given.log_key and given.log_key != last.key:
        raise CannotLook(f"{given.state} is about a log with another key: {last.key}")
    raw = _fetch(portal, "/log/checkpoint", refusal=404 if last.size else 200)
    if not raw:
        raise LogLies(f"it was rolled back: it had {last.size:,} lines and now shows none")
    seen = witness.observe(last, raw, lambda old, new: _proof(portal, old, new))
    witness.save(given.state, seen)
    _say(f"{seen.size:,} lines, and the log has only grown (it had {last.size:,}).")
    if given.key:
        name = given.name or urlsplit(portal).netloc
        text = note.read_note(seen.note.encode()).text
        line = note.cosign(text, name, _own_key(given.key), datetime.now(UTC))
        _say(note.write_note(text, line).rstrip("\n"))
    return 0


def _alarm(given: argparse.Namespace, why: str) -> int:
    """Say it loudly, and keep the head that contradicts the remembered one."""
    _say(f"THE LOG CANNOT BE TRUSTED: {why}.", sys.stderr)
    try:
        evidence = given.state.with_name(f"{given.state.name}.evidence")
        with evidence.open("ab") as file:
            file.write(_fetch(_address(given.portal), "/log/checkpoint") + b"\n")
        _say(f"What it shows now is added to {evidence}; {given.state} is as it was.", sys.stderr)
    except (CannotLook, OSError) as fault:
        _say(f"What it shows now could not be kept: {fault}", sys.stderr)
    return 1


def checkpoint(given: argparse.Namespace) -> int:
    try:
        portal = _address(given.portal)
        key = read_key(given.log_key or _fetch(portal, "/log/key").decode())
        raw = _fetch(portal, "/log/checkpoint")
        open_checkpoint(raw, key)
    except NoteRefused as refused:
        _say(f"The head is not what the log signs: {refused.why}", sys.stderr)
        return 1
    except (CannotLook, ValueError) as fault:
        return _cannot(fault)
    _say(raw.decode().rstrip("\n"))
    return 0


def _own_key(path: Path) -> Ed25519PrivateKey:
    """A witness's own key: 32 bytes in hex, made at the first use for the owner of the file."""
    if not path.exists():
        fresh = Ed25519PrivateKey.generate().private_bytes_raw().hex()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(fresh + "\n")
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))


def _address(portal: str) -> str:
    parts = urlsplit(portal)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise CannotLook("--portal must be an address such as https://pay.example.gov.uk")
    return portal.rstrip("/")


def _proof(portal: str, old: int, new: int) -> Sequence[bytes]:
    try:
        said = read_json(_fetch(portal, f"/log/consistency?from={old}&to={new}", refusal=400))
        return [b64decode(one, validate=True) for one in said["proof"]]
    except (NotStrictJson, KeyError, TypeError, ValueError):
        raise LogLies(f"it gives no proof that {new:,} lines continue the {old:,} before") from None


def _fetch(portal: str, path: str, *, refusal: int = 200) -> bytes:
    """The body of a good answer, at most 16 KiB, or nothing where it refuses with this status."""
    session = requests.Session()
    session.trust_env = False
    try:
        with session.get(
            portal + path, timeout=SECONDS, allow_redirects=False, stream=True
        ) as reply:
            body: bytes = reply.raw.read(LARGEST_NOTE + 1, decode_content=True)
            status = reply.status_code
    except (requests.RequestException, OSError) as fault:
        raise CannotLook(f"{portal} does not answer: {type(fault).__name__}") from None
    if status == refusal != 200:
        return b""
    if len(body) > LARGEST_NOTE or status != 200:
        raise CannotLook(f"{portal}{path} answers with status {status}")
    return body


def _cannot(fault: Exception) -> int:
    _say(f"svd log: {fault}", sys.stderr)
    return 2


def _say(line: str, stream: Any = None) -> None:
    print(line, file=stream or sys.stdout, flush=True)  # a program's own answer
