"""What the pages say, and how hard it is to read, without a network.

`collected()` finds every English string that goes through gettext in templates and Python.
`grade()` is the Flesch-Kincaid grade, as `consent.reading` counts it. Against the list of checked
words in `tests/architecture/test_words.py` its syllables are right for all; on other words they may
be one off, either way.

What is not counted as reading: names that a person knows from their own letters (departments,
benefits, places, GOV.UK One Login) stand as one short word each, and so does what is filled in
(`%(day)s`) and any number. Labels under four words are not sentences and are left out, because
full stops after them would make a page look easier than it is.
"""

from __future__ import annotations

import ast
import html
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.messages.extract import extract_from_dir

from consent.reading import grade_of, sentences, syllables, words

__all__ = ["grade_of", "sentences", "syllables", "words"]

ROOT: Final = Path(__file__).resolve().parents[1]
TEMPLATES: Final = "app/templates/"
KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
}
PACKAGES: Final = ("app", "plan", "consent", "debts")
NAMES: Final = (
    "National Insurance",
    "Northern Ireland",
    "Universal Credit",
    "Self Assessment",
    "Unique Taxpayer Reference",
    "Council Tax",
    "council tax",
    "Housing Benefit",
    "GOV.UK One Login",
    "See and pay what you owe to government",
    "Information Commissioner’s Office",
    "Information Commissioner",
    "National Debtline",
    "Business Debtline",
    "StepChange",
    "Citizens Advice",
    "Advice NI",
    "MoneyHelper",
    "Domestic Abuse",
    "Standard Financial Statement",
    "Limitation Act 1980",
)
"""Names that a person knows or looks for as they are; with those of the register."""
_SHORT: Final = 4
"""Words: fewer than this is a label, not a sentence."""


@dataclass(frozen=True, slots=True)
class Said:
    """One string, where it stands (`app/…`, from the root) and in which line."""

    file: str
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.words}"


@cache
def collected() -> tuple[Said, ...]:
    """Every string that goes through gettext, both forms of a plural."""
    return tuple(
        Said(f"{package}/{file}", line, plain(one))
        for package in PACKAGES
        for file, line, message, _comments, _context in extract_from_dir(
            ROOT / package,
            method_map=[("**.py", "python"), ("templates/**.html", "jinja2")],
            options_map={"templates/**.html": {"trimmed": "true"}},
            keywords=KEYWORDS,
        )
        for one in (message if isinstance(message, tuple) else (message,))
        if one
    )


def by_file(strings: Iterable[Said]) -> dict[str, list[Said]]:
    found: dict[str, list[Said]] = {}
    for said in strings:
        found.setdefault(said.file, []).append(said)
    return found


def plain(text: str) -> str:
    """Without tags, entities and double spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


@cache
def names() -> tuple[str, ...]:
    """`NAMES` and the departments' own, the longest first."""
    register = tomllib.loads((ROOT / "register/departments.toml").read_text(encoding="utf-8"))
    own = [one[key] for one in register["department"] for key in ("name", "short")]
    return tuple(sorted({*own, *NAMES}, key=len, reverse=True))


@cache
def _named() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, names()))})(?!\w)")


def reading(texts: Iterable[str]) -> Iterator[list[str]]:
    """The words of each sentence that counts, names as one short word."""
    for text in texts:
        for sentence in sentences(_named().sub("X", text)):
            found = words(sentence)
            if len(found) >= _SHORT:
                yield found


def grade(texts: Iterable[str]) -> float:
    """Flesch-Kincaid of all these together; 0 when there is no sentence in them."""
    return grade_of(list(reading(texts)))


ERROR_ARGUMENTS: Final = frozenset(
    ("empty", "wrong", "both", "outside", "not_money", "negative", "too_long")
)
"""Arguments of the fields that are messages."""


@cache
def error_messages() -> tuple[Said, ...]:
    """Messages of the forms: what fields are given, what is refused, and what looks like one."""
    found = []
    for path in sorted((ROOT / "app").rglob("*.py")):
        file = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found += [Said(file, node.lineno, text) for text in _messages(node)]
    return tuple(dict.fromkeys(found))


def _messages(call: ast.Call) -> Iterator[str]:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    given: list[ast.expr] = []
    if name in {"with_error", "refuse", "ValidationError"}:
        given = list(call.args)
    given += [k.value for k in call.keywords if k.arg in ERROR_ARGUMENTS]
    for one in given:
        for inner in ast.walk(one):
            if isinstance(inner, ast.Call):
                yield from _literal(inner)
    yield from (text for text in _literal(call) if looks_like_an_error(text))


def _literal(call: ast.Call) -> Iterator[str]:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name in KEYWORDS and call.args and isinstance(call.args[0], ast.Constant):
        yield str(call.args[0].value)


def looks_like_an_error(text: str) -> bool:
    return text.startswith(("Enter ", "Select ")) or " must be " in text


def shape(text: str) -> re.Pattern[str]:
    """What a string can look like when its values are filled in; each value is a group."""
    return re.compile("(.+)".join(map(re.escape, re.split(r"%\(\w+\)s", text))))
