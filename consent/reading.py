"""How hard English is to read, without a network: the Flesch-Kincaid grade.

`grade_of()` is 0.39 × words a sentence + 11.8 × syllables a word − 15.59: the school year in which
people read so, about five years under their age. Syllables are counted by a rule, not a dictionary:
groups of vowels (y among them), less a silent e at the end (`take`, not `table`), less the e of
`-ed` and `-es` that nobody says (`asked`, `takes`, not `wanted`, `changes`), plus one where two
vowels are said apart (`idea`, `trial`). At least one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

APART: Final = (
    r"i[ao](?!n|us)|(?<=v)iou|(?<![qg])ua|eo(?!p)|io(?=[dt])|[aou]ying|rea(?=t[ei]|$)|dea$"
    r"|iu|(?<=u)ie"
)
"""Two sounds in one group of vowels: so-cial is not, a-re-a, pre-vi-ous, pay-ing are."""
TOGETHER: Final = r"(?<=[ct])ia(?=l|n)|(?<=[tr])eo|(?<=bus)ine"
SILENT: Final = (
    r"(?:[^aeiouyl]|[aeiouyrl]l|[gq]u)e$|[^aeiouytdl]ed$|[aeiouyrl]led$"
    r"|[^aeiouyscxzgl](?<!sh|ch)es$|[aeiouyrl]les$"
)
"""The e at the end of `take`, `asked`, `takes`; not of `table`, `wanted`, `changes`."""
INSIDE: Final = r"(?:[^aeiouy]|u)e(?=(?:ment|ly|less|ful|body|where|thing|one)s?$)"
"""The silent e of a word inside a longer one: `some-thing`, `state-ment`."""


def sentences(text: str) -> list[str]:
    """Split where a stop is followed by a space; `GOV.UK` and `£2.50` have none."""
    return [one for one in re.split(r"(?<=[.?!])\s+", text.strip()) if one]


def words(text: str) -> list[str]:
    return re.findall(r"%\(\w+\)s|[£]?\d[\d,.]*\d|[£]?\d|[^\W\d_]+(?:[’'-][^\W\d_]+)*", text)


def syllables(word: str) -> int:
    """See the top of the file."""
    return sum(_part(part) for part in re.split("-", word.lower()) if part) or 1


def _part(word: str) -> int:
    word = re.sub(r"[’']\w*$", "", word)
    if not word.isalpha():
        return 1
    if word.endswith("eing"):  # be-ing, see-ing
        return _part(word[:-3]) + 1
    count = len(re.findall(r"[aeiouy]+", word))
    count += len(re.findall(APART, word)) - len(re.findall(TOGETHER, word))
    count -= bool(re.search(SILENT, word))
    count -= len(re.findall(INSIDE, word))
    return max(count, 1)


def grade_of(read: Sequence[Sequence[str]]) -> float:
    """Of sentences, each as its words; 0 when there is none."""
    if not read:
        return 0.0
    count = sum(len(sentence) for sentence in read)
    said = sum(syllables(word) for sentence in read for word in sentence)
    return 0.39 * count / len(read) + 11.8 * said / count - 15.59
