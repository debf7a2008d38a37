"""The picture of the transition table for docs/consent-states.md: `python -m consent.diagram`."""

from __future__ import annotations

import sys

from consent.lifecycle import ENDED, MAY_ACT, TRANSITIONS, VALID, State


def page() -> str:
    """The whole document as Markdown with a Mermaid diagram; a test compares it with the file."""
    lines = [
        "# States of a permission",
        "",
        "Made from the table in `consent/lifecycle.py` by `python -m consent.diagram`.",
        "",
        "```mermaid",
        "stateDiagram-v2",
    ]
    for row in TRANSITIONS:
        before = row.before or "[*]"
        lines.append(f"    {before} --> {row.after}: {row.id}")
    lines += ["```", ""]
    lines.append(f"A department may be asked in: {_words(VALID)}.")
    lines.append(f"Nothing revives from: {_words(ENDED)}.")
    lines += ["", "| id | from | to | by | when |", "| --- | --- | --- | --- | --- |"]
    for row in TRANSITIONS:
        by = ", ".join(sorted(row.by))
        lines.append(f"| {row.id} | {row.before or '–'} | {row.after} | {by} | {row.guard} |")
    lines += ["", *_kept_by_the_database()]
    return "\n".join(lines) + "\n"


def _kept_by_the_database() -> list[str]:
    lines = [
        "PostgreSQL refuses what is not in the table, whoever asks, and asks of each step:",
        "",
        "- its event, by the same actor at the same time, in the same transaction",
        "- for a yes or a renewal, an event that commits to the hash of the record",
        "- for a renewal, the version that it replaces; for a yes, the request that it answers",
        "- for a row to go, that it has ended",
        "",
        "| process | may act as |",
        "| --- | --- |",
    ]
    for role, kinds in MAY_ACT.items():
        lines.append(f"| {role} | {', '.join(sorted(kinds))} |")
    return [*lines, "", "All other processes take no step."]


def _words(states: frozenset[State]) -> str:
    return ", ".join(state for state in State if state in states)


if __name__ == "__main__":
    sys.stdout.write(page())
