"""The vault on a real Redis or Valkey server with persistence off, shared by processes."""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis

from adapters.vault_valkey import PREFIX, ValkeyVault, VaultWritesToDisk
from consent.clock import SystemClock
from debts.debt import NoDebts
from debts.vault import MOST_ENTRIES, VaultFull
from debts.visit import Visits
from tests.until import LONG, until

SERVER = shutil.which("valkey-server") or shutil.which("redis-server")
pytestmark = pytest.mark.skipif(SERVER is None, reason="no redis-server or valkey-server here")


def server(folder: Path, *options: str) -> Iterator[str]:
    assert SERVER is not None
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    process = subprocess.Popen(
        (SERVER, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), *options),
        stdout=subprocess.DEVNULL,
    )
    try:
        url = f"redis://127.0.0.1:{port}/0"
        until(lambda: answers(url), "a server")
        yield url
    finally:
        process.terminate()
        process.wait(LONG)


def answers(url: str) -> bool:
    try:
        redis.Redis.from_url(url).ping()
    except redis.ConnectionError:
        return False
    return True


@pytest.fixture(scope="module")
def vault_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("vault")
    yield from server(folder, "--save", "", "--appendonly", "no")
    assert list(folder.iterdir()) == []


def in_(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def test_an_entry_is_there_for_every_process_and_then_gone(vault_url: str) -> None:
    one, other = ValkeyVault(vault_url), ValkeyVault(vault_url)
    one.put("v1", "answer.dwp", b"sealed", expires_at=in_(60))
    assert other.get("v1", "answer.dwp") == b"sealed"
    assert other.slots("v1") == ["answer.dwp"]
    one.put("v1", "answer.dwp", b"sealed", expires_at=in_(0.1))
    until(lambda: other.get("v1", "answer.dwp") is None, "its end")
    assert other.slots("v1") == []


def test_what_is_taken_by_one_process_is_gone_for_the_other(vault_url: str) -> None:
    one, other = ValkeyVault(vault_url), ValkeyVault(vault_url)
    one.put("v2", "signin.x", b"once", expires_at=in_(60))
    assert other.take("v2", "signin.x") == b"once"
    assert one.take("v2", "signin.x") is None


def test_a_touch_moves_the_end_of_every_entry(vault_url: str) -> None:
    vault = ValkeyVault(vault_url)
    before, touched, after = in_(60), in_(120), in_(180)
    vault.put("v3", "a", b"1", expires_at=before)
    vault.put("v3", "b", b"2", expires_at=after)
    vault.touch("v3", expires_at=touched)
    assert [end_of(vault_url, f"v3:{slot}") for slot in "ab"] == [whole(touched), whole(after)]
    assert end_of(vault_url, "v3") == whole(after)  # the list of them as well


def end_of(vault_url: str, name: str) -> int:
    """When the server forgets a key, in whole milliseconds."""
    return redis.Redis.from_url(vault_url).pexpiretime(PREFIX + name)


def whole(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def test_destroying_a_visit_leaves_other_visits_alone(vault_url: str) -> None:
    vault = ValkeyVault(vault_url)
    for visit in ("v4", "v5"):
        vault.put(visit, "answer.dwp", b"sealed", expires_at=in_(60))
    vault.destroy("v4")
    assert vault.slots("v4") == []
    assert vault.get("v5", "answer.dwp") == b"sealed"
    vault.delete("v5", "answer.dwp")
    assert vault.get("v5", "answer.dwp") is None


def test_a_visit_has_a_limit(vault_url: str) -> None:
    vault = ValkeyVault(vault_url)
    for number in range(MOST_ENTRIES):
        vault.put("v6", str(number), b"x", expires_at=in_(60))
    with pytest.raises(VaultFull):
        vault.put("v6", "one more", b"x", expires_at=in_(60))


def test_two_processes_share_a_visit_and_the_server_sees_only_sealed_bytes(vault_url: str) -> None:
    clock = SystemClock()

    def visits() -> Visits:
        return Visits(
            ValkeyVault(vault_url), clock, secrets.token_bytes, pepper=b"p" * 32, classes=(NoDebts,)
        )

    secret = visits().new_secret()
    visits().open(secret).put("answer.dwp", NoDebts(clock.now(), subject_handle="handle-in-clear"))
    found = visits().open(secret).get("answer.dwp", NoDebts)
    assert found is not None
    assert found.subject_handle == "handle-in-clear"
    server_side = redis.Redis.from_url(vault_url)
    for key in server_side.scan_iter():
        if server_side.type(key) == b"string":
            assert b"handle-in-clear" not in (server_side.get(key) or b"")


@pytest.mark.parametrize("options", [("--save", "60 1"), ("--save", "", "--appendonly", "yes")])
def test_a_server_that_writes_files_is_refused(tmp_path: Path, options: tuple[str, ...]) -> None:
    for url in server(tmp_path, *options):
        with pytest.raises(VaultWritesToDisk):
            ValkeyVault(url)
