"""`svd bank pay-back FILE… --out FOLDER`: the instruction by which payers get money back.

Who paid is read from the statements that are named, for the one file that is made, and is kept
nowhere else: that file and the statements stay with the operator.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from adapters.payments.camt053 import Payer, StatementFault, payers, read
from adapters.payments.pain001 import Account, Transfer, instruction
from app.bank.desk import Desk, complain, pounds, say
from app.bank.files import PART, begin, finish
from app.bank.reading import body_of
from consent.clock import london_date
from consent.errors import NotFound, WrongState
from plan.pay_back import Owed, all_noted, all_owed, note_by_hand, note_sent, owed
from plan.paying import Route

WORDS = "PAYMENT RETURNED"
"""On the payer's statement: nothing of a debt."""
WAYS = {Route.BANK: "by transfer", Route.CASH: "cash", Route.BENEFIT: "from a benefit"}
_REFERENCE = re.compile("<EndToEndId>([A-Z0-9]{34})</EndToEndId>")


def pay_back(desk: Desk, files: Sequence[Path], folder: Path) -> int:
    """1 where something cannot go back by a file, or nothing was made."""
    _left_over(desk, folder)
    try:
        who = _payers(desk, files)
    except (OSError, StatementFault) as fault:
        complain(f"Nothing was written: {fault}")
        return 1
    waits = owed(desk.store, list(who))
    accounts = {one.reference: _account(who[one.identity]) for one in waits}
    payable = [one for one in waits if accounts[one.reference] is not None]
    unknown = [one for one in waits if accounts[one.reference] is None]
    for one in unknown:
        complain(
            f"{pounds(one.pence)} cannot go back by a file: the statement has no British account"
            " of its payer. Ask the bank to send it back; then:"
            f" svd bank given-back {one.reference}"
        )
    if payable:
        try:
            _write(desk, folder, payable, accounts)
        except (WrongState, OSError) as fault:
            complain(f"Nothing was written: {fault}")
            return 1
    elif not unknown:
        say("Nothing waits to go back of these statements.")
    return 1 if unknown else 0


def show_owed(desk: Desk) -> int:
    """0 where nothing waits to go back."""
    found = all_owed(desk.store)
    for route, one in found:
        say(f"{one.reference}  {WAYS[route]:14}{pounds(one.pence):>12}")
    total = sum(one.pence for _, one in found)
    say(f"{len(found)} to go back, {pounds(total)}: svd bank pay-back, or given-back by hand")
    return 1 if found else 0


def given_back(desk: Desk, reference: str) -> int:
    try:
        note_by_hand(desk.store, desk.clock, reference=reference)
    except (NotFound, WrongState) as refused:
        complain(f"Nothing was noted: {refused}.")
        return 1
    say("Noted: it went back.")
    return 0


def _write(
    desk: Desk, folder: Path, payable: Sequence[Owed], accounts: dict[str, Account | None]
) -> None:
    """The whole file first, then our own word that it counts, then its name: whatever breaks in
    between, the next run finishes it or takes it away."""
    transfers = [
        Transfer(account, one.pence, reference=one.reference, words=WORDS)
        for one in payable
        if (account := accounts[one.reference]) is not None
    ]
    now = desk.clock.now()
    payer = Account(desk.account.name, desk.account.sort_code, desk.account.number)
    order = instruction("PB", payer, transfers, day=london_date(now), made_at=now)
    draft = begin(folder, f"{order.message_id}.pain.001.xml", order.body)
    try:
        note_sent(desk.store, desk.clock, payable)
    except WrongState:
        draft.unlink()
        raise
    say(f"{order.count} transfers, {pounds(order.pence)}: {finish(draft)}")


def _left_over(desk: Desk, folder: Path) -> None:
    """A run that broke off left its draft: it counts if we wrote so, otherwise it goes."""
    for draft in folder.glob(f"PB*{PART}"):
        if all_noted(desk.store, _REFERENCE.findall(draft.read_text())):
            say(f"Finished, from a run that broke off: {finish(draft)}")
        else:
            draft.unlink()


def _payers(desk: Desk, files: Sequence[Path]) -> dict[str, Payer | None]:
    """By the hash of each credit. Raises OSError, StatementFault."""
    return {
        entry.identity: payer
        for file in files
        for entry, payer in payers(read(body_of(file)), desk.own)
    }


def _account(payer: Payer | None) -> Account | None:
    """A British account, from an IBAN or written out; None for any other."""
    if payer is None:
        return None
    digits = re.sub("[ -]", "", payer.other)
    if payer.iban.startswith("GB") and len(payer.iban) == 22:
        digits = payer.iban[-14:]
    if not re.fullmatch("[0-9]{14}", digits):
        return None
    return Account(payer.name or "PAYER", digits[:6], digits[6:])
