"""What `svd run` tells its children."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.local import run


def test_sec_19_no_child_is_told_of_another_ones_way_into_the_database_or_of_the_signers_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What only the signer is told is added for the signer."""
    for name in ("DATABASE_URL", "DATABASE_URL_OWNER", "DATABASE_URL_SIGNER", "DATABASE_URL_X"):
        monkeypatch.setenv(name, "postgresql+psycopg://somewhere")
    monkeypatch.setenv("SVD_SIGNER_KEYS_DIR", str(tmp_path))
    monkeypatch.setenv("SVD_PORTAL_URL", "http://moved.example")
    told = run._environment(tmp_path, 8000, 8101)
    assert not [name for name in told if name.startswith("DATABASE_URL")]
    assert "SVD_SIGNER_KEYS_DIR" not in told
    assert told["SVD_PORTAL_URL"] == "http://moved.example"


def test_the_signers_socket_lies_elsewhere_when_its_name_would_be_too_long(tmp_path: Path) -> None:
    with run._socket(tmp_path) as path:
        assert path == tmp_path / "socket" / "signer.sock"
    with run._socket(tmp_path / ("x" * 100)) as path:
        assert len(os.fsencode(path)) <= 107
        assert path.parent.is_dir()
    assert not path.parent.exists()
