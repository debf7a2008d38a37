"""The paying account's desk for tests: `svd bank …` and the statements that it reads.

desk.import_(Line(10_000, desk.reference))      # the bank sends a statement, somebody reads it in
desk.says("worklist")                           # what the command prints
desk.begin("import", file)                      # the same as a process of its own
desk.rows("select …")                           # what the database keeps
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from adapters.simulators.bank_statement import Line, statement
from app.cli import main
from app.paying_account import DEMONSTRATION
from consent.store import WORKER, open_store
from plan.bank_reference import bank_reference
from tests.database import Database
from tests.plan_life import Life

ROOT = Path(__file__).resolve().parents[1]
NAME, SORT_CODE, NUMBER = DEMONSTRATION


@dataclass
class BankDesk:
    """A plan whose owner pays by transfer, and the operator's folder."""

    database: Database
    life: Life
    folder: Path
    files: int = 0
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        return bank_reference(self.life.plan.reference)

    def file(self, *lines: Line, day: date | None = None, **more: Any) -> Path:
        """A statement of its own, unless `statement_id` says that it is a copy."""
        self.files += 1
        more = {"statement_id": f"S{self.files}", "message_id": f"M{self.files}", **more}
        body = statement(
            lines, sort_code=SORT_CODE, number=NUMBER, day=day or date(2026, 3, 2), **more
        )
        path = self.folder / f"statement-{self.files}.xml"
        path.write_bytes(body)
        return path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.superuser_url.replace("+psycopg", "")) as connection:
            return connection.execute(query.encode()).fetchall()

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL_WORKER": self.database.worker_url,
            "SVD_DEMONSTRATION": "1",
            "SVD_KEYS_DIR": str(self.folder / "keys"),
            **self.more,
        }

    def begin(self, *words: str | Path) -> subprocess.Popen[str]:
        command = (sys.executable, "-m", "app.cli", "bank", *map(str, words))
        return subprocess.Popen(
            command,
            env=self.environment(),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def does(self, *words: str | Path) -> tuple[int, str, str]:
        """Exit status, and what it said to whom. The whole program, in this process."""
        out, err = io.StringIO(), io.StringIO()
        before = dict(os.environ)
        os.environ.update(self.environment())
        try:
            with redirect_stdout(out), redirect_stderr(err):
                status = main(["bank", *map(str, words)])
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        finally:
            os.environ.clear()
            os.environ.update(before)
        return status, out.getvalue(), err.getvalue()

    def says(self, *words: str | Path, status: int = 0) -> str:
        got, out, err = self.does(*words)
        assert got == status, (out, err)
        return out + err

    def import_(self, *lines: Line, status: int = 0, **more: Any) -> str:
        return self.says("import", self.file(*lines, **more), status=status)


@contextmanager
def a_bank_desk(database: Database, folder: Path) -> Iterator[BankDesk]:
    """Tamsin's £100 a month, on the day of her first payment."""
    portal, worker = open_store(database.portal_url), open_store(database.worker_url, role=WORKER)
    life = Life(portal, worker)
    life.until_due()
    yield BankDesk(database, life, folder)
    portal.close()
    worker.close()
