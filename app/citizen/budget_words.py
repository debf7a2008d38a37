"""Words and choices of the budget pages, marked for translation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.http.text import gettext
from plan.rules.claim import Nation
from plan.rules.frequencies import LABELS, Frequency
from plan.rules.statement_lines import Group, LineKind
from plan.rules.words import N_, heading

NATIONS: Final = {
    "england": Nation.ENGLAND,
    "scotland": Nation.SCOTLAND,
    "wales": Nation.WALES,
    "northern-ireland": Nation.NORTHERN_IRELAND,
}
NATION_NAMES: Final[Mapping[Nation, str]] = {
    Nation.ENGLAND: N_("England"),
    Nation.SCOTLAND: N_("Scotland"),
    Nation.WALES: N_("Wales"),
    Nation.NORTHERN_IRELAND: N_("Northern Ireland"),
}
HOMES: Final[Mapping[str, str]] = {
    "owner": "Owner",
    "mortgage": "Mortgage",
    "private": "Tenant - private sector",
    "social": "Tenant - social",
    "parents": "Living with parents",
    "other": "Other",
}
"""Our codes, and what the Standard Financial Statement calls each."""
REASONS: Final[Mapping[str, str]] = {
    "health": N_("Health"),
    "disability": N_("Disability"),
    "diet": N_("A special diet"),
    "rural": N_("I live in a rural area"),
    "children": N_("What my children need"),
    "caring": N_("I care for someone"),
    "religion-culture": N_("Religion or culture"),
    "prices": N_("Prices where I live"),
    "other": N_("Another reason"),
}
NOT_SAID: Final = "not-said"
CHANGES: Final[Mapping[str, str]] = {
    "baby": N_("A baby"),
    "job": N_("My job or hours"),
    "rent": N_("My rent or mortgage"),
    "benefit-ending": N_("A benefit ending"),
    "moving": N_("Moving home"),
    "hospital": N_("Going into hospital"),
}
NO_CHANGES: Final = "none"
NO_INCOME: Final = "none"

HOW_OFTEN_IN: Final = (
    Frequency.WEEK,
    Frequency.FORTNIGHT,
    Frequency.FOUR_WEEKS,
    Frequency.MONTH,
    Frequency.YEAR,
)
HOW_OFTEN_OUT: Final = tuple(Frequency)

COMMON: Final = frozenset(
    (
        "client-salary-or-wages",
        "tax-credits-universal-credit",
        "child-benefit",
        "disability-benefits",
        "carers-allowance",
        "local-housing-allowance",
        "state-pensions",
        "private-work-pensions",
        "maintenance-child-support",
        "rent",
        "mortgage",
        "council-tax-rates",
        "tv-licence",
        "gas",
        "electricity",
        "water-supply",
        "childcare-costs",
        "prescriptions-medicines",
        "public-transport",
        "fuel-parking-toll-road-charges",
        "car-insurance",
        "school-uniform",
        "life-insurance",
        "buildings-contents-insurance",
        "union-fees",
        "home-phone-internet-tv",
        "mobile-phone",
        "groceries",
        "toiletries",
        "clothing-footwear",
    )
)
"""Lines that many people have: they stand first in their group."""

HINTS: Final[Mapping[str, str]] = {
    "rent": N_("What you pay yourself, after any help with it"),
    "council-tax-rates": N_("Spread over the year: many bills are for 10 months"),
    "gas": N_("If you pay by meter, add up what you put in"),
    "electricity": N_("If you pay by meter, add up what you put in"),
    "childcare-costs": N_("Think of school holidays too"),
    "prescriptions-medicines": N_("Think of things you buy from a chemist"),
    "dentistry-opticians": N_("Think of check-ups and glasses"),
    "mot-ongoing-maintenance": N_("Add up last year: MOT, tyres and repairs"),
    "public-transport": N_("Think of bus passes and taxis"),
    "school-uniform": N_("Add up a year: shoes and sports clothes too"),
    "after-school-clubs-school-trips": N_("Add up a year"),
    "home-phone-internet-tv": N_("TV packages and streaming too"),
    "gifts": N_("Add up a year: birthdays and festivals"),
    "hobbies-leisure-sport": N_("A little for yourself is fine"),
    "groceries": N_("Small shops in the week too"),
    "vet-bills-pet-insurance": N_("Add up a year"),
    "house-repairs-maintenance": N_("Add up a year: bulbs, paint, repairs"),
    "clothing-footwear": N_("Add up a year if you do not buy each month"),
    "hairdressing": N_("For everyone in the budget"),
    "other-essential-costs": N_("What you cannot do without and has no other line"),
}
"""What is often forgotten, by line."""


def not_said() -> str:
    return gettext("I’d rather not say")


def in_words(kind: LineKind) -> str:
    """The line inside a sentence."""
    return gettext(kind.label)


def as_heading(words: str) -> str:
    """The line, or a group, at the start of a sentence."""
    return heading(gettext(words))


def common_first(group: Group) -> list[LineKind]:
    return sorted(group.lines, key=lambda kind: kind.id not in COMMON)


def grouped(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Groups of tick boxes, as the macro `picks` takes them."""
    return [
        {
            "id": group.id,
            "text": as_heading(group.label),
            "items": [
                {"value": kind.id, "text": as_heading(kind.label)} for kind in common_first(group)
            ],
        }
        for group in groups
    ]


def how_often(choices: Sequence[Frequency]) -> list[dict[str, str]]:
    """The choices of "How often", with nothing chosen first."""
    chosen = [{"value": str(one), "text": as_heading(LABELS[one])} for one in choices]
    return [{"value": "", "text": gettext("Choose")}, *chosen]


def listed(words: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"value": code, "text": gettext(text)} for code, text in words.items()]
