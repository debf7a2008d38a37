"""What `svd sign` signs and refuses, as a process of its own behind its socket (SEC-19).

How it starts and stops is in test_signer_starts.py, what others see when it is away in
test_signer_away.py.
"""

from __future__ import annotations

import json
import secrets
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.signer_socket import LONGEST, SocketSigner
from app.signer_service import CONNECTIONS
from consent import notices
from consent.clock import SystemClock
from consent.errors import ConsentEnded, NotPermitted, OutsideFailed, TransactionMisuse
from consent.grant import Shown, give
from consent.jose import verify
from consent.log.checkpoint import LogBroken
from consent.people import Anyone, Person
from consent.permit import Permit, SignInEvidence
from consent.permits import permits_for
from consent.purposes import Purpose
from consent.sessions import Sessions, token_hash
from consent.signer import ASSERTION_TYPE, EVENT_TYPE, EventKind
from consent.standing import STATUS_TYPE, STATUSES_TYPE
from consent.store import Store, grants, open_store
from consent.withdraw import withdraw
from tests.builders import a_yes
from tests.database import Database
from tests.signer_process import CALL, Process, a_process


@pytest.fixture(scope="module")
def signer(
    tmp_path_factory: pytest.TempPathFactory, shared_database: Database
) -> Iterator[Process]:
    made = a_process(tmp_path_factory.mktemp("sign"), shared_database)
    made.started()
    yield made
    if made.process.poll() is None:
        made.end()


@pytest.fixture(scope="module")
def store(shared_database: Database) -> Iterator[Store]:
    opened = open_store(shared_database.portal_url)
    yield opened
    opened.close()


@pytest.fixture
def client(signer: Process) -> Iterator[SocketSigner]:
    opened = SocketSigner(signer.socket)
    yield opened
    opened.close()


def a_permit(store: Store, name: str) -> Permit:
    """Of somebody who is here now, for DWP."""
    clock, chance = SystemClock(), secrets.token_bytes
    sessions = Sessions(store, clock, chance, pepper=b"p" * 32)
    person = Person(sessions.subject_for("https://identity.example", name))
    sign_in = SignInEvidence(clock.now(), "Cl.Cm", "P2", "one_login")
    give(
        store,
        clock,
        chance,
        actor=person,
        yeses=a_yes("dwp"),
        shown=Shown(name, clock.now(), "en"),
        sign_in=sign_in,
        origin="http://localhost:8000",
    )
    (permit,) = permits_for(
        store,
        clock,
        chance,
        notices.load(),
        actor=person,
        purpose=Purpose.VIEW_DEBTS,
        sign_in=sign_in,
        session_hash=token_hash(sessions.open(person.subject, clock.now())),
    )
    return permit


def test_it_signs_what_it_read_itself_and_others_check_it_with_the_published_key(
    signer: Process, store: Store, client: SocketSigner
) -> None:
    permit = a_permit(store, "tamsin")
    minted = client.mint_assertion(permit, fields=("balance_pence",), **CALL)
    claims = verify(minted.token, signer.published, typ=ASSERTION_TYPE)
    assert (claims["jti"], claims["sub"]) == (minted.jti, permit.pairwise_id)
    assert (claims["aud"], claims["txn"]) == (CALL["audience"], permit.interaction_id)
    assert claims["consent"]["state"] == "given"
    assert claims["exp"] - claims["iat"] == 60

    status = client.sign_status(permit.grant_id, "dwp")
    said = verify(str(status), signer.published, typ=STATUS_TYPE)
    assert (said["state"], said["sub"]) == ("given", permit.pairwise_id)
    assert (said["aud"], said["exp"] - said["iat"]) == ("urn:svd:org:dwp", 60)
    assert client.sign_status(permit.grant_id, "council") is None
    assert client.sign_status("g_" + "x" * 22, "dwp") is None
    listed = verify(
        client.sign_statuses([permit.grant_id, "nothing"], "dwp"),
        signer.published,
        typ=STATUSES_TYPE,
    )
    assert listed["states"] == {permit.grant_id: "given", "nothing": "unknown"}


def test_an_event_is_signed_once_it_is_so(
    signer: Process, store: Store, client: SocketSigner
) -> None:
    permit = a_permit(store, "erin")
    word: dict[str, Any] = {
        "audience": "urn:svd:org:dwp",
        "pairwise_id": permit.pairwise_id,
        "grant_id": permit.grant_id,
        "event_id": "the-number",
    }
    with pytest.raises(ConsentEnded):
        client.mint_event(EventKind.CONSENT_WITHDRAWN, **word)
    with store.transaction(Anyone(), grant_id=permit.grant_id) as tx:
        grant = grants.by_id(tx, permit.grant_id)
    assert grant is not None
    actor = Person(grant.subject_id)
    withdraw(store, SystemClock(), secrets.token_bytes, actor=actor, grant_id=permit.grant_id)
    made = client.mint_event(EventKind.CONSENT_WITHDRAWN, **word)
    assert verify(made.token, signer.published, typ=EVENT_TYPE)["jti"] == "the-number"
    with pytest.raises(ConsentEnded):
        client.mint_assertion(permit, **CALL)


