"""What a person is matched by: lives in the visit, sent only to departments they chose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from debts.ephemeral import Ephemeral


@dataclass(frozen=True, slots=True, repr=False)
class Address(Ephemeral):
    lines: tuple[str, ...]
    postcode: str
    uprn: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Facts(Ephemeral):
    """Name, birth date and address from the identity check; a National Insurance number and
    other facts as the person typed them. Never hashed, never stored (SEC-60)."""

    given_names: str
    family_name: str
    birth_date: date
    address: Address
    previous_names: tuple[str, ...] = ()
    previous_addresses: tuple[Address, ...] = ()
    nino: str = ""
    extras: Mapping[str, str] = field(default_factory=dict)
    """Per department, `"dvla.vrm": "AB12CDE"`: sent only to that department."""

    def extra(self, department: str, fact: str) -> str:
        """The fact this person gave for this department only, or an empty text."""
        return self.extras.get(f"{department}.{fact}", "")
