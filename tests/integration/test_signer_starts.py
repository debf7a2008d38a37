"""How `svd sign` starts, says what is wrong, stops, and is found again (SEC-19)."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from adapters.signer_socket import SocketSigner
from consent.errors import OutsideFailed
from tests.database import Database
from tests.signer_process import a_process


def test_it_stops_cleanly_and_a_caller_finds_the_next_one_by_itself(
    database: Database, tmp_path: Path
) -> None:
    one = a_process(tmp_path, database)
    one.started()
    client = SocketSigner(one.socket)
    assert client.sign_status("nothing", "dwp") is None
    second = a_process(tmp_path, database)
    second.start()
    said, _ = second.process.communicate(timeout=60)
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
    said, _ = made.process.communicate(timeout=60)
    assert made.process.returncode == 2
    assert all(words in said for words in expected), said
