"""The picture of the transition table for docs/consent-states.md: `python -m consent.diagram`."""

from __future__ import annotations

import sys

from consent.lifecycle import ENDED, TRANSITIONS, VALID, State


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
    return "\n".join(lines) + "\n"


def _words(states: frozenset[State]) -> str:
    return ", ".join(state for state in State if state in states)


if __name__ == "__main__":
    sys.stdout.write(page())
