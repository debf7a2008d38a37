"""How other processes ask the signer: a Unix socket, one line of JSON there, one line back.

A question is `{"do": <errand>, …}`; the answer `{"ok": …}` or `{"refused": <code>, "why": <word>}`.
Connections are kept and used again; a signer that was started anew is noticed and asked once more.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from consent.errors import ConsentEnded, NotPermitted, OutsideFailed, ServiceError
from consent.ids import GrantId
from consent.jose import compact_json
from consent.log.checkpoint import LogBroken
from consent.permit import Permit
from consent.signer import PARTY, Errand, EventKind, MintedAssertion, MintedEvent
from consent.strict_json import NotStrictJson, read_json
from consent.transactions import refuse_if_open

LONGEST: Final = 1024 * 1024
"""Bytes of one line: a receipt has every record of one yes in full."""
SECONDS: Final = 5.0
"""For one errand, waiting for a free connection included."""
CONNECTIONS: Final = 32
"""Of one process at a time; the next wait. Signing is work for a processor, not for a wait."""
KEPT_SECONDS: Final = 30.0
"""An idle connection is used again within this; the signer keeps it for longer."""

_REFUSED: Final[Mapping[str, type[ServiceError]]] = {
    ConsentEnded.code: ConsentEnded,
    NotPermitted.code: NotPermitted,
}


class LineFault(Exception):
    """A line did not come, or not as one line of a fair length."""


def read_line(
    connection: socket.socket, *, first: float, rest: float, longest: int = LONGEST
) -> bytes | None:
    """One line without its end; nothing where the other side closed before it began one.

    `first` seconds may pass before its first byte, `rest` until its end. Raises LineFault, OSError
    (TimeoutError among them).
    """
    got = bytearray()
    connection.settimeout(first)
    until = time.monotonic() + first + rest
    while True:
        piece = connection.recv(65536)
        if not piece:
            if got:
                raise LineFault("cut short")
            return None
        if not got:
            until = time.monotonic() + rest
        got += piece
        if got.endswith(b"\n") or len(got) > longest:
            break
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
    if len(got) > longest or got.count(b"\n") != 1:
        raise LineFault("not one line")
    return bytes(got[:-1])


class SocketSigner:
    """`consent.signer.Signer` and `StatementSigner` over the socket. For any number of threads.

    OutsideFailed("signer", kind): `unreachable`, `timed_out`, `busy`, `unavailable` (it could not
    read the database), `malformed`.
    """

    def __init__(
        self, path: Path, *, seconds: float = SECONDS, connections: int = CONNECTIONS
    ) -> None:
        self._path = str(path)
        self._seconds = seconds
        self._turns = threading.BoundedSemaphore(connections)
        self._guard = threading.Lock()
        self._idle: list[tuple[socket.socket, float]] = []

    def mint_assertion(
        self,
        permit: Permit,
        *,
        audience: str,
        htu: str,
        htm: str = "POST",
        errand: Errand = Errand.DEBT_QUERY,
        fields: Sequence[str] = (),
        match_jwe: str | None = None,
        request_jwe: str | None = None,
        response_jwk: Mapping[str, Any] | None = None,
    ) -> MintedAssertion:
        """Of the permit only the grant, the session, the ask and the level of sign-in are sent."""
        said = self._ask(
            "assertion",
            grant_id=permit.grant_id,
            session_hash=permit.session_hash,
            interaction_id=permit.interaction_id,
            audience=audience,
            htu=htu,
            htm=htm,
            errand=errand.value,
            vot=permit.sign_in.vot,
            ial=permit.sign_in.ial,
            idp=permit.sign_in.idp,
            fields=list(fields),
            match_jwe=match_jwe,
            request_jwe=request_jwe,
            response_jwk=dict(response_jwk) if response_jwk is not None else None,
        )
        return MintedAssertion(*_pair(said))

    def mint_event(
        self,
        kind: EventKind,
        *,
        audience: str,
        pairwise_id: str,
        grant_id: GrantId,
        event_id: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> MintedEvent:
        """The grant's row must be as the event says."""
        said = self._ask(
            "event",
            kind=kind.value,
            audience=audience,
            pairwise_id=pairwise_id,
            grant_id=grant_id,
            event_id=event_id,
            details=dict(details or {}),
        )
        return MintedEvent(*_pair(said))

    def sign_status(self, grant_id: str, department: str) -> str | None:
        said = self._ask("status", grant_id=grant_id, department=department)
        return None if said is None else _text(said)

    def sign_statuses(self, grant_ids: Sequence[str], department: str) -> str:
        return _text(self._ask("statuses", grant_ids=list(grant_ids), department=department))

    def sign_receipt(self, claims: Mapping[str, Any]) -> str:
        return _text(self._ask("receipt", claims=dict(claims)))

    def sign_checkpoint(self, tree_size: int) -> str:
        return _text(self._ask("checkpoint", tree_size=tree_size))

    def sign_series_head(self, department: str, sequence: int) -> str:
        return _text(self._ask("series_head", department=department, sequence=sequence))

    def close(self) -> None:
        """End the connections that nobody uses."""
        with self._guard:
            idle, self._idle = self._idle, []
        for connection, _ in idle:
            connection.close()

    def _ask(self, do: str, **words: Any) -> Any:
        refuse_if_open()
        line = compact_json({"do": do, **words}) + b"\n"
        if len(line) > LONGEST:
            raise OutsideFailed(PARTY, "malformed")
        until = time.monotonic() + self._seconds
        if not self._turns.acquire(timeout=self._seconds):
            raise OutsideFailed(PARTY, "busy")
        try:
            return _understood(self._exchange(line, until))
        except TimeoutError:
            raise OutsideFailed(PARTY, "timed_out") from None
        except (LineFault, NotStrictJson):
            raise OutsideFailed(PARTY, "malformed") from None
        except OSError:
            raise OutsideFailed(PARTY, "unreachable") from None
        finally:
            self._turns.release()

    def _exchange(self, line: bytes, until: float) -> bytes:
        """On a kept connection if there is one; if that one is dead, on a new one."""
        kept = self._kept()
        if kept is not None:
            try:
                return self._said_on(kept, line, until)
            except TimeoutError:
                raise
            except OSError:
                self.close()  # the signer was started anew: the others are dead as well
        return self._said_on(self._connected(until), line, until)

    def _said_on(self, connection: socket.socket, line: bytes, until: float) -> bytes:
        try:
            connection.settimeout(_left(until))
            connection.sendall(line)
            answer = read_line(connection, first=_left(until), rest=_left(until))
            if answer is None:
                raise ConnectionResetError
        except BaseException:
            connection.close()
            raise
        with self._guard:
            self._idle.append((connection, time.monotonic()))
        return answer

    def _connected(self, until: float) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(_left(until))
            connection.connect(self._path)
        except BaseException:
            connection.close()
            raise
        return connection

    def _kept(self) -> socket.socket | None:
        with self._guard:
            while self._idle:
                connection, since = self._idle.pop()
                if time.monotonic() - since < KEPT_SECONDS:
                    return connection
                connection.close()
        return None


def _left(until: float) -> float:
    return max(0.001, until - time.monotonic())


def _understood(line: bytes) -> Any:
    """What it said, or the error by which it refused."""
    said = read_json(line, max_bytes=LONGEST)
    if not isinstance(said, dict):
        raise NotStrictJson("not an answer")
    if set(said) == {"ok"}:
        return said["ok"]
    code, why = str(said.get("refused")), str(said.get("why", ""))
    if code == LogBroken.code:
        raise LogBroken(why)
    if code in _REFUSED:
        raise _REFUSED[code](why)
    raise OutsideFailed(PARTY, code[:24])


def _pair(said: Any) -> tuple[str, str]:
    if not isinstance(said, dict):
        raise OutsideFailed(PARTY, "malformed")
    return _text(said.get("token")), _text(said.get("jti"))


def _text(said: Any) -> str:
    if not isinstance(said, str):
        raise OutsideFailed(PARTY, "malformed")
    return said
