"""`svd bank pay-out DATE --out FOLDER`: the bank's instruction, and what departments are told.

The same day again makes the same files and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from adapters.payments.advice import as_csv, as_json
from adapters.payments.hmcts_records import CannotBeSaid, records
from adapters.payments.pain001 import Account, Instruction, Transfer, instruction
from app.bank.desk import Desk, complain, pounds, say
from app.bank.files import OtherFile, write
from app.local.keys import secret
from consent import register
from consent.ids import DepartmentCode
from consent.register import BankDetails, DepartmentEntry
from plan import pay_out as paying_out
from plan.pay_out import Advice, DoesNotAddUp
from plan.tokens import NotAToken

Entries = Mapping[DepartmentCode, DepartmentEntry]


class NotPayable(Exception):
    """A department that is paid on this day has no account to be paid to."""


def pay_out(desk: Desk, day: date, folder: Path) -> int:
    """1 where nothing was made, or something cannot be said."""
    entries = register.load().departments

    def made(found: Sequence[Advice]) -> Instruction:
        return _instruction(desk, day, found, entries)

    try:
        key = secret(desk.keys_dir, "token_key")
        messages = paying_out.pay_out(
            desk.store, day=day, token_key=key, name=lambda found: made(found).message_id
        )
        if not messages:
            say(f"No department is paid on {day}.")
        status = 0
        for message_id, found in messages.items():
            order = made(found)
            if order.message_id != message_id:
                complain(
                    f"The bank was told of this day as {message_id}. The register or the paying"
                    " account is another since: nothing was written."
                )
                return 1
            status = max(status, _write(desk, folder, order, found, entries))
        return status
    except (DoesNotAddUp, NotAToken, NotPayable) as fault:
        complain(f"Nothing was written: {fault}.")
    except (OtherFile, OSError) as fault:
        complain(str(fault))
    return 1


def _instruction(desk: Desk, day: date, found: Sequence[Advice], entries: Entries) -> Instruction:
    transfers = [
        Transfer(
            _account(_bank(desk, one, entries)),
            one.remittance.total_pence,
            reference=one.bank_reference,
            words=one.bank_reference,
        )
        for one in found
    ]
    made_at = max(one.remittance.made_at for one in found)
    return instruction("PO", _payer(desk), transfers, day=day, made_at=made_at)


def _write(
    desk: Desk, folder: Path, order: Instruction, found: Sequence[Advice], entries: Entries
) -> int:
    status = 0
    for one in found:
        entry = entries[one.remittance.department]
        name = f"advice-{entry.code}-{one.bank_reference}"
        write(folder, f"{name}.json", as_json(one))
        write(folder, f"{name}.csv", as_csv(one))
        if entry.wire == "hmcts_opal":
            status = max(status, _fines(folder, one, _bank(desk, one, entries), _payer(desk)))
        say(
            f"{entry.code:12}{one.remittance.reference}{len(one.lines):7}"
            f"{pounds(one.remittance.total_pence):>16}"
        )
    path = write(folder, f"{order.message_id}.pain.001.xml", order.body)
    say(f"{order.count} transfers, {pounds(order.pence)}: {path}")
    return status


def _fines(folder: Path, advice: Advice, to: BankDetails, payer: Account) -> int:
    try:
        body = records(advice, to, payer)
    except CannotBeSaid as fault:
        complain(f"hmcts: no records were written: {fault}. Send the advice, and say so.")
        return 1
    write(folder, f"hmcts-{advice.bank_reference}.json", body)
    return 0


def _bank(desk: Desk, one: Advice, entries: Entries) -> BankDetails:
    """Raises NotPayable."""
    code = one.remittance.department
    bank = entries[code].bank if code in entries else None
    if bank is None:
        raise NotPayable(f"the register has no bank account of {code}")
    if bank.demonstration and not desk.demonstration:
        raise NotPayable(f"the bank account of {code} in the register is the demonstration's")
    return bank


def _payer(desk: Desk) -> Account:
    return Account(desk.account.name, desk.account.sort_code, desk.account.number)


def _account(bank: BankDetails) -> Account:
    return Account(bank.name, bank.sort_code, bank.account)
