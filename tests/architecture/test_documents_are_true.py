"""Documents made from code, and lists that must match it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import plan.records  # noqa: F401 - its tables join the same metadata
from app import inventory
from consent import diagram, notices
from consent.lifecycle import ENDED, TRANSITIONS, VALID, State
from consent.purposes import TERMS, Purpose
from consent.records import metadata

ROOT = Path(__file__).resolve().parents[2]


def test_every_kept_column_is_in_the_inventory_and_no_other_sec_63() -> None:
    listed = {f"{kept.table}.{c.name}" for kept in inventory.load() for c in kept.columns}
    there = {f"{t.name}.{c.name}" for t in metadata.sorted_tables for c in t.columns}
    assert listed == there


def test_no_column_could_hold_a_debt() -> None:
    for table in metadata.sorted_tables:
        for column in table.columns:
            kind = type(column.type).__name__
            assert kind not in {"JSON", "JSONB", "LargeBinary", "Text", "PickleType", "Numeric"}
            if kind in {"String", "CHAR", "VARCHAR"}:
                assert getattr(column.type, "length", None), f"{table.name}.{column.name}"


def test_the_inventory_document_is_made_from_the_register() -> None:
    assert (ROOT / "docs/data-inventory.md").read_text(encoding="utf-8") == inventory.page(), (
        "run: python -m app.inventory > docs/data-inventory.md"
    )


def test_the_diagram_of_states_is_made_from_the_table() -> None:
    assert (ROOT / "docs/consent-states.md").read_text(encoding="utf-8") == diagram.page(), (
        "run: python -m consent.diagram > docs/consent-states.md"
    )


def test_published_notices_are_never_edited_cd10() -> None:
    folder = ROOT / "register/notices"
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
    there = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.toml")
    }
    assert there == listed


def test_every_notice_names_its_controllers_in_full_cd06() -> None:
    banned = ("partners", "third parties", "other organisations")
    for notice in notices.load().by_key.values():
        words = " ".join(row.heading + " " + row.words for row in notice.rows).lower()
        assert len(notice.rows) == 9
        assert not [phrase for phrase in banned if phrase in words]
        assert all(len(row.words.split()) <= 30 for row in notice.rows), notice.id


def test_every_purpose_has_terms() -> None:
    assert set(TERMS) == set(Purpose)


def test_nothing_that_ended_can_become_valid_again() -> None:
    reachable = {
        state: {row.after for row in TRANSITIONS if row.before is state} for state in State
    }
    for start in ENDED:
        seen: set[State] = set()
        todo = [start]
        while todo:
            for after in reachable[todo.pop()] - seen:
                seen.add(after)
                todo.append(after)
        assert not seen & VALID, start


def test_only_the_person_or_an_assisted_person_enters_a_valid_state() -> None:
    for row in TRANSITIONS:
        if row.after in VALID:
            assert row.by <= {"person", "assisted"}, row.id
