"""The signer's side of its socket: read a question strictly, do the errand, answer in one line.

It trusts nobody who can open the socket: each question has known words of known kinds and a fair
length, and what it asks for is decided in `consent.signing`.
"""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from adapters.signer_socket import LONGEST, LineFault, read_line
from app.http.logs import log, where
from consent.errors import ConsentEnded, NotPermitted
from consent.jose import compact_json
from consent.log.checkpoint import LogBroken
from consent.signer import Errand, EventKind, MintedAssertion, MintedEvent
from consent.signing.asked import Assertion, Event
from consent.signing.sign import MOST_STATUSES, DatabaseSigner
from consent.strict_json import NotStrictJson, read_json

CONNECTIONS: Final = 256
IDLE_SECONDS: Final = 60.0
LINE_SECONDS: Final = 5.0
LONGEST_WORD: Final = 40_000
"""Characters of one text: what is sealed to a department is the longest."""

Errands = Mapping[str, Callable[[DatabaseSigner, Mapping[str, Any]], Any]]


class NotAQuestion(Exception):
    """What came is not a question that the signer knows."""


class SignerServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """A thread for each connection, up to CONNECTIONS; more are closed at once."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, path: Path, signer: DatabaseSigner) -> None:
        self.signer = signer
        self.places = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__(str(path), Conversation)
        path.chmod(0o660)  # its folder says who may reach it

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away in the middle is no fault of ours, and no news."""


class Conversation(socketserver.BaseRequestHandler):
    """Questions of one connection, one after the other."""

    request: socket.socket
    server: SignerServer

    def handle(self) -> None:
        if not self.server.places.acquire(blocking=False):
            return
        try:
            while True:
                line = read_line(self.request, first=IDLE_SECONDS, rest=LINE_SECONDS)
                if line is None:
                    return
                self.request.settimeout(LINE_SECONDS)
                self.request.sendall(compact_json(answer(self.server.signer, line)) + b"\n")
        except LineFault:
            log.warning("refused", code="malformed")
        except OSError:
            return
        finally:
            self.server.places.release()


def answer(signer: DatabaseSigner, line: bytes) -> dict[str, Any]:
    """One question, one answer. Never raises: a fault is `unavailable`, without its text."""
    do = "-"
    try:
        said = read_json(line, max_bytes=LONGEST)
        do = said.pop("do", "") if isinstance(said, dict) else ""
        if not isinstance(do, str) or do not in ERRANDS:
            raise NotAQuestion
        return {"ok": ERRANDS[do](signer, said)}
    except (NotAQuestion, NotStrictJson):
        return _refused("malformed", "", "-")
    except (ConsentEnded, NotPermitted) as refusal:
        return _refused(refusal.code, str(refusal), do)
    except LogBroken as broken:
        return _refused(broken.code, broken.why, do)
    except Exception as fault:
        log.error("fault", job=do, kind=type(fault).__name__, where=where(fault.__traceback__))
        return {"refused": "unavailable", "why": ""}


def _refused(code: str, why: str, do: str) -> dict[str, Any]:
    """Each refusal is worth a line: somebody asked for what is not theirs to ask."""
    log.warning("refused", job=do, code=code, kind=why)
    return {"refused": code, "why": why}


def _assertion(signer: DatabaseSigner, said: Mapping[str, Any]) -> dict[str, str]:
    words = (
        *("grant_id", "session_hash", "interaction_id", "audience", "htu", "htm"),
        *("vot", "ial", "idp"),
    )
    _only(said, *words, "errand", "fields", "match_jwe", "request_jwe", "response_jwk")
    key = said["response_jwk"]
    asked = Assertion(
        **{word: _word(said[word]) for word in words},
        errand=_one_of(Errand, said["errand"]),
        fields=tuple(_words(said["fields"], most=64)),
        match_jwe=_maybe(said["match_jwe"]),
        request_jwe=_maybe(said["request_jwe"]),
        response_jwk=None if key is None else _object(key),
    )
    return _minted(signer.assertion(asked))


def _event(signer: DatabaseSigner, said: Mapping[str, Any]) -> dict[str, str]:
    words = ("audience", "pairwise_id", "grant_id", "event_id")
    _only(said, "kind", "details", *words)
    asked = Event(
        **{word: _word(said[word]) for word in words},
        kind=_one_of(EventKind, said["kind"]),
        details=_object(said["details"]),
    )
    return _minted(signer.event(asked))


def _status(signer: DatabaseSigner, said: Mapping[str, Any]) -> str | None:
    _only(said, "grant_id", "department")
    return signer.sign_status(_word(said["grant_id"]), _word(said["department"]))


def _statuses(signer: DatabaseSigner, said: Mapping[str, Any]) -> str:
    _only(said, "grant_ids", "department")
    return signer.sign_statuses(
        _words(said["grant_ids"], most=MOST_STATUSES), _word(said["department"])
    )


def _receipt(signer: DatabaseSigner, said: Mapping[str, Any]) -> str:
    _only(said, "claims")
    return signer.sign_receipt(_object(said["claims"]))


def _checkpoint(signer: DatabaseSigner, said: Mapping[str, Any]) -> str:
    _only(said, "tree_size")
    size = said["tree_size"]
    if type(size) is not int or size < 0:
        raise NotAQuestion
    return signer.sign_checkpoint(size)


def _series_head(signer: DatabaseSigner, said: Mapping[str, Any]) -> str:
    _only(said, "department", "sequence")
    sequence = said["sequence"]
    if type(sequence) is not int or not 0 <= sequence < 2**53:
        raise NotAQuestion
    return signer.sign_series_head(_word(said["department"]), sequence)


ERRANDS: Final[Errands] = {
    "assertion": _assertion,
    "event": _event,
    "status": _status,
    "statuses": _statuses,
    "receipt": _receipt,
    "checkpoint": _checkpoint,
    "series_head": _series_head,
}


def _minted(made: MintedAssertion | MintedEvent) -> dict[str, str]:
    return {"token": made.token, "jti": made.jti}


def _only(said: Mapping[str, Any], *names: str) -> None:
    if set(said) != set(names):
        raise NotAQuestion


def _word(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_WORD or "\0" in value:
        raise NotAQuestion
    return value


def _words(value: Any, *, most: int) -> list[str]:
    if not isinstance(value, list) or len(value) > most:
        raise NotAQuestion
    return [_word(one) for one in value]


def _maybe(value: Any) -> str | None:
    return None if value is None else _word(value)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotAQuestion
    return value


def _one_of(kind: Any, value: Any) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise NotAQuestion from None
