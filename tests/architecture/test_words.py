"""The words of the citizen and public pages: plain and short.

Rules: journeys, section 7 (tone and word rules, K22, K23, K24) and section 3.4 (CD06, CD09, CD11).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Final

from jinja2 import Environment

from consent.tone import COLD
from tests import words
from tests.words import ROOT, Said

BANNED: Final = (
    *COLD,
    *("please", "sorry", "valid", "invalid", "simply", "easy", "easily", "just", "oops"),
    *("click here", "and/or", "e.g.", "i.e.", "etc", "pcm", "per month"),
)
"""Never said to the public."""
ALLOWED: Final = (
    ("enforcement", "court or enforcement agent", "says who holds the debt, as their letter does"),
    ("enforcement", "court or an enforcement agent", "says who holds the debt"),
    ("sorry", "Sorry, there is a problem with the service", "the title of the 500 page"),
    ("sorry", "Sorry, the service is unavailable", "the title of the 503 page"),
    ("just", "just you", "as ‘only you’ would be misread on D42, whose words are given"),
    ("just", "choose just me", "the given words of D42"),
    ("just", "Just me", "the given words of D42"),
    ("just", "goes ahead just the same", "in a published notice; it means ‘exactly’, not ‘only’"),
    ("arrears", "rent or mortgage arrears", "the name of a debt, in the given words of D48"),
    ("must", "must not ask you for money", "the law, and the next sentence says so"),
    ("easy", "Easy read", "the name of a format"),
    ("demand", "Demand", "the given title of X12, for staff: how much their system is asked"),
)
"""Word, the string it stands in, and why it may."""
CAPITALS: Final = frozenset(("CSV", "JSON", "HMRC", "PAYE", "WCAG", "SHOUT"))
"""Written so by everyone; SHOUT is what to type."""
SENTENCE, AVERAGE, PARAGRAPH, GRADE = 25, 15, 300, 7
"""Words in a sentence; words in a page's average sentence; characters (4 lines); school grade."""
ENOUGH: Final = 50
"""Words: a module with fewer has a handful of labels and messages, and is no page."""
NOT_ON_PERMISSION_PAGES: Final = (
    *("partners", "third parties", "third party", "other organisations"),  # CD06
    *(
        "miss out",
        "lose",
        "unfortunately",
        "without this you cannot",
        "recommended",
        "best",
    ),  # CD09
)
PERMISSION_PAGES: Final = re.compile(
    r"app/templates/citizen/(permissions/|plan/(share|pause|stop)|debts/query_agree)"
    r"|app/citizen/(agree|choose|history|pause|permission_words|permissions|renew|stop|uses"
    r"|plan_share|plan_pause|plan_stop)\.py"
)
GIVEN_AS_IT_IS: Final = {
    "Tell us what the problem is": "the given words of D24",
    "Tell the person why in 500 characters or less": "the given words of X11",
}
"""Messages that start with neither Enter, Select nor a label."""


def said(text: str, phrase: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(phrase)}(?![\w-])", text, re.IGNORECASE) is not None


def is_error(one: Said) -> bool:
    return one.file.endswith(".py") and words.looks_like_an_error(one.words)


def notices() -> Iterator[Said]:
    for path in sorted((ROOT / "register/notices").glob("*.en.toml")):
        notice = tomllib.loads(path.read_text(encoding="utf-8"))
        file = str(path.relative_to(ROOT))
        for key in ("question_one", "question_many", "yes", "no"):
            yield Said(file, 0, notice[key])
        for said_below in notice.get("foot", {}).values():
            yield Said(file, 0, said_below)
        for row in notice["row"]:
            yield Said(file, 0, row["heading"])
            yield Said(file, 0, row["words"])


def everything() -> list[Said]:
    return [*words.collected(), *notices()]


def test_the_strings_of_every_page_are_found() -> None:
    files = {one.file for one in words.collected()}
    assert len(words.collected()) > 1500
    assert "app/templates/citizen/permissions/check.html" in files
    assert {"app/citizen/plan_words.py", "plan/rules/words.py", "app/http/errors.py"} <= files


