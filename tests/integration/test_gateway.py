"""A department's gateway, as processes of its own, at the portal's real door: each entry once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from adapters.gateway.book import Book
from tests.database import Database
from tests.department_desk import ISSUER
from tests.portal import ROOT
from tests.served_door import Served, served_door
from tests.settled import settled_payments

COUNT = 2
EACH = 2_500
LINES = 61
"""One line in so many is tried; each of them with SVD_LONG=1."""


@pytest.fixture(scope="module")
def served(shared_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Payments of two plans that came, a part of each for four departments."""
    url = shared_database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        settled_payments(connection, shared_database, COUNT)
    with served_door(shared_database, tmp_path_factory.mktemp("keys")) as opened:
        yield opened


def test_two_processes_at_once_keep_one_book(served: Served, tmp_path: Path) -> None:
    command = served.gateway(tmp_path / "book", "--once")
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) for _ in range(2)]
    said = [json.loads(one.communicate(timeout=60)[0]) for one in both]
    assert sum(one["posted"] for one in said) == COUNT
    totals = Book(tmp_path / "book").totals()
    assert (totals.entries, totals.book, totals.answers_waiting) == (COUNT, COUNT * EACH, 0)
    answers = served.ask("select outcome, line from allocation_receipt where department = 'dwp'")
    assert answers == [("posted", "open")] * COUNT
    served.ask("delete from allocation_receipt returning 1")


@pytest.mark.timeout(1_800 if os.environ.get("SVD_LONG") else 900)
def test_a_gateway_that_is_killed_at_any_line_posts_each_entry_once(
    served: Served, tmp_path: Path
) -> None:
    """What the portal was told of each is the same from whichever process it came."""
    step = 1 if os.environ.get("SVD_LONG") else LINES
    said = subprocess.run(
        (
            *(sys.executable, "-m", "tests.gateway_child", ISSUER, served.url),
            *(str(served.key), str(served.portal_keys), str(tmp_path), str(step), "1"),
        ),
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    books = [json.loads(line) for line in said.stdout.splitlines()]
    assert len(books) > 300 / step
    sums = {
        (one["whole"], one["entries"], one["book"], one["answers_waiting"], one["answers_refused"])
        for one in books
    }
    assert sums == {(True, COUNT, COUNT * EACH, 0, 0)}
    on_debts = {one["on_debts"] for one in books}
    assert len(on_debts) == 1, "whatever was killed, the debts stand alike"
    (told,) = served.ask("select count(*) from allocation_receipt where department = 'dwp'")
    assert told == (COUNT,)


def test_a_key_that_is_not_published_gets_no_token(served: Served, tmp_path: Path) -> None:
    stranger = tmp_path / "key"
    jwk = json.loads(served.key.read_text())
    stranger.write_text(json.dumps({**jwk, "kid": "another"}))
    done = subprocess.run(
        served.gateway(tmp_path / "book", "--once", "--key", str(stranger)),
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    why = "kid names no signing key of the set that you publish"
    said = f"the portal answered 401 invalid_client: {why}\n"
    assert (done.returncode, done.stderr) == (1, said)


def test_a_key_that_cannot_be_read_is_said(served: Served, tmp_path: Path) -> None:
    done = subprocess.run(
        served.gateway(tmp_path / "book", "--once", "--key", str(tmp_path / "none")),
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("It could not begin: ")
