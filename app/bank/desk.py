"""What the errands of `svd bank` work with, from the environment.

    DATABASE_URL_WORKER    the worker's way into the database
    SVD_BANK_NAME, SVD_BANK_SORT_CODE, SVD_BANK_ACCOUNT    the paying account
    SVD_KEYS_DIR           has token_key, which opens the references of some departments' debts

With SVD_DEMONSTRATION=1 all have defaults, while `svd run` runs from the same folder.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.payments.camt053 import OwnAccount
from app.paying_account import PayingAccount, account_faults, paying_account
from app.settings import read_place
from consent.clock import Chance, Clock, SystemClock
from consent.store import WORKER, Store, open_store

SCHEME: Final = "postgresql+psycopg://"


@dataclass(frozen=True, slots=True, repr=False)
class Desk:
    """One operator's errand: the store is the worker's."""

    store: Store
    clock: Clock
    chance: Chance
    account: PayingAccount
    keys_dir: Path
    demonstration: bool

    @property
    def own(self) -> OwnAccount:
        return OwnAccount(self.account.sort_code, self.account.number)


def open_desk(environ: Mapping[str, str] = os.environ) -> Desk | None:
    """None, and every reason on the error stream, where the environment cannot be used."""
    place = read_place(environ)
    demonstration = place.mode == "demonstration"
    account = paying_account(environ, demonstration=demonstration)
    url = environ.get("DATABASE_URL_WORKER", "")
    if not url and demonstration:
        url = _running(place.state_dir)
    faults = account_faults(account, demonstration=demonstration)
    if account is None:
        faults.append("Set SVD_BANK_NAME, SVD_BANK_SORT_CODE and SVD_BANK_ACCOUNT.")
    if not url.startswith(SCHEME):
        faults.append(
            f"Set DATABASE_URL_WORKER ({SCHEME}…), or SVD_DEMONSTRATION=1 beside svd run."
        )
    if faults or account is None:
        sys.stderr.writelines(f"{fault}\n" for fault in faults)
        return None
    return Desk(
        store=open_store(url, role=WORKER, pool_size=1),
        clock=SystemClock(),
        chance=secrets.token_bytes,
        account=account,
        keys_dir=Path(environ.get("SVD_KEYS_DIR", place.state_dir / "keys")),
        demonstration=demonstration,
    )


def _running(state: Path) -> str:
    from app.local.postgres import url_of_running

    return url_of_running(state / "postgres", WORKER) or ""


def say(*lines: str) -> None:
    """To the operator's own screen: never a payer's name or account."""
    sys.stdout.writelines(f"{line}\n" for line in lines)


def complain(*lines: str) -> None:
    sys.stderr.writelines(f"{line}\n" for line in lines)


def pounds(pence: int) -> str:
    """£1,234.56, always with pence, for columns of sums."""
    sign = "-" if pence < 0 else ""
    return f"{sign}£{abs(pence) // 100:,}.{abs(pence) % 100:02d}"
