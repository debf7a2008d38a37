"""What we keep, column by column, from register/inventory.toml (SEC-63).

The same list stands on the page "What we store", in docs/data-inventory.md
(`python -m app.inventory > docs/data-inventory.md`) and in the test that holds it to the schema.
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from consent.register import FOLDER

MADE_FROM = (
    "Everything that is kept; nothing else is. Made from `register/inventory.toml` with"
    " `python -m app.inventory`, and compared with the schema by a test."
)
NOT_KEPT = (
    "Not kept anywhere: debts, what they are for, balances, budgets, names, birth dates, addresses"
    " of homes, National Insurance numbers. They lie sealed in memory for one visit."
)


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    holds: str
    why: str
    stays: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One table and all its columns, in the words of the page."""

    table: str
    says: str
    columns: tuple[Column, ...]


def load(folder: Path = FOLDER) -> tuple[Kept, ...]:
    """Every table that is kept, in the order of the file."""
    raw = tomllib.loads((folder / "inventory.toml").read_text(encoding="utf-8"))
    return tuple(
        Kept(
            table,
            body["says"],
            tuple(Column(name, *words) for name, words in body.items() if name != "says"),
        )
        for table, body in raw.items()
        if isinstance(body, dict)
    )


def page() -> str:
    """The inventory as Markdown."""
    lines = [
        "# Data inventory",
        "",
        MADE_FROM,
        "",
        NOT_KEPT,
    ]
    for kept in load():
        lines += ["", f"## {kept.table}", "", kept.says, ""]
        lines += ["| column | holds | why | stays |", "| --- | --- | --- | --- |"]
        lines += [f"| {c.name} | {c.holds} | {c.why} | {c.stays} |" for c in kept.columns]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
