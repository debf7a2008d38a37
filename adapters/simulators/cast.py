"""The ten invented people, read once from `cast.toml` into values that cannot change."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

from adapters.simulators.behaviour import DEFAULT_ANSWER, Behaviour, parse

Nation = Literal["ENG", "WLS", "SCT", "NIR"]
DebtState = Literal[
    "open", "disputed", "breathing_space", "excluded_from_breathing_space",
    "deducted_at_source", "mismatch",
]  # fmt: skip

DEPARTMENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "dwp": "Department for Work and Pensions",
        "hmrc": "HM Revenue and Customs",
        "hmcts": "HM Courts and Tribunals Service",
        "dvla": "Driver and Vehicle Licensing Agency",
        "slc": "Student Loans Company",
        "nhsbsa": "NHS Business Services Authority",
        "council": "Sampleshire Council",
    }
)
_FILE: Final = Path(__file__).with_name("cast.toml")


@dataclass(frozen=True, slots=True)
class Address:
    """A home, in the parts that One Login's address claim has; `until` is None for the present."""

    town: str
    postcode: str
    uprn: int
    since: date
    until: date | None = None
    number: str = ""
    building: str = ""
    street: str = ""
    locality: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """As on an envelope, without the postcode."""
        street = f"{self.number} {self.street}".strip()
        return tuple(line for line in (self.building, street, self.locality, self.town) if line)


@dataclass(frozen=True, slots=True)
class Household:
    """`tenure` and `employment` are the words of the Standard Financial Statement schema."""

    adults: int
    children_under_16: int
    children_16_to_18: int
    vehicles: int
    tenure: str
    employment: str


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """One line of a monthly statement, in pence; names are the Statement's own elements."""

    group: str
    line: str
    pence: int


@dataclass(frozen=True, slots=True)
class Change:
    """What happens later in the story: these groups replace those of the statement."""

    note: str
    income: tuple[MoneyLine, ...]
    outgoings: tuple[MoneyLine, ...]


@dataclass(frozen=True, slots=True)
class CastDebt:
    """A debt as its department knows it.

    Money is pence. `minimum`, `taken` (already deducted at source) and `arrangement` (an existing
    agreement) are per month, 0 for none. `rate` is per cent a year as the department says it.
    State `mismatch` is a debt of somebody else's claim: a department that follows the rules finds
    no match and never shows it.
    """

    id: str
    dept: str
    type: str
    label: str
    balance: int
    original: int
    started: date
    reference: str
    due: date | None = None
    minimum: int = 0
    taken: int = 0
    arrangement: int = 0
    rate: str = ""
    state: DebtState = "open"
    reason: str = ""
    joint: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """One of the cast. `subject` is what the sign-in service calls them."""

    key: str
    display_name: str
    lang: Literal["en", "cy"]
    nation: Nation
    persona: str
    given_names: tuple[str, ...]
    family_name: str
    birth_date: date
    nino: str
    email: str
    phone: str
    address: Address
    previous_address: Address
    household: Household
    income: tuple[MoneyLine, ...]
    outgoings: tuple[MoneyLine, ...]
    debts: tuple[CastDebt, ...]
    answers: Mapping[str, str]
    facts: Mapping[str, str]
    utr: str = ""
    former_family_name: str = ""
    former_name_until: date | None = None
    change: Change | None = None

    @property
    def full_name(self) -> str:
        return " ".join((*self.given_names, self.family_name))

    @property
    def subject(self) -> str:
        return f"urn:fdc:gov.uk:2022:demonstration-{self.key}"

    def answer(self, department: str) -> str:
        """How this department answers; one that the story does not name has nothing to show."""
        return self.answers.get(department, DEFAULT_ANSWER)

    def behaviour(self, department: str) -> Behaviour:
        return parse(self.answer(department))

    def debts_at(self, department: str) -> tuple[CastDebt, ...]:
        """The debts this department may show for this person."""
        return tuple(d for d in self.debts if d.dept == department and d.state != "mismatch")


@dataclass(frozen=True, slots=True)
class Cast:
    people: tuple[Person, ...]

    @classmethod
    def load(cls, path: Path | None = None) -> Cast:
        with (path or _FILE).open("rb") as file:
            cast = cls(tuple(_person(row) for row in tomllib.load(file)["person"]))
        _check(cast)
        return cast

    def __iter__(self) -> Iterator[Person]:
        return iter(self.people)

    def person(self, key: str) -> Person:
        """The person with this key; `KeyError` when there is none."""
        for person in self.people:
            if person.key == key:
                return person
        raise KeyError(key)

    def by_nino(self, nino: str) -> Person | None:
        """Spaces, letter case and a missing suffix letter do not matter."""
        wanted = "".join(nino.split()).upper()
        return next((p for p in self.people if wanted in (p.nino, p.nino[:-1])), None)

    def by_utr(self, utr: str) -> Person | None:
        return next((p for p in self.people if p.utr and p.utr == utr), None)

    def by_subject(self, subject: str) -> Person | None:
        return next((p for p in self.people if p.subject == subject), None)

    def by_details(self, family_name: str, birth_date: date) -> Person | None:
        """For departments that match on name and birth date; letter case does not matter."""
        wanted = family_name.strip().casefold()
        return next(
            (
                p
                for p in self.people
                if p.family_name.casefold() == wanted and p.birth_date == birth_date
            ),
            None,
        )


def _lines(groups: Mapping[str, Mapping[str, int]]) -> tuple[MoneyLine, ...]:
    return tuple(
        MoneyLine(group, line, pence)
        for group, lines in groups.items()
        for line, pence in lines.items()
    )


def _person(row: dict[str, Any]) -> Person:
    rest = dict(row)
    change = rest.pop("change", None)
    return Person(
        display_name=rest.pop("name"),
        given_names=tuple(rest.pop("given_names")),
        address=Address(**rest.pop("address")),
        previous_address=Address(**rest.pop("previous_address")),
        household=Household(**rest.pop("household")),
        income=_lines(rest.pop("income")),
        outgoings=_lines(rest.pop("outgoings")),
        debts=tuple(CastDebt(**debt) for debt in rest.pop("debt", ())),
        answers=MappingProxyType(rest.pop("answers")),
        facts=MappingProxyType(rest.pop("facts", {})),
        change=None
        if change is None
        else Change(
            change["note"], _lines(change.get("income", {})), _lines(change.get("outgoings", {}))
        ),
        **rest,
    )


def _check(cast: Cast) -> None:
    """Faults of the file are found at start, not in the middle of a demonstration."""
    for person in cast:
        for department in (*person.answers, *(debt.dept for debt in person.debts)):
            if department not in DEPARTMENTS:
                raise ValueError(f"{person.key}: no such department: {department}")
        for answer in person.answers.values():
            parse(answer)
        for debt in person.debts:
            if debt.state not in get_args(DebtState):
                raise ValueError(f"{debt.id}: no such state: {debt.state}")
    for what, values in (
        ("key", [p.key for p in cast]),
        ("National Insurance number", [p.nino for p in cast]),
        ("debt id", [d.id for p in cast for d in p.debts]),
    ):
        if len(values) != len(set(values)):
            raise ValueError(f"the same {what} stands twice in the cast")
