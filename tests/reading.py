"""How hard a page is to read as it stands, in this state, with its names and figures (K22, CD11).

Every page that a test gets is read here; above its grade it fails. To see which are the hardest:

    SVD_GRADES=grades.txt .venv/bin/python -m pytest tests/integration -q
    .venv/bin/python -m tests.reading grades.txt            # the hardest first

What a department wrote itself and words in another language are not read: they are not ours; nor is
what stands as code, which is copied and not read. What
has less than ENOUGH words to read is a form or a list, and its grade would be chance.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests import words

if TYPE_CHECKING:
    from tests.pages import Node

PUBLIC, CONSOLE = 7, 9
"""School grades: of a page for the public, and of one for people who do this for a living."""
ENOUGH: Final = 50
"""Words in sentences."""
INLINE: Final = frozenset(("a", "abbr", "b", "em", "span", "strong", "time"))
NOT_OURS: Final = frozenset(("app-said", "govuk-error-summary"))
"""The summary of errors says again what stands at each box."""


def blocks(node: Node, language: str) -> Iterator[str]:
    """What stands together: a paragraph, a cell, a label; each is read by itself. A figure in a
    table is looked up, not read: of its cells only whole sentences count."""
    said: list[str] = []
    for child in node.children:
        if isinstance(child, str):
            said.append(child)
        elif child.tag in {"script", "style"} or NOT_OURS & set(child["class"].split()):
            continue
        elif child["lang"] not in ("", language) or child.tag == "code":
            said.append(" X ")
        elif child.tag in INLINE:
            said.append(" " + child.text + " ")
        else:
            yield " ".join("".join(said).split())
            said = []
            inside = blocks(child, language)
            table = child.tag == "table"
            yield from (text for text in inside if not table or text.endswith((".", "?")))
    yield " ".join("".join(said).split())


@cache
def grade(texts: tuple[str, ...]) -> float:
    """0 where there is too little to read."""
    count = sum(map(len, words.reading(texts)))
    return words.grade(texts) if count >= ENOUGH else 0.0


def check(main: Node, *, language: str, where: str, at_most: int) -> None:
    """Raises AssertionError for a page that is too hard."""
    if language != "en":
        return
    found = grade(tuple(text for text in blocks(main, language) if text))
    if listed := os.environ.get("SVD_GRADES"):
        with Path(listed).open("a", encoding="utf-8") as file:
            file.write(f"{found:.2f} {where}\n")
    assert found <= at_most, f"{where}: reading grade {found:.1f}"


def hardest(listed: str) -> list[str]:
    """Each page once, at its hardest."""
    worst: dict[str, float] = {}
    for line in Path(listed).read_text(encoding="utf-8").splitlines():
        number, _, where = line.partition(" ")
        worst[where] = max(worst.get(where, 0.0), float(number))
    return [f"{grade:5.2f} {where}" for where, grade in sorted(worst.items(), key=lambda x: -x[1])]


if __name__ == "__main__":
    sys.stdout.write("\n".join(hardest(sys.argv[1])[:40]) + "\n")
