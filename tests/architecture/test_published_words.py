"""What the published design says word for word stands in the source: messages, titles, questions,
sentences in quotes, and the cards of the 16 states of an answer.

A blank of theirs (`<line>`, £700) is a value of ours (`%(line)s`). Where our words are others,
OTHERWISE says why.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from tests import words
from tests.words import ROOT

DATA: Final = Path(os.environ.get("SVD_SHARED", ROOT.parent / "shared")) / "data"
ROUTES: Final = ROOT / "tests/architecture/routes.txt"
NOT_THERE: Final = frozenset(
    {
        *("D06", "D07", "D82", "D83", "D84", "P11", "P13"),
        *("T06", "T07", "T11"),
    }
)
"""Pages of the public and of the person that are not part of the service so far."""
SPOKEN: Final = re.compile(r"[DPT]\d\d[a-l]?")
"""Pages that the public and the person see. Those of the consoles have words of their own."""
NO_PAGE: Final = frozenset({"P06", "D28", "D90"})
"""Addresses that show nothing."""
NOT_SAID: Final = frozenset({"in arrears", "failed", "missed payment"})
"""Stand in quotes because they are not to be said."""
OTHERWISE: Final = {
    "Select your council": "a postcode leads to one council here, so none is chosen",
    "3 one-thing-per-page questions, skippable from P01": "says how, and is not to be said",
    "connected": "each department’s own line says that it can be asked",
    "coming later": "those that cannot be asked have a heading of their own",
    "You can still use the calculator": "said as a link to it, with what it is for",
    "Have you moved in the last 3 years?": "an old postcode is asked where a department needs it",
    "Do not say what the message is about": "no message ever says it, so nothing is to choose",
    "You said yes on 3 January 2026": "with the day and the end in one line",
    "I have moved: add an old address": "one postcode at a time, where a department needs it",
    "Do you agree to us asking these departments?": "asked for each one, by its own notice",
    "Do you agree?": "the question of the notice, with the department’s name",
    "Do you pay any other debts?": "asked in the budget, in the words of D48",
    "People in a home like yours usually spend up to £x on this.": "says that it is a month’s",
    "above guideline, no reason given": "what a department reads, as a code",
    "Choose your budget file": "‘Choose the file you saved’, as the same page has it",
    "the day after my benefit is paid": "an answer of its own, so it begins with a capital",
    "Do you agree to share your plan with these departments?": "asked for each one separately",
}
"""Published words that no page says, and why."""


def _published(file: str) -> Any:
    path = DATA / file
    if not path.is_file():
        pytest.skip(f"the published words are not here: {path}")
    return json.loads(path.read_text(encoding="utf-8"))


def _there(page: str) -> bool:
    return SPOKEN.fullmatch(page) is not None and page not in NOT_THERE | NO_PAGE


@cache
def _ours() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Everything that is said, and the shapes of what has blanks, without the stop at the end."""
    said = frozenset(one.words.rstrip(".") for one in words.collected())
    blanks = [one for one in said if re.search(r"[A-Za-z]{4}", re.sub(r"%\(\w+\)s", "", one))]
    return said, tuple(words.shape(one) for one in blanks if "%(" in one)


def is_said(text: str) -> bool:
    """As it is or inside a longer string; filled in; or with our values in their blanks."""
    said, shapes = _ours()
    text = text.rstrip(".")
    if any(text in one for one in said) or any(shape.fullmatch(text) for shape in shapes):
        return True
    parts = re.split(r"<[^<>]+>|£?\d[\d,.]*", text)
    if len(parts) == 1:
        return False
    blank = re.compile("%\\(\\w+\\)s".join(map(re.escape, parts)).replace("£", "£?"))
    return any(blank.search(one) for one in said)


def _of_pages() -> Iterator[tuple[str, str]]:
    for page in _published("pages.json"):
        if not _there(page["id"]):
            continue
        yield page["id"], page["h1"]
        if page["question"]:
            yield page["id"], page["question"]
        for part in ("content", "states"):
            for quoted in re.findall(r"“([^”]+)”", page[part] or ""):
                yield from ((page["id"], one) for one in words.sentences(quoted))


def test_titles_questions_and_quoted_sentences_are_on_the_pages() -> None:
    known = OTHERWISE.keys() | NOT_SAID
    missing = [
        f"{page}: {text}" for page, text in _of_pages() if text not in known and not is_said(text)
    ]
    assert missing == []


def test_every_other_wording_is_still_needed() -> None:
    published = {text for _id, text in _of_pages()} | set(_published("errors.json"))
    assert [text for text in OTHERWISE if text not in published or is_said(text)] == []


def test_pages_that_are_said_not_to_be_there_are_not() -> None:
    """So that a page that comes is read here too."""
    addresses = set(re.findall(r" (/\S*)", ROUTES.read_text(encoding="utf-8")))
    listed = {page["id"]: page["slug"].partition(" ")[0] for page in _published("pages.json")}
    assert [page for page in sorted(NOT_THERE) if listed[page] in addresses] == []


def test_every_error_message_is_in_the_source() -> None:
    missing = [
        message
        for message, pages in _published("errors.json").items()
        if any(map(_there, pages)) and message not in OTHERWISE and not is_said(message)
    ]
    assert missing == []


DIRECTIONS: Final = frozenset(
    {
        *("none", "See details", "See details; department contact", "Contact link"),
        "In the “Still waiting for” list only, no card",
        "Stays in the waiting list; line at top changes to “We will wait until <3:12:25pm>”",
        "List of debts with links",
        "<Breathing space until 14 March>",
    }
)
"""What to do, not what to say."""


def test_the_cards_of_the_16_states_say_their_words() -> None:
    missing = [
        f"{state['id']}: {text}"
        for state in _published("wording.json")["states"]
        for part in ("heading", "text", "action")
        for text in words.sentences(state[part])
        if text not in DIRECTIONS and not is_said(text.removesuffix(" (if contact is safe)"))
    ]
    assert missing == []


def test_what_is_not_said_is_missed() -> None:
    assert is_said("Your plan so far")
    assert is_said("You have made 7 payments, £700 in all.")
    assert not is_said("You have made 7 promises, £700 in all.")
    assert not is_said("Keep your plan so far away")
