"""`svd bank plan-list DEPARTMENT --out FOLDER`: which debt each plan at its console is about."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from adapters.payments.advice import safe
from app.bank.desk import Desk, complain, say
from app.bank.files import OtherFile, write
from app.local.keys import secret
from consent import register
from consent.clock import london_date
from consent.ids import DepartmentCode
from debts.money import plain_pounds
from plan import plan_list as listing
from plan.tokens import NotAToken


def plan_list(desk: Desk, department: str, folder: Path) -> int:
    """1 where nothing was written."""
    if register.load().find(department) is None:
        complain(f"No department has the code {department}.")
        return 1
    try:
        found = listing.plan_list(
            desk.store,
            department=DepartmentCode(department),
            token_key=secret(desk.keys_dir, "token_key"),
        )
        name = f"plans-{department}-{london_date(desk.clock.now())}.csv"
        path = write(folder, name, _csv(found))
    except NotAToken as fault:
        complain(f"Nothing was written: {fault}.")
        return 1
    except (OtherFile, OSError) as fault:
        complain(str(fault))
        return 1
    say(f"Lines of plans: {len(found)}. {path}")
    return 0


def _csv(found: list[listing.Listed]) -> bytes:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(["plan", "debt", "state", "part of each payment"])
    for one in found:
        table.writerow([one.reference, safe(one.handle), one.state.value, plain_pounds(one.pence)])
    return out.getvalue().encode()
