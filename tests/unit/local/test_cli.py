"""One program: each command says what it is, and loads no more than it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import main, parser

ROOT = Path(__file__).resolve().parents[3]


def svd(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli", *words]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)


def test_help_names_every_command() -> None:
    said = svd("--help").stdout
    for command in ("run", "serve", "worker", "simulate", "db", "keys", "quote", "demo"):
        assert f"    {command} " in said


def test_a_quote_loads_neither_web_nor_database() -> None:
    """Policy staff run thousands of cases: it starts at once."""
    program = (
        "import io, sys; sys.stdin = io.StringIO('');"
        "from app.cli import main; main(['quote', '--lines']);"
        "print(sorted({'flask', 'sqlalchemy', 'aiohttp', 'psycopg'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_a_reader_that_has_enough_ends_it_quietly() -> None:
    command = [sys.executable, "-m", "app.cli", "demo"]
    running = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    running.stdout.close()
    assert running.stderr is not None
    assert running.stderr.read() == ""
    assert running.wait(60) == 1


def test_the_ten_people_are_introduced() -> None:
    said = svd("demo").stdout
    assert "Tamsin Testwell" in said
    assert "Zofia Demoska" in said


def test_an_unknown_simulator_is_refused() -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["simulate", "nobody"])


def test_the_schema_needs_a_database(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("DATABASE_URL_OWNER", raising=False)
    assert main(["db", "check"]) == 2
    assert "DATABASE_URL" in capsys.readouterr().err
