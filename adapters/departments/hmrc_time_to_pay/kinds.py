"""Which kind of debt a charge is: HMRC's transaction numbers first, its words second.

The numbers are those that HMRC's published samples and acceptance tests use. A number that stands
in no table is not an error: the charge is kept, and shown as another kind (wire rule 9).
"""

from __future__ import annotations

from typing import Final

OTHER: Final = "OTHER"

_SELF_ASSESSMENT: Final = frozenset(
    {4000, 4001, 4003, 4004, 4910, 4911, 4913, 4915, 4920, 4930, 5050, 5060, 5070, 5071, 5073}
    | {5075, 5095, 5100, 5105, 5180, 5190, 5200, 5205, 5215, 6010, 6020}
)
_PENALTIES: Final = frozenset(
    {4002, 4026, 4027, 4028, 4029, 4031, 4032, 4033, 4940, 4950, 4960, 4965, 4970, 4975, 4980}
    | {4985, 4990, 4995, 5015, 5020, 5030, 5040, 5045, 5080, 5120, 5140, 5145, 5150, 5155, 5160}
    | {5165, 5170, 5175}
)
_CHILD_BENEFIT: Final = frozenset({5330, 5350})
_SIMPLE_ASSESSMENT: Final = frozenset({4530})
_RANGES: Final = (
    (2000, 2599, "HMRC_EPAYE"),
    (3996, 3997, "HMRC_VAT"),
    (4600, 4799, "HMRC_VAT"),
    (7700, 7799, "HMRC_VAT"),
)
_WORDS: Final = (
    ("child benefit", "HMRC_CHB"),
    ("tax credit", "HMRC_TCO"),
    ("penalt", "HMRC_PENALTY"),
    ("simple assessment", "HMRC_SIMPLE"),
    ("class 2", "HMRC_NIC"),
    ("class 3", "HMRC_NIC"),
    ("national insurance", "HMRC_NIC"),
    ("nic2", "HMRC_NIC"),
    ("vat ", "HMRC_VAT"),
    ("rti", "HMRC_EPAYE"),
    ("self assessment", "HMRC_SA"),
    ("itsa", "HMRC_SA"),
    ("sa ", "HMRC_SA"),
)
_WITHIN_SELF_ASSESSMENT: Final = frozenset({"HMRC_CHB", "HMRC_PENALTY", "HMRC_NIC"})
"""Charges that Self Assessment collects but that are debts of their own kind."""

FALLBACK_LABELS: Final = {
    "HMRC_SA": "Self Assessment",
    "HMRC_PENALTY": "HMRC penalty",
    "HMRC_CHB": "Child Benefit",
    "HMRC_TCO": "Tax credit overpayment",
    "HMRC_NIC": "National Insurance",
    "HMRC_SIMPLE": "Simple Assessment",
    "HMRC_VAT": "VAT",
    "HMRC_EPAYE": "Employer PAYE",
    OTHER: "HMRC charge",
}


def kind_of(main_trans: str, words: str) -> str:
    """The catalogue's code for a charge, `OTHER` when nothing tells. Letter case never matters."""
    by_number, by_words = _by_number(main_trans), _by_words(words)
    if by_number == OTHER or (by_number == "HMRC_SA" and by_words in _WITHIN_SELF_ASSESSMENT):
        return by_words
    return by_number


def _by_number(main_trans: str) -> str:
    if not main_trans.isascii() or not main_trans.isdigit() or len(main_trans) > 8:
        return OTHER
    number = int(main_trans)
    for numbers, code in (
        (_SELF_ASSESSMENT, "HMRC_SA"),
        (_PENALTIES, "HMRC_PENALTY"),
        (_CHILD_BENEFIT, "HMRC_CHB"),
        (_SIMPLE_ASSESSMENT, "HMRC_SIMPLE"),
    ):
        if number in numbers:
            return code
    return next((code for low, high, code in _RANGES if low <= number <= high), OTHER)


def _by_words(words: str) -> str:
    said = f"{' '.join(words.casefold().replace('-', ' ').split())} "
    return next(
        (code for sign, code in _WORDS if said.startswith(sign) or f" {sign}" in said), OTHER
    )
