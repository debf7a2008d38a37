"""The register: reviewed files that say who may be asked, and where (decision 19, SEC-57)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

from consent.ids import DepartmentCode
from consent.roles import First, Role

FOLDER = Path(__file__).resolve().parent.parent / "register"
_SORT_CODE, _ACCOUNT = re.compile("[0-9]{6}"), re.compile("[0-9]{8}")
WIRES = frozenset({"native", "hmrc_time_to_pay", "hmcts_opal"})


@dataclass(frozen=True, slots=True)
class BankDetails:
    """Where a department is paid: digits only. `business_unit` is the court office that its own
    payment records name."""

    name: str
    sort_code: str
    account: str
    business_unit: int = 0

    @property
    def demonstration(self) -> bool:
        """No bank has it."""
        return self.sort_code.startswith("0000")


@dataclass(frozen=True, slots=True)
class DepartmentEntry:
    """One department. `sends` lists what we may send it about the person, `address` is the
    only place we send it to, `token_address` where the tokens of its own wire come from (by default
    `address`/oauth/token), `silence_days` is set where silence counts as agreed, `longest_days`
    where the department lets a permission to ask it last no longer than that (F11), `bank` where
    it is paid, `takes_heads` that it wants to be told when money is on its way to it (F58),
    `stops_charges` that it adds no interest and no fee to a debt while a plan with it is kept
    (F47), `pays_benefits` that it is the one to ask to take money from a benefit (D64).

    `staff_sign_in` is the issuer at which its own staff sign in, `staff` the first of them
    (register/staff.toml)."""

    code: DepartmentCode
    name: str
    short: str
    connected: bool
    wire: str = ""
    address: str = ""
    token_address: str = ""
    examples: str = ""
    sends: tuple[str, ...] = ()
    asks_by_postcode: bool = False
    phone: str = ""
    website: str = ""
    budget_totals: bool = False
    takes_holds: bool = False
    takes_heads: bool = False
    silence_days: int = 0
    longest_days: int = 0
    stops_charges: bool = False
    pays_benefits: bool = False
    bank: BankDetails | None = None
    staff_sign_in: str = ""
    staff: tuple[First, ...] = ()

    @property
    def longest(self) -> timedelta | None:
        return timedelta(days=self.longest_days) if self.longest_days else None


@dataclass(frozen=True, slots=True)
class Register:
    """All departments, in the order of their names."""

    version: str
    departments: Mapping[DepartmentCode, DepartmentEntry]

    def connected(self) -> tuple[DepartmentEntry, ...]:
        return tuple(entry for entry in self.departments.values() if entry.connected)

    def not_connected(self) -> tuple[DepartmentEntry, ...]:
        return tuple(entry for entry in self.departments.values() if not entry.connected)

    def find(self, code: str) -> DepartmentEntry | None:
        return self.departments.get(DepartmentCode(code))

    def with_staff(self) -> tuple[DepartmentEntry, ...]:
        """Departments whose staff can sign in to the console."""
        return tuple(entry for entry in self.departments.values() if entry.staff_sign_in)

    def origins(self) -> frozenset[str]:
        """The only origins the service may call for debts (SEC-57)."""
        called = [
            address
            for entry in self.connected()
            for address in (entry.address, entry.token_address)
            if address
        ]
        return frozenset("/".join(address.split("/")[:3]) for address in called)


def load(folder: Path = FOLDER, environ: Mapping[str, str] | None = None) -> Register:
    """Read the register. `SVD_ADDRESS_DWP=https://…` replaces one department's address, and
    `SVD_STAFF_SIGN_IN_DWP=https://…` the issuer at which its staff sign in.

    Raises ValueError that names every entry at fault.
    """
    raw = tomllib.loads((folder / "departments.toml").read_text(encoding="utf-8"))
    faults: list[str] = []
    staff = _staff(folder / "staff.toml", environ or {}, faults)
    entries: list[DepartmentEntry] = []
    for row in raw["department"]:
        row = dict(row)
        try:
            bank = BankDetails(**row["bank"]) if "bank" in row else None
            sends = tuple(row.get("sends", ()))
            entry = DepartmentEntry(**{**row, "sends": sends, "bank": bank})
        except TypeError as fault:
            faults.append(f"{row.get('code', '?')}: {fault}")
            continue
        address = (environ or {}).get(f"SVD_ADDRESS_{entry.code.upper()}")
        sign_in, first = staff.get(entry.code, ("", ()))
        entry = replace(
            entry,
            address=(address or entry.address).rstrip("/"),
            staff_sign_in=sign_in,
            staff=first,
        )
        if entry.connected and (entry.wire not in WIRES or not entry.address):
            faults.append(f"{entry.code}: a connected department needs a known wire and an address")
        if entry.takes_heads and entry.wire != "native":
            faults.append(f"{entry.code}: only our own protocol has a place for heads")
        if bank and not (_SORT_CODE.fullmatch(bank.sort_code) and _ACCOUNT.fullmatch(bank.account)):
            faults.append(f"{entry.code}: a bank account is six and eight digits")
        entries.append(entry)
    codes = [entry.code for entry in entries]
    faults += [f"{code}: its staff are no department's" for code in staff.keys() - {*codes}]
    faults += [
        f"{code}: twice in the register" for code in {c for c in codes if codes.count(c) > 1}
    ]
    if faults:
        raise ValueError("; ".join(sorted(faults)))
    entries.sort(key=lambda entry: entry.name)
    return Register(raw["version"], MappingProxyType({entry.code: entry for entry in entries}))


def _staff(
    file: Path, environ: Mapping[str, str], faults: list[str]
) -> dict[str, tuple[str, tuple[First, ...]]]:
    """For each department the issuer at which its staff sign in, and the first of them."""
    if not file.is_file():
        return {}
    found: dict[str, tuple[str, tuple[First, ...]]] = {}
    simulator = environ.get("SVD_ADDRESS_STAFF_LOGIN", "").rstrip("/")
    for row in tomllib.loads(file.read_text(encoding="utf-8"))["organisation"]:
        code = row["department"]
        issuer = environ.get(f"SVD_STAFF_SIGN_IN_{code.upper()}") or (
            f"{simulator}/{code}" if simulator else row["issuer"]
        )
        here = issuer in (row["issuer"], f"{simulator}/{code}")
        first = tuple(
            First(one["subject"], one["email"], tuple(one.get("roles", ())))
            for one in row.get("staff", ())
            if here  # a subject says something at its own issuer only
        )
        unknown = {name for one in first for name in one.roles} - {*Role}
        faults += [f"{code}: {name} is no role of staff" for name in sorted(unknown)]
        found[code] = (issuer.rstrip("/"), first)
    return found
