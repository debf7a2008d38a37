"""Fines paid, as HMCTS's own system takes them in: one interface job with records (wire 7.3).

A record is one account's pence of the day; it has no sign. Where more went back to payers than came
for an account, no record can say so, and the file is not made.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC
from typing import Final

from adapters.payments.pain001 import Account
from consent.register import BankDetails
from plan.pay_out import Advice

CODE: Final = "99"
"""A bank giro credit, in Bacs Standard 18."""
ACCOUNT_KIND: Final = "0"
MOST_NAME: Final = 18


class CannotBeSaid(ValueError):
    """This day has an account for which less than nothing was paid."""


def records(advice: Advice, to: BankDetails, payer: Account) -> bytes:
    """The body of `POST /interface-jobs`. Its records add up to the remittance. Raises
    CannotBeSaid."""
    by_account: dict[str, int] = defaultdict(int)
    for line in advice.lines:
        by_account[line.handle] += line.pence
    if any(pence < 0 for pence in by_account.values()):
        raise CannotBeSaid("an account had more taken back than paid")
    found = [
        {
            "receiving_sort_code": to.sort_code,
            "receiving_bank_account_number": to.account,
            "receiving_account_type": ACCOUNT_KIND,
            "transaction_code": CODE,
            "originator_sort_code": payer.sort_code,
            "originator_bank_account_number": payer.number,
            "amount_pence": str(pence),
            "originator_name": payer.name[:MOST_NAME],
            "originator_reference": account,
            "originator_beneficiary_name": to.name[:MOST_NAME],
        }
        for account, pence in by_account.items()
        if pence
    ]
    name = advice.bank_reference
    job = {
        "file_name": f"{name}.json",
        "source": "OTHER",
        "records": json.dumps(found),
        "business_unit_id": to.business_unit,
        "interface_name": "PAYMENTS_IN",
        "created_datetime": f"{advice.remittance.made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }
    return (json.dumps({"interface_jobs": [job]}, indent=2) + "\n").encode()
