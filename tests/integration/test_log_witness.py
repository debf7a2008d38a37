"""`svd log witness` and `svd log verify` as their users run them: real processes over real HTTP.

The portal's database is grown, then put back as an older backup would have it, or rewritten and
signed anew by somebody who holds the log's key: only the witness can know, and it does (SEC-68).
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.cli import main
from consent.log import note, witness
from consent.log.checkpoint import LogSigner, take_checkpoint
from consent.log.note import WITNESS, NoteKey
from consent.log.sequencer import sequence
from tests.log_lab import happened, log_keys, superuser, worker_of
from tests.portal import House, Portal

ROOT = Path(__file__).resolve().parents[2]


def grow(portal: Portal, house: House, count: int) -> None:
    """So many new lines, appended and signed by a signer that has just been started."""
    happened(portal.services.store, count, at=portal.services.clock.now())
    with worker_of(portal.database) as worker:
        keys = log_keys(house)
        sequence(worker)
        origin = portal.services.log_key.name
        take_checkpoint(worker, portal.services.clock, LogSigner(keys, store=worker, origin=origin))


def look(portal: Portal, state: Path, *more: str) -> int:
    return main(["log", "witness", "--portal", portal.url, "--state", str(state), *more])


def put_back(portal: Portal, leaves: int, checkpoint: bool = True) -> None:
    """The database as a backup from when it had so many leaves."""
    with superuser(portal.database) as connection:
        connection.execute("set session_replication_role = replica")
        for change in (
            f"delete from log_checkpoint where tree_size > {leaves if checkpoint else 0}",
            f"delete from consent_event where leaf_index >= {leaves}",
            f"delete from log_node where position >= {leaves} >> level",
        ):
            connection.execute(change.encode())


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "log.json"


def test_a_witness_follows_a_log_that_grows_and_signs_what_it_saw(
    portal: Portal, house: House, state: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    grow(portal, house, 3)
    assert look(portal, state) == 0
    grow(portal, house, 6)
    assert look(portal, state, "--key", str(state) + ".key", "--name", "witness.example") == 0
    said = capfd.readouterr().out
    assert "9 lines, and the log has only grown (it had 3)." in said
    cosigned = note.read_note(said[said.index(portal.services.log_key.name) :].encode())
    own = bytes.fromhex(Path(f"{state}.key").read_text().strip())
    key = Ed25519PrivateKey.from_private_bytes(own).public_key().public_bytes_raw()
    at = note.witnessed_at(cosigned, NoteKey("witness.example", WITNESS, key))
    assert abs(at - portal.services.clock.now()) < timedelta(minutes=5)
    assert sorted(witness.heads_in(witness.heads_of(state))) == [3, 9]


def test_a_log_that_was_rolled_back_to_a_backup_is_refused_loudly(
    portal: Portal, house: House, state: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    grow(portal, house, 4)
    grow(portal, house, 3)
    assert look(portal, state) == 0
    put_back(portal, 4)
    before = state.read_text()
    assert look(portal, state) == 1
    assert "THE LOG CANNOT BE TRUSTED: it was rolled back" in capfd.readouterr().err
    assert state.read_text() == before
    assert "\n4\n" in Path(f"{state}.evidence").read_text()


def test_a_log_that_was_rolled_back_and_has_grown_past_the_old_size_is_refused(
    portal: Portal, house: House, state: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    grow(portal, house, 4)
    grow(portal, house, 3)
    assert look(portal, state) == 0
    put_back(portal, 4)
    grow(portal, house, 9)
    assert look(portal, state) == 1
    assert "its past was rewritten" in capfd.readouterr().err


def test_another_log_of_the_same_size_is_a_fork(
    portal: Portal, house: House, state: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    grow(portal, house, 4)
    grow(portal, house, 3)
    assert look(portal, state) == 0
    put_back(portal, 4)
    grow(portal, house, 3)
    assert look(portal, state) == 1
    assert "it was forked" in capfd.readouterr().err


def test_a_log_that_shows_nothing_any_more_was_rolled_back(
    portal: Portal, house: House, state: Path
) -> None:
    grow(portal, house, 4)
    assert look(portal, state) == 0
    put_back(portal, 0)
    assert look(portal, state) == 1


def test_a_head_that_another_key_signed_is_refused(
    portal: Portal, house: House, state: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    grow(portal, house, 4)
    other = NoteKey(portal.services.log_key.name, note.LOG, bytes(31) + b"\x01")
    assert look(portal, state, "--log-key", str(other)) == 1
    assert "not what it signs (not_signed)" in capfd.readouterr().err
    assert not state.exists()


def test_a_portal_that_does_not_answer_is_no_verdict(portal: Portal, state: Path) -> None:
    nowhere = ["log", "witness", "--portal", "http://127.0.0.1:9", "--state", str(state)]
    assert main(nowhere) == 2
    assert main(["log", "checkpoint", "--portal", "gopher://x"]) == 2
    assert look(portal, state) == 2  # there is no checkpoint yet


def test_verify_as_a_program_says_in_one_line_that_all_is_well_and_names_what_is_not(
    portal: Portal, house: House, state: Path
) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp", "hmrc")
    grow(portal, house, 0)
    assert look(portal, state) == 0

    def verify() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (sys.executable, "-m", "app.cli", "log", "verify", "--seen", str(state)),
            env={
                **os.environ,
                "DATABASE_URL_AUDITOR": portal.database.auditor_url,
                "SVD_KEYS_DIR": str(house.folder / "keys"),
                "SVD_PORTAL_URL": portal.url,
            },
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )

    well = verify()
    assert (well.returncode, well.stderr) == (0, "")
    assert well.stdout.startswith("All is as the log says. Looked at ")
    with superuser(portal.database) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "update consent_grant set state = 'withdrawn', ended_at = now(), ended_by = 'person'"
            " where department = 'hmrc' and state = 'given'"
        )
    bad = verify()
    assert bad.returncode == 1
    lines = bad.stdout.splitlines()
    assert any(
        line.startswith("consent_grant g_") and "state is withdrawn" in line for line in lines
    )
    assert lines[-1].startswith("FAULTS: ")


def test_verify_without_a_database_or_a_key_is_no_verdict(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("DATABASE_URL", "DATABASE_URL_AUDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SVD_KEYS_DIR", str(tmp_path))
    assert main(["log", "verify"]) == 2
    monkeypatch.setenv("DATABASE_URL_AUDITOR", "postgresql+psycopg://nobody@127.0.0.1:9/nowhere")
    assert main(["log", "verify"]) == 2
    key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert main(["log", "verify", "--key", key]) == 2
