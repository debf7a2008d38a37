"""The paying account: where people's transfers arrive and what departments are paid from.

It is the service's bank account that the settings name; we hold no money (decision 11). Without it
nobody is shown how to pay by transfer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

DEMONSTRATION: Final = ("See and Pay demonstration", "000000", "00000001")
"""No bank has this sort code."""
_NAME: Final = re.compile(r"[A-Za-z0-9 .,'&()/-]{1,40}")


@dataclass(frozen=True, slots=True)
class PayingAccount:
    """Sort code and number are digits only."""

    name: str
    sort_code: str
    number: str

    @property
    def sort_code_in_pairs(self) -> str:
        """As people write it: 00-00-00."""
        return "-".join(self.sort_code[at : at + 2] for at in (0, 2, 4))

    @property
    def demonstration(self) -> bool:
        """No bank has it: money sent there goes nowhere."""
        return self.sort_code.startswith("0000")


def paying_account(environ: Mapping[str, str], *, demonstration: bool) -> PayingAccount | None:
    """What the environment says; None where it says nothing. Look at `account_faults` first."""
    name, sort_code, number = DEMONSTRATION if demonstration else ("", "", "")
    found = PayingAccount(
        name=environ.get("SVD_BANK_NAME", name).strip(),
        sort_code=re.sub(r"[ -]", "", environ.get("SVD_BANK_SORT_CODE", sort_code)),
        number=environ.get("SVD_BANK_ACCOUNT", number).strip(),
    )
    return found if any((found.name, found.sort_code, found.number)) else None


def account_faults(found: PayingAccount | None, *, demonstration: bool) -> list[str]:
    """A sentence for each thing that is wrong."""
    if found is None:
        return []
    faults = []
    if not _NAME.fullmatch(found.name):
        faults.append("SVD_BANK_NAME must be the name of the paying account, at most 40 letters.")
    if not re.fullmatch("[0-9]{6}", found.sort_code):
        faults.append("SVD_BANK_SORT_CODE must be six digits, such as 01-02-03.")
    if not re.fullmatch("[0-9]{8}", found.number):
        faults.append("SVD_BANK_ACCOUNT must be the eight digits of the paying account.")
    if found.demonstration and not demonstration:
        faults.append("SVD_BANK_SORT_CODE must not be the demonstration's.")
    return faults
