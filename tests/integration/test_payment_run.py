"""`svd payment-run`: an operator sees a payment run through, and can stop and go on."""

from __future__ import annotations

import psycopg
import pytest

from app.cli import main
from app.payment_run import days_waiting, run_with_bar
from consent.clock import SystemClock
from consent.store import WORKER, open_store
from tests.bench.bench_run import fill
from tests.database import Database


def test_an_operator_sees_a_run_through(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(database.superuser_url.replace("+psycopg", ""), autocommit=True) as raw:
        fill(raw, 25)
    store, clock = open_store(database.worker_url, role=WORKER), SystemClock()
    assert days_waiting(store, clock) == 25
    assert run_with_bar(store, clock, workers=3, batch=4) == 0
    assert capsys.readouterr().out.startswith("25 payment days fell due in ")
    assert days_waiting(store, clock) == 0
    store.close()
    monkeypatch.setenv("DATABASE_URL_WORKER", database.worker_url)
    assert main(["payment-run", "--workers", "1"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("0 payment days")
    assert said.out.endswith("0 left.\n")
    assert "Payment days" in said.err


def test_without_a_database_it_says_what_to_set(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL_WORKER", raising=False)
    assert main(["payment-run"]) == 2
    assert "DATABASE_URL_WORKER" in capsys.readouterr().err
