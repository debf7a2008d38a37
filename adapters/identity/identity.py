"""Who signed in, as the sign-in service proved it: lives for one visit, sealed like debts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from debts.ephemeral import Ephemeral
from debts.facts import Address, Facts


@dataclass(frozen=True, slots=True, repr=False)
class Confirmed(Ephemeral):
    """A sign-in at credential level: which account, when, and the token that says so.

    `id_token` serves as the hint at sign-out and is valid nowhere for more than two minutes;
    `id_token_sha256` (hex) is what the evidence of a grant names (decision 33).
    """

    issuer: str
    subject: str
    auth_time: datetime
    vot: str
    sid: str
    id_token: str
    id_token_sha256: str


@dataclass(frozen=True, slots=True, repr=False)
class Identity(Ephemeral):
    """A person whose identity is proven at P2. Nothing of it is stored (SEC-30, decision 45).

    `ial` is the level found inside the signed core identity, not the one in the ID token (F2).
    Names are as the credential has them; `previous_names` are whole names, newest first.
    """

    issuer: str
    subject: str
    given_names: str
    family_name: str
    birth_date: date
    address: Address
    auth_time: datetime
    vot: str
    ial: str
    sid: str
    id_token: str
    id_token_sha256: str
    previous_names: tuple[str, ...] = ()
    previous_addresses: tuple[Address, ...] = field(default=())

    @property
    def full_name(self) -> str:
        return f"{self.given_names} {self.family_name}".strip()

    def facts(self, *, nino: str = "", extras: Mapping[str, str] | None = None) -> Facts:
        """What departments match a person by, with what the person typed in this visit."""
        return Facts(
            given_names=self.given_names,
            family_name=self.family_name,
            birth_date=self.birth_date,
            address=self.address,
            previous_names=self.previous_names,
            previous_addresses=self.previous_addresses,
            nino=nino,
            extras=dict(extras or {}),
        )
