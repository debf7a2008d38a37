"""`svd sign` as a process of its own, its socket, and what others see when it is away (SEC-19)."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.signer_socket import LONGEST, SocketSigner
from app import wiring
from app.delivery import Deliveries
from app.local.keys import ensure_signer
from app.rounds import Rounds
from app.settings import Settings
from app.signer_service import CONNECTIONS
from consent import notices
from consent.clock import SetClock, SystemClock
from consent.errors import ConsentEnded, NotPermitted, OutsideFailed, TransactionMisuse
from consent.grant import Shown, give
from consent.jose import verify
from consent.keys import Keys, load_keys
from consent.log.checkpoint import LogBroken
from consent.people import Anyone, Person
from consent.permit import Permit, SignInEvidence
from consent.permits import permits_for
from consent.purposes import Purpose
from consent.sessions import Sessions, token_hash
from consent.signer import ASSERTION_TYPE, EVENT_TYPE, EventKind
from consent.standing import STATUS_TYPE, STATUSES_TYPE
from consent.store import Store, grants, open_store
from consent.withdraw import TOPIC, withdraw
from tests.builders import a_yes
from tests.database import Database
from tests.debts_desk import card, get_debts, seat, stop_asking
from tests.plan_builders import DAYS
from tests.portal import House, Portal

ROOT = Path(__file__).resolve().parents[2]
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
        said, _ = self.process.communicate(timeout=20)
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
        raw.settimeout(10)
        raw.connect(str(signer.socket))
        for _ in range(2):
            raw.sendall(line + b"\n")
            assert json.loads(raw.recv(4096)) == {"refused": "malformed", "why": ""}


def test_a_line_that_is_too_long_or_two_lines_at_once_end_the_conversation(
    signer: Process, client: SocketSigner
) -> None:
    for sent in (b"a" * (LONGEST + 1), b"{}\n{}\n"):
        with socket.socket(socket.AF_UNIX) as raw:
            raw.settimeout(10)
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
        thread.join(30)
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


def test_it_stops_cleanly_and_a_caller_finds_the_next_one_by_itself(
    database: Database, tmp_path: Path
) -> None:
    one = a_process(tmp_path, database)
    one.started()
    client = SocketSigner(one.socket)
    assert client.sign_status("nothing", "dwp") is None
    second = a_process(tmp_path, database)
    second.start()
    said, _ = second.process.communicate(timeout=20)
    assert second.process.returncode == 2
    assert "already" in said
    one.end(signal.SIGKILL)
    assert one.socket.exists(), "it had no time to clear up"
    with pytest.raises(OutsideFailed, match="unreachable"):
        client.sign_status("nothing", "dwp")
    one.started()
    assert client.sign_status("nothing", "dwp") is None
    assert "signer_stopped" in one.end()
    assert one.process.returncode == 0
    assert not one.socket.exists()


@pytest.mark.parametrize("fault", ["reasons", "open keys", "open folder"])
def test_it_does_not_start_where_something_is_wrong_and_says_all_of_it(
    database: Database, tmp_path: Path, fault: str
) -> None:
    made = a_process(tmp_path, database)
    match fault:
        case "reasons":
            made.environment |= {"DATABASE_URL_SIGNER": "", "SVD_SIGNER_KEYS_DIR": "/nowhere"}
            made.environment["SVD_SIGNER_SOCKET"] = "/" + "x" * 120
            expected = ["DATABASE_URL_SIGNER", "SVD_SIGNER_KEYS_DIR", "107 bytes"]
        case "open keys":
            (tmp_path / "signer" / "portal.jwk.json").chmod(0o640)
            expected = ["for the signer's own user only"]
        case _:
            made.socket.parent.mkdir()
            made.socket.parent.chmod(0o755)
            expected = ["0700 or 0750"]
    made.start()
    said, _ = made.process.communicate(timeout=20)
    assert made.process.returncode == 2
    assert all(words in said for words in expected), said


# ---- a signer that answers badly, or not at all ----


@contextmanager
def pretending(path: Path, answer: Callable[[socket.socket], None]) -> Iterator[SocketSigner]:
    """Something else at the signer's address."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            try:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    answer(connection)
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield SocketSigner(path, seconds=0.5)


