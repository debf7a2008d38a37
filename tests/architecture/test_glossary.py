"""One word for one idea: the glossary names what is there, and names avoid other words."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("consent", "debts", "plan", "adapters", "app")


def rows() -> list[tuple[str, str, list[str], list[str]]]:
    found = []
    for line in (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[0] not in {"word", "---"}:
            names = [name.strip(" `") for name in cells[2].split(",") if name.strip(" `")]
            avoided = [name.strip(" `") for name in cells[3].split(",") if name.strip(" `")]
            found.append((cells[0], cells[1], names, avoided))
    return found


def names_in_source() -> set[str]:
    names: set[str] = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                match node:
                    case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
                        names.add(name)
                    case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                        names.add(name)
    return names


def test_the_glossary_is_in_order_and_says_each_word_once() -> None:
    words = [row[0] for row in rows()]
    assert words == sorted(set(words))
    assert len(words) > 30


def test_every_name_of_the_glossary_stands_in_the_source() -> None:
    there = names_in_source()
    missing = [name for row in rows() for name in row[2] if name not in there]
    assert missing == []


def test_no_name_in_the_source_uses_a_word_that_the_glossary_avoids() -> None:
    there = {name.lower() for name in names_in_source()}
    used = [name for row in rows() for name in row[3] if name.lower() in there]
    assert used == []
