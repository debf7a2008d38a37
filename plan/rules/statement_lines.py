"""The lines of the Standard Financial Statement: 25 of income, 63 of outgoings.

Ids are the element names of the Statement's own schema, so that a statement can be handed to
anyone who knows it. Labels are ours: plain, and written to fit inside a sentence
("Enter how much you spend on <label>"). Groups and order follow the Statement (AFF-06).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from plan.rules.words import N_


@dataclass(frozen=True, slots=True)
class LineKind:
    """One line of the Statement. `label` fits inside a sentence; `words.heading` starts one."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that are asked together. `slug` is the group's part of a page address.

    Only the three flexible groups have spending guidelines (AFF-10).
    """

    id: str
    slug: str
    label: str
    lines: tuple[LineKind, ...]
    flexible: bool = False


def _lines(*pairs: tuple[str, str]) -> tuple[LineKind, ...]:
    return tuple(LineKind(line, label) for line, label in pairs)


INCOME_GROUPS: Final[tuple[Group, ...]] = (
    Group(
        "earnings",
        "earnings",
        N_("pay from work"),
        _lines(
            ("client-salary-or-wages", N_("your pay")),
            ("partner-salary-or-wages", N_("your partner’s pay")),
            ("other-earnings", N_("other pay from work")),
        ),
    ),
    Group(
        "benefits",
        "benefits",
        N_("benefits"),
        _lines(
            ("tax-credits-universal-credit", N_("Universal Credit")),
            ("jobseekers-allowance-income-based", N_("Jobseeker’s Allowance based on income")),
            (
                "jobseekers-allowance-contribution-based",
                N_("Jobseeker’s Allowance based on National Insurance"),
            ),
            ("income-support", N_("Income Support")),
            ("working-tax-credit", N_("Working Tax Credit")),
            ("child-tax-credit", N_("Child Tax Credit")),
            ("child-benefit", N_("Child Benefit")),
            (
                "employment-support-allowance",
                N_("Employment and Support Allowance or Statutory Sick Pay"),
            ),
            ("disability-benefits", N_("disability benefits")),
            ("carers-allowance", N_("Carer’s Allowance")),
            ("local-housing-allowance", N_("Housing Benefit")),
            ("council-tax-support", N_("help with council tax")),
            ("other-benefits", N_("other benefits")),
        ),
    ),
    Group(
        "pensions",
        "pensions",
        N_("pensions"),
        _lines(
            ("state-pensions", N_("State Pension")),
            ("private-work-pensions", N_("private or work pensions")),
            ("pension-credit", N_("Pension Credit")),
            ("other-pensions", N_("other pensions")),
        ),
    ),
    Group(
        "other-income",
        "other-income",
        N_("other money coming in"),
        _lines(
            ("maintenance-child-support", N_("child maintenance")),
            ("boarders-lodgers", N_("rent from a lodger")),
            ("non-dependants-contributions", N_("money from others in your home")),
            ("student-loans-grants", N_("student loans and grants")),
            ("other-other-income", N_("other income")),
        ),
    ),
)

OUTGOING_GROUPS: Final[tuple[Group, ...]] = (
    Group(
        "home-contents",
        "home",
        N_("home"),
        _lines(
            ("rent", N_("rent")),
            ("ground-rent-service-charges", N_("ground rent, service charge or factor fees")),
            ("mortgage", N_("mortgage")),
            ("mortgage-endowment", N_("mortgage endowment")),
            ("secured-loans", N_("loans secured on your home")),
            ("council-tax-rates", N_("council tax or rates")),
            ("appliance-furniture-rental", N_("rented appliances or furniture")),
            ("tv-licence", N_("TV licence")),
            ("other-home-contents", N_("other home costs")),
        ),
    ),
    Group(
        "utilities",
        "utilities",
        N_("gas, electricity and other fuel"),
        _lines(
            ("gas", N_("gas")),
            ("electricity", N_("electricity")),
            ("other-utilities", N_("coal, oil or bottled gas")),
            ("other-utilities-expenditure", N_("other fuel costs")),
        ),
    ),
    Group(
        "water",
        "water",
        N_("water"),
        _lines(("water-supply", N_("water supply")), ("water-waste", N_("waste water"))),
    ),
    Group(
        "care-health",
        "care-health",
        N_("care and health"),
        _lines(
            ("childcare-costs", N_("childcare")),
            ("adult-care-costs", N_("care for an adult")),
            ("child-maintenance-child-support", N_("child maintenance you pay")),
            ("prescriptions-medicines", N_("prescriptions and medicines")),
            ("dentistry-opticians", N_("dentists and opticians")),
            ("other-care-health", N_("other care and health costs")),
        ),
    ),
    Group(
        "transport-travel",
        "transport",
        N_("transport and travel"),
        _lines(
            ("public-transport", N_("buses, trains and taxis")),
            ("hire-purchase-conditional-sale-vehicle", N_("hire purchase for a vehicle")),
            ("car-insurance", N_("car insurance")),
            ("road-tax", N_("vehicle tax")),
            ("mot-ongoing-maintenance", N_("MOT and repairs")),
            ("breakdown-cover", N_("breakdown cover")),
            ("fuel-parking-toll-road-charges", N_("fuel, parking and tolls")),
            ("other-transport-travel", N_("other travel costs")),
        ),
    ),
    Group(
        "school",
        "school",
        N_("school"),
        _lines(
            ("school-uniform", N_("school uniform")),
            ("after-school-clubs-school-trips", N_("after-school clubs and trips")),
            ("other-school", N_("other school costs")),
        ),
    ),
    Group(
        "pensions-insurances",
        "pensions-insurance",
        N_("pensions and insurance"),
        _lines(
            ("pension-payments", N_("payments into a pension")),
            ("life-insurance", N_("life insurance")),
            ("mortgage-payment-protection-insurance", N_("mortgage payment protection")),
            ("buildings-contents-insurance", N_("buildings and contents insurance")),
            ("health-insurance", N_("health insurance")),
            ("other-pensions-insurances", N_("other pensions and insurance")),
        ),
    ),
    Group(
        "professional",
        "professional",
        N_("work costs"),
        _lines(
            ("professional-courses", N_("courses for work")),
            ("union-fees", N_("union fees")),
            ("professional-fees", N_("professional fees")),
            ("other-professional", N_("other work costs")),
        ),
    ),
    Group(
        "other-essential",
        "other-essential",
        N_("other essential costs"),
        _lines(("other-essential-costs", N_("other essential costs"))),
    ),
    Group(
        "communications-leisure",
        "communications-leisure",
        N_("phone, internet and leisure"),
        _lines(
            ("home-phone-internet-tv", N_("home phone, internet and TV")),
            ("mobile-phone", N_("mobile phones")),
            ("hobbies-leisure-sport", N_("hobbies, leisure and sport")),
            ("gifts", N_("gifts")),
            ("pocket-money", N_("pocket money")),
            ("newspapers-magazines-stationery-postage", N_("newspapers, stationery and post")),
            ("other-communications-leisure", N_("other phone and leisure costs")),
        ),
        flexible=True,
    ),
    Group(
        "food-housekeeping",
        "food-housekeeping",
        N_("food and housekeeping"),
        _lines(
            ("groceries", N_("groceries")),
            ("nappies-baby-items", N_("nappies and baby items")),
            ("school-work-meals", N_("school and work meals")),
            ("laundry-dry-cleaning", N_("laundry and dry cleaning")),
            ("alcohol", N_("alcohol")),
            ("smoking-products", N_("smoking products")),
            ("vet-bills-pet-insurance", N_("vet bills and pet insurance")),
            ("house-repairs-maintenance", N_("house repairs")),
            ("other-food-housekeeping", N_("other food and housekeeping costs")),
        ),
        flexible=True,
    ),
    Group(
        "personal",
        "personal",
        N_("clothes and personal"),
        _lines(
            ("clothing-footwear", N_("clothes and shoes")),
            ("hairdressing", N_("haircuts")),
            ("toiletries", N_("toiletries")),
            ("other-personal", N_("other personal costs")),
        ),
        flexible=True,
    ),
)

INCOME_LINES: Final[Mapping[str, LineKind]] = MappingProxyType(
    {kind.id: kind for group in INCOME_GROUPS for kind in group.lines}
)
OUTGOING_LINES: Final[Mapping[str, LineKind]] = MappingProxyType(
    {kind.id: kind for group in OUTGOING_GROUPS for kind in group.lines}
)
GROUP_OF: Final[Mapping[str, Group]] = MappingProxyType(
    {kind.id: group for group in (*INCOME_GROUPS, *OUTGOING_GROUPS) for kind in group.lines}
)
GROUPS_BY_SLUG: Final[Mapping[str, Group]] = MappingProxyType(
    {group.slug: group for group in (*INCOME_GROUPS, *OUTGOING_GROUPS)}
)