def test_no_template_says_anything_outside_gettext() -> None:
    """So that what is read here is what people read, and another language can have it."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    found = [
        f"{path.relative_to(ROOT)}: {text}"
        for path in sorted((ROOT / words.TEMPLATES).rglob("*.html"))
        for text in _loose(environment, path.read_text(encoding="utf-8"))
    ]
    assert found == []


def _loose(environment: Environment, source: str) -> Iterator[str]:
    """Text between tags and in spoken attributes; what is filled in stands as one character."""
    parts, translated = [], False
    for _line, kind, value in environment.lex(source):
        if kind == "name" and value in ("trans", "endtrans"):
            translated = value == "trans"
        parts.append(value if kind == "data" and not translated else "\0")
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", "".join(parts), flags=re.DOTALL)
    text = re.sub(r'<(\w+)[^>]*\blang="cy".*?</\1>', " ", text, flags=re.DOTALL)
    yield from re.findall(r'(?:aria-label|title|alt|placeholder)="([^"\0]*[A-Za-z][^"\0]*)"', text)
    text = re.sub(r"<[^>]*>|&\w+;|\b[\w.]+\.(?:org|uk|net)\b(?:[\w.]*)|GOV\.UK", " ", text)
    yield from re.findall(r"[A-Za-z][A-Za-z ]+", text)


def test_no_banned_word_is_said_to_the_public_k23() -> None:
    found = []
    for one in everything():
        for phrase in BANNED:
            if not said(one.words, phrase) or (phrase == "must" and is_error(one)):
                continue  # "… must be an amount of money" is the given form of a message
            if not any(word == phrase and text in one.words for word, text, _why in ALLOWED):
                found.append(f"{phrase!r} in {one}")
    assert found == []


def test_every_exception_is_still_needed() -> None:
    there = [one.words for one in everything()]
    assert [row for row in ALLOWED if not any(row[1] in text for text in there)] == []


def test_nothing_shouts_and_money_is_written_one_way() -> None:
    known = CAPITALS | {word for name in words.names() for word in name.split()}
    for one in everything():
        loud = [word for word in re.findall(r"\b[A-Z]{4,}\b", one.words) if word not in known]
        assert not loud, one
        assert "!" not in one.words, one
        assert not re.search(r"-£|£\d[\d,]*\.00\b", one.words), one


def test_sentences_and_paragraphs_are_short_k22() -> None:
    for one in everything():
        assert len(one.words) <= PARAGRAPH, one
        for sentence in words.sentences(one.words):
            assert len(words.words(sentence)) <= SENTENCE, one


def test_each_page_can_be_read_at_grade_7_k22_cd11() -> None:
    """Each template, each notice, and each module with enough to read."""
    hard = []
    for file, strings in words.by_file(everything()).items():
        read = list(words.reading(one.words for one in strings))
        count = sum(map(len, read))
        if count >= ENOUGH or not file.endswith(".py"):
            grade = words.grade(one.words for one in strings)
            if grade > GRADE or count > AVERAGE * len(read):
                hard.append(f"{file}: grade {grade:.1f}, {count} words in {len(read)} sentences")
    assert hard == []


def test_permission_pages_name_everyone_and_push_nobody_cd06_cd09() -> None:
    pages = [one for one in everything() if PERMISSION_PAGES.match(one.file)]
    assert len({one.file for one in pages}) > 20
    found = [
        f"{phrase!r} in {one}"
        for one in [*pages, *notices()]
        for phrase in NOT_ON_PERMISSION_PAGES
        if said(one.words, phrase)
    ]
    assert found == []


def test_error_messages_say_what_to_do_and_have_no_full_stop_k24() -> None:
    assert len(words.error_messages()) > 60
    for one in words.error_messages():
        assert not one.words.endswith((".", "!")), one
        starts = one.words.startswith(("Enter ", "Select ")) or " must be " in one.words
        assert starts or one.words in GIVEN_AS_IT_IS, one


SYLLABLES: Final = {
    1: "take takes asked called rules wife used months debt owe queue league guess guide",
    2: "table needed wanted changes titles handled unsafe business people question value being"
    " seeing agreed something someone statement social paying wishes catches quiet wages",
    3: "idea area previous everyone nobody department permission financial insurance benefit"
    " vehicle enforcement arrangement after-school services employment video creating",
    4: "everything usually identity apologise responsible",
    5: "association electricity university immediately unfortunately authorisation moratorium",
}


def test_syllables_are_counted_as_they_are_said() -> None:
    wrong = [
        (word, words.syllables(word))
        for count, listed in SYLLABLES.items()
        for word in listed.split()
        if words.syllables(word) != count
    ]
    assert wrong == []


def test_the_grade_tells_plain_words_from_heavy_ones() -> None:
    plain = "You can stop this any day. We do not ask them again. You may still owe them money."
    heavy = (
        "Revocation of authorisation terminates subsequent information requests, notwithstanding"
        " continuing liabilities attributable to individual departments."
    )
    assert words.grade([plain]) < 3
    assert words.grade([heavy]) > 18
    assert words.grade(["Continue", "Your plan"]) == 0, "labels alone are not reading"


def test_a_name_counts_as_one_short_word() -> None:
    with_name = ["You owe the Department for Work and Pensions some money now."]
    assert words.grade(with_name) == words.grade(["You owe the X some money now."])
