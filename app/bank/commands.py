"""The errands of `svd bank`, and what they are told.

Exit 0: done, and the sums add up. 1: something waits for you, or was not done; each line says what.
2: it could not be begun.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID


def add_to(commands: Any) -> None:
    """The command `bank` with its errands."""
    bank = commands.add_parser("bank", help="the paying account: statements, worklist, pay-out")
    errands = bank.add_subparsers(required=True, metavar="errand")

    read = errands.add_parser("import", help="read statements of the paying account (camt.053)")
    read.add_argument("files", nargs="+", type=Path, metavar="FILE")
    read.set_defaults(act=_import)

    totals = errands.add_parser("totals", help="do the sums of the last statements add up?")
    totals.add_argument("--last", type=int, default=20, help="how many statements (20)")
    totals.set_defaults(act=_totals)

    worklist = errands.add_parser("worklist", help="what came and did not match")
    worklist.set_defaults(act=_worklist)

    match = errands.add_parser("match", help="this entry is a payment of that plan")
    match.add_argument("entry", type=UUID)
    match.add_argument("reference", nargs="?", default="", help="of the transfer, or of the plan")
    match.add_argument("--undoes", type=UUID, help="for a reversal: the entry that it took back")
    match.set_defaults(act=_match)

    for name, words, act in (
        ("send-back", "it goes back to who paid it, with the next pay-back", _send_back),
        ("hold", "it waits while you look into it", _hold),
        ("ignore", "it is nobody's payment: a sweep, interest, our own money", _ignore),
    ):
        one = errands.add_parser(name, help=words)
        one.add_argument("entry", type=UUID)
        one.set_defaults(act=act)

    record = errands.add_parser("record", help="money received elsewhere: cash, or from a benefit")
    record.add_argument("--route", choices=("cash", "benefit"), required=True)
    record.add_argument("--reference", required=True, help="such as 'PL8U V4PB JEAX T3'")
    record.add_argument("--pence", type=_pence, required=True, help="whole pence, such as 2500")
    record.add_argument("--date", type=date.fromisoformat, required=True, help="2026-11-28")
    record.add_argument(
        "--receipt-id", type=_receipt, required=True, help="whoever took it gave it"
    )
    record.set_defaults(act=_record)

    receipts = errands.add_parser("record-file", help="many such receipts, from a CSV file")
    receipts.add_argument("--route", choices=("cash", "benefit"), required=True)
    receipts.add_argument(
        "file", type=Path, metavar="FILE", help="reference,pence,date,receipt_id in its first line"
    )
    receipts.set_defaults(act=_record_file)

    out = errands.add_parser("pay-out", help="the files by which departments are paid for a day")
    out.add_argument("date", type=date.fromisoformat, help="the day of the remittances: 2026-11-28")
    out.add_argument("--out", type=Path, required=True, help="a folder, made where it is missing")
    out.set_defaults(act=_pay_out)

    plans = errands.add_parser("plan-list", help="which debt each plan of a department is about")
    plans.add_argument("department", help="its code, such as hmrc")
    plans.add_argument("--out", type=Path, required=True, help="a folder, made where it is missing")
    plans.set_defaults(act=_plan_list)

    back = errands.add_parser("pay-back", help="the file by which payers get money back")
    back.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="statements it came in on"
    )
    back.add_argument("--out", type=Path, required=True, help="a folder, made where it is missing")
    back.set_defaults(act=_pay_back)

    owed = errands.add_parser("owed", help="what waits to go back to payers")
    owed.set_defaults(act=_owed)

    given = errands.add_parser("given-back", help="somebody gave it back by hand")
    given.add_argument("reference", help="as svd bank owed shows it")
    given.set_defaults(act=_given_back)


def _pence(text: str) -> int:
    from app.bank.recording import whole_pence

    return int(_or_usage(whole_pence, text))


def _receipt(text: str) -> str:
    from app.bank.recording import receipt_number

    return str(_or_usage(receipt_number, text))


def _or_usage(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None


def _at_the_desk(errand: Callable[[Any], int]) -> int:
    from app.bank.desk import open_desk

    desk = open_desk()
    if desk is None:
        return 2
    try:
        return errand(desk)
    finally:
        desk.store.close()


def _import(given: argparse.Namespace) -> int:
    from app.bank.reading import read_in

    return _at_the_desk(lambda desk: read_in(desk, given.files))


def _totals(given: argparse.Namespace) -> int:
    from app.bank.totals import totals

    return _at_the_desk(lambda desk: totals(desk, last=given.last))


def _worklist(_: argparse.Namespace) -> int:
    from app.bank.sorting import show

    return _at_the_desk(show)


def _match(given: argparse.Namespace) -> int:
    from app.bank.sorting import match

    return _at_the_desk(lambda desk: match(desk, given.entry, given.reference, given.undoes))


def _send_back(given: argparse.Namespace) -> int:
    from app.bank.sorting import send_back

    return _at_the_desk(lambda desk: send_back(desk, given.entry))


def _hold(given: argparse.Namespace) -> int:
    from app.bank.sorting import hold

    return _at_the_desk(lambda desk: hold(desk, given.entry))


def _ignore(given: argparse.Namespace) -> int:
    from app.bank.sorting import ignore

    return _at_the_desk(lambda desk: ignore(desk, given.entry))


def _record(given: argparse.Namespace) -> int:
    from app.bank.recording import record

    return _at_the_desk(lambda desk: record(desk, given))


def _record_file(given: argparse.Namespace) -> int:
    from app.bank.recording import record_file

    return _at_the_desk(lambda desk: record_file(desk, given.file, given.route))


def _pay_out(given: argparse.Namespace) -> int:
    from app.bank.pay_out import pay_out

    return _at_the_desk(lambda desk: pay_out(desk, given.date, given.out))


def _plan_list(given: argparse.Namespace) -> int:
    from app.bank.plan_list import plan_list

    return _at_the_desk(lambda desk: plan_list(desk, given.department, given.out))


def _pay_back(given: argparse.Namespace) -> int:
    from app.bank.pay_back import pay_back

    return _at_the_desk(lambda desk: pay_back(desk, given.files, given.out))


def _owed(_: argparse.Namespace) -> int:
    from app.bank.pay_back import show_owed

    return _at_the_desk(show_owed)


def _given_back(given: argparse.Namespace) -> int:
    from app.bank.pay_back import given_back

    return _at_the_desk(lambda desk: given_back(desk, given.reference))