def silence(connection: socket.socket) -> None:
    time.sleep(1.5)


def drips(connection: socket.socket) -> None:
    for _ in range(30):
        connection.sendall(b" ")
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (silence, "timed_out"),
        (drips, "timed_out"),
        (lambda c: c.close(), "unreachable"),
        (lambda c: c.sendall(b"{"), "malformed"),
        (lambda c: c.sendall(b"nothing of sense\n"), "malformed"),
        (lambda c: c.sendall(b"[]\n"), "malformed"),
        (lambda c: c.sendall(b'{"ok": 7}\n'), "malformed"),
        (lambda c: c.sendall(b"a" * (LONGEST + 2)), "malformed"),
        (lambda c: c.sendall(b'{"refused": "unavailable", "why": ""}\n'), "unavailable"),
    ],
)
def test_a_bad_answer_is_a_fault_of_the_signer_and_nothing_else(
    tmp_path: Path, answer: Callable[[socket.socket], None], kind: str
) -> None:
    with pretending(tmp_path / "s", answer) as client:
        with pytest.raises(OutsideFailed) as fault:
            client.sign_status("nothing", "dwp")
        assert (fault.value.party, fault.value.kind) == ("signer", kind)


# ---- the service without it ----


@contextmanager
def without_a_signer(portal: Portal, house: House) -> Iterator[None]:
    """As if the signer's process had died: nobody is at its address."""
    path = house.folder / "socket" / "signer.sock"
    away = path.with_suffix(".away")
    path.rename(away)
    portal.services.door.signer.close()  # type: ignore[attr-defined]  # the kept connections
    try:
        yield
    finally:
        away.rename(path)


def test_when_it_cannot_be_reached_departments_show_as_not_answering_and_pages_are_served(
    portal: Portal, house: House
) -> None:
    client = seat(portal, "testwell", "dwp", "council")
    with without_a_signer(portal, house):
        page = get_debts(client)
        assert page.status == 200
        for path in ("/permissions", "/", "/healthz"):
            assert client.get(path).status == 200
        receipt = next(
            link for link in client.get("/permissions").links().values() if "/PM" in link
        )
        assert client.get(f"{receipt}.json").status == 503
        before = client.get("/debts")
    assert portal.asked("dwp") == []
    for code in ("dwp", "council"):
        assert "answer" in card(before, code).lower()
    assert client.get(f"{receipt}.json").status == 200


def test_when_it_cannot_be_reached_the_worker_tells_departments_later(
    portal: Portal, house: House
) -> None:
    stop_asking(portal, seat(portal, "testwell", "dwp"), "dwp")
    clock = SetClock(datetime.now(UTC))
    environ = house.environment(portal.database)
    working = wiring.worker(Settings.from_environment(environ), environ)
    own, outside = working.store, working.outside
    deliver = Deliveries(
        store=own,
        clock=clock,
        chance=secrets.token_bytes,
        loop=outside.loop,
        messages=outside.messages,
        token_key=b"",
        sign_head=outside.signer.sign_series_head,
    )
    rounds = Rounds(own, clock, secrets.token_bytes, deliver=deliver, working_days=DAYS)

    def outcome() -> tuple[bool, str]:
        asked = "select delivered_at is not null, last_fault from outbox where topic = %s"
        ((done, fault),) = portal.rows(asked, TOPIC)
        return done, fault

    try:
        with without_a_signer(portal, house):
            tell_all(rounds)
            assert outcome() == (False, "unreachable")
        clock.move(timedelta(hours=1))
        tell_all(rounds)
        assert outcome()[0]
    finally:
        rounds.stop()
        outside.stop()
        own.close()


def tell_all(rounds: Rounds) -> None:
    """Begin, and wait until nobody is being told any more."""
    assert rounds.deliver_due() == 1
    while rounds._busy:
        time.sleep(0.01)
