"""M06: the letter about a plan goes by post to who chose letters, is noted, and kept nowhere."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from adapters.messages.sealed_contact import ContactKeeper
from app.cli import main
from app.local.keys import secret
from consent.store import WORKER, open_store, people
from consent.store.people import ContactRow
from plan.events import Kind
from plan.posted import letters_due
from plan.stop import stop
from tests.database import Database
from tests.paper_text import read
from tests.plan_life import Life

ADDRESS = "T Testwell\nc/o The Library\nSampleton\nZZ99 1AA"


@pytest.fixture
def life(database: Database) -> Iterator[Life]:
    store = open_store(database.portal_url)
    worker = open_store(database.worker_url, role=WORKER)
    yield Life(store, worker)
    store.close()
    worker.close()


@pytest.fixture
def desk(life: Life, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where staff make letters: the keys of messages, and the worker's way into the database."""
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    for name in ("contact_key", "check_code"):
        (keys / name).write_bytes(base64.urlsafe_b64encode(life.chance(32)))
    monkeypatch.setenv("SVD_KEYS_DIR", str(keys))
    monkeypatch.setenv("SVD_PORTAL_URL", "https://portal.example.gov.uk")
    monkeypatch.setenv("DATABASE_URL_WORKER", database.worker_url)
    return tmp_path


def chooses(life: Life, desk: Path, channel: str, address: str = "") -> None:
    keeper = ContactKeeper(secret(desk / "keys", "contact_key"), life.chance)
    sealed = keeper.seal(address, life.person.subject) if address else ""
    row = ContactRow(channel, sealed, "en", life.clock.now())
    with life.store.transaction(life.person) as tx:
        people.keep_contact(tx, life.person.subject, row)


def test_m06_a_letter_is_made_once_for_each_agreement_for_who_asked_for_letters(
    life: Life, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chooses(life, desk, "letter", ADDRESS)
    reference, into = life.plan.reference, desk / "one.pdf"
    assert main(["letter", "--due"]) == 0
    assert capsys.readouterr().out.split("\n") == [reference, ""]
    assert main(["letter", "--reference", reference, "--into", str(into)]) == 0
    assert into.stat().st_mode & 0o777 == 0o600
    sheets = read(into.read_bytes())
    said = sheets.text
    assert len(sheets.pages) <= 2
    for words in ("c/o The Library", reference, "£100", "Sampleshire Council: £30", "Check code"):
        assert words in said
    assert letters_due(life.worker) == []
    assert life.kinds().count(Kind.LETTER_MADE) == 1
    with pytest.raises(FileExistsError):
        main(["letter", "--reference", reference, "--into", str(into)])


def test_m06_who_pays_in_cash_gets_the_barcode_by_post(
    life: Life, database: Database, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chooses(life, desk, "letter", ADDRESS)
    with psycopg.connect(database.superuser_url.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("update plan set method = 'cash'")
    reference = life.plan.reference
    for prefix, has in (("", False), ("98262", True)):
        monkeypatch.setenv("SVD_CASH_PREFIX", prefix)
        into = desk / f"prefix{prefix}.pdf"
        assert main(["letter", "--reference", reference, "--into", str(into)]) == 0
        sheets = read(into.read_bytes())
        assert ("Take this letter to a PayPoint shop" in sheets.text) is has
        assert (sheets.filled > 50) is has


@pytest.mark.parametrize("channel", ["email", "none"])
def test_m06_nobody_gets_a_letter_who_did_not_ask_for_one(
    life: Life, desk: Path, channel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chooses(life, desk, channel, "x@example.com" if channel == "email" else "")
    into = desk / "one.pdf"
    assert letters_due(life.worker) == []
    unknown = main(["letter", "--reference", "PL22 2222 2222", "--into", str(into)])
    said = capsys.readouterr().err
    assert main(["letter", "--reference", life.plan.reference, "--into", str(into)]) == unknown == 1
    assert capsys.readouterr().err == said, "who asks learns no more than that"
    assert not into.exists()


def test_m06_a_plan_that_is_over_has_no_letter_to_post(life: Life, desk: Path) -> None:
    chooses(life, desk, "letter", ADDRESS)
    reference = life.plan.reference
    stop(life.store, life.clock, life.chance, actor=life.person, plan_id=life.plan.plan_id)
    assert main(["letter", "--reference", reference, "--into", str(desk / "one.pdf")]) == 1
    assert main(["letter", "--due", "--reference", reference]) == 2