def test_it_refuses_in_words_that_the_caller_understands(
    store: Store, client: SocketSigner
) -> None:
    permit = a_permit(store, "sam")
    with pytest.raises(NotPermitted, match="audience"):
        client.mint_assertion(permit, audience="urn:svd:org:hmrc", htu=CALL["htu"])
    with pytest.raises(NotPermitted, match="header"):
        client.sign_receipt({"iss": "https://elsewhere.example"})
    with pytest.raises(LogBroken, match="incomplete"):
        client.sign_checkpoint(10)
    with pytest.raises(OutsideFailed, match="malformed"):
        client.sign_statuses(["g"] * 501, "dwp")


def test_the_socket_and_its_folder_are_for_one_user_only(signer: Process) -> None:
    assert stat.S_IMODE(signer.socket.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(signer.socket.stat().st_mode) == 0o660
    assert stat.S_ISSOCK(signer.socket.stat().st_mode)
    # Its memory is closed to other processes of the same user: no core file, no debugger.
    assert Path(f"/proc/{signer.process.pid}/limits").read_text().count("Max core file size") == 1
    limits = Path(f"/proc/{signer.process.pid}/limits").read_text().splitlines()
    (core,) = (line.split() for line in limits if line.startswith("Max core file size"))
    assert core[4:6] == ["0", "0"]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b"not json",
        b'{"do": "sign"}',
        b'{"do": ["assertion"]}',
        b'{"do": "status", "grant_id": "g"}',
        b'{"do": "status", "grant_id": "g", "department": 1}',
        b'{"do": "status", "grant_id": "g", "department": "dwp", "more": 1}',
        b'{"do": "status", "do": "status", "grant_id": "g", "department": "dwp"}',
        b'{"do": "checkpoint", "tree_size": -1}',
        b'{"do": "checkpoint", "tree_size": true}',
        b'{"do": "checkpoint", "tree_size": "1"}',
        b'{"do": "status", "grant_id": "a\\u0000b", "department": "dwp"}',
        b'{"do": "statuses", "grant_ids": "dwp", "department": "dwp"}',
        b"\xff\xfe",
        b"[" * 100 + b"]" * 100,
    ],
)
def test_what_is_no_question_is_malformed_and_the_conversation_goes_on(
    signer: Process, line: bytes
) -> None:
    with socket.socket(socket.AF_UNIX) as raw:
        raw.settimeout(60)
        raw.connect(str(signer.socket))
        for _ in range(2):
            raw.sendall(line + b"\n")
            assert json.loads(raw.recv(4096)) == {"refused": "malformed", "why": ""}


def test_a_line_that_is_too_long_or_two_lines_at_once_end_the_conversation(
    signer: Process, client: SocketSigner
) -> None:
    for sent in (b"a" * (LONGEST + 1), b"{}\n{}\n"):
        with socket.socket(socket.AF_UNIX) as raw:
            raw.settimeout(60)
            raw.connect(str(signer.socket))
            try:
                raw.sendall(sent)
                answer = raw.recv(10)
            except OSError:
                answer = b""
            assert answer == b""
    assert client.sign_status("nothing", "dwp") is None, "others are still answered"


def test_many_ask_at_once(store: Store, client: SocketSigner) -> None:
    permit = a_permit(store, "many")
    minted: list[str] = []

    def some() -> None:
        minted.extend(client.mint_assertion(permit, **CALL).jti for _ in range(5))

    threads = [threading.Thread(target=some) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(set(minted)) == 200
    assert len(client._idle) <= 32


def test_callers_that_say_nothing_do_not_keep_others_out(
    signer: Process, client: SocketSigner
) -> None:
    silent = [socket.socket(socket.AF_UNIX) for _ in range(CONNECTIONS // 2)]
    try:
        for one in silent:
            one.connect(str(signer.socket))
        assert client.sign_status("nothing", "dwp") is None
    finally:
        for one in silent:
            one.close()


def test_nobody_asks_it_while_a_transaction_is_open(store: Store, client: SocketSigner) -> None:
    with store.transaction(Anyone()), pytest.raises(TransactionMisuse):
        client.sign_status("nothing", "dwp")
