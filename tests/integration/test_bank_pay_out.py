"""Money leaves the paying account: to departments with what it is for, and back to payers."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from defusedxml.ElementTree import fromstring

from adapters.payments.advice import safe
from adapters.payments.pain001 import NAMESPACE
from adapters.simulators.bank_statement import Line
from consent.clock import SetClock
from consent.people import Department
from plan.answer import Said, answer
from plan.number import number_settled
from plan.pay_back import note_sent, owed
from plan.remit import remit
from tests.bank_desk import BankDesk, a_bank_desk
from tests.builders import a_person, set_chance
from tests.database import Database
from tests.plan_builders import DAYS, PRIVATE, a_line, agreed, known_as, line_of, plan_of

DAY = date(2026, 4, 2)
AFTER_CUT_OFF = datetime(2026, 4, 2, 15, 30, tzinfo=UTC)
HERE = "{" + NAMESPACE + "}"


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Iterator[BankDesk]:
    """The key that opens sealed tokens lies there, too."""
    (tmp_path / "keys").mkdir()
    key = base64.urlsafe_b64encode(PRIVATE).decode()
    (tmp_path / "keys" / "token_key").write_text(key)
    with a_bank_desk(database, tmp_path) as opened:
        yield opened


def remitted(desk: BankDesk) -> int:
    number_settled(desk.life.worker)
    clock = SetClock(AFTER_CUT_OFF)
    return remit(desk.life.worker, clock, os.urandom, working_days=DAYS)


def pays_out(desk: BankDesk, status: int = 0) -> str:
    return desk.says("pay-out", str(DAY), "--out", str(desk.folder / "out"), status=status)


def files(desk: BankDesk) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((desk.folder / "out").iterdir())}


def instructions(desk: BankDesk) -> list[dict[str, int]]:
    """Pence by reference in each message to the bank, whose control sums were looked at."""
    found = []
    for name, body in files(desk).items():
        if name.endswith(".pain.001.xml"):
            root = fromstring(body)
            sums = {
                one.findtext(f"{HERE}EndToEndId", path): pence(one)
                for one in root.iter(f"{HERE}CdtTrfTxInf")
                for path in [one.findtext(f"{HERE}PmtId/{HERE}EndToEndId", "")]
            }
            for sum_ in root.iter(f"{HERE}CtrlSum"):
                assert Decimal(sum_.text or "") * 100 == sum(sums.values())
            for count in root.iter(f"{HERE}NbOfTxs"):
                assert int(count.text or "") == len(sums)
            found.append(sums)
    return found


def pence(transfer: Any) -> int:
    return int(Decimal(transfer.findtext(f"{HERE}Amt/{HERE}InstdAmt")) * 100)


def test_a_day_is_one_message_to_the_bank_and_an_advice_for_each_department(
    desk: BankDesk,
) -> None:
    desk.import_(Line(10_000, desk.reference))
    assert "No department is paid" in pays_out(desk)
    assert remitted(desk) == 3
    pays_out(desk)
    before = files(desk)
    kept = {
        ref.replace(" ", ""): total
        for ref, total in desk.rows("select reference, total_pence from remittance")
    }
    assert instructions(desk) == [kept]
    assert desk.rows("select distinct state from remittance") == [("sent",)]
    for name, body in before.items():
        if name.endswith(".json"):
            said = json.loads(body)
            assert sum(line["amount_pence"] for line in said["lines"]) == said["total_pence"]
            assert kept[said["bank_reference"]] == said["total_pence"]
            assert said["lines"][0]["debt_handle"] == "d_1"
        elif name.endswith(".csv"):
            lines = list(csv.reader(io.StringIO(body.decode())))
            parts = [Decimal(line[-1]) for line in lines[1:-1]]
            assert sum(parts) == Decimal(lines[-1][-1])
    assert len(before) == 7
    pays_out(desk)
    assert files(desk) == before, "the same day again is the same, byte for byte"


def test_a_remittance_that_came_later_on_the_day_goes_into_a_message_of_its_own(
    desk: BankDesk,
) -> None:
    desk.import_(Line(10_000, desk.reference))
    remitted(desk)
    url = desk.database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute(
            "create temp table late as select * from remittance where department = 'dwp'"
        )
        connection.execute("delete from remittance where department = 'dwp'")
        connection.commit()
        pays_out(desk)
        connection.execute("insert into remittance select * from late")
    pays_out(desk)
    first, second = sorted(instructions(desk), key=len)
    assert (len(first), len(second)) == (1, 2)
    assert not first.keys() & second.keys()
    assert sum(first.values()) + sum(second.values()) == 10_000


def test_nothing_is_paid_where_the_parts_are_not_the_sum(desk: BankDesk) -> None:
    desk.import_(Line(10_000, desk.reference))
    remitted(desk)
    url = desk.database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("update remittance set total_pence = total_pence + 1")
    assert "its parts are another sum" in pays_out(desk, status=1)
    assert not (desk.folder / "out").exists()
    assert desk.rows("select distinct instruction from remittance") == [("",)]


def test_outside_a_demonstration_no_department_is_paid_to_an_invented_account(
    desk: BankDesk,
) -> None:
    desk.import_(Line(10_000, desk.reference))
    remitted(desk)
    desk.more = {"SVD_MODE": "production", "SVD_BANK_NAME": "SEE AND PAY"}
    status, _, err = desk.does("pay-out", str(DAY), "--out", desk.folder / "out")
    assert (status, "Set SVD_BANK" in err or "SVD_BANK_SORT_CODE" in err) == (2, True)
    desk.more = {**desk.more, "SVD_BANK_SORT_CODE": "20-20-15", "SVD_BANK_ACCOUNT": "55555555"}
    assert "is the demonstration's" in pays_out(desk, status=1)


def test_fines_are_records_as_the_courts_take_them_and_their_plans_a_list(desk: BankDesk) -> None:
    store, clock = desk.life.store, desk.life.clock
    person = a_person(store, clock, set_chance("fines"), "winston")
    line = a_line("hmcts", 5_000, token="25000001A")
    agreed(store, clock, person, {"hmcts": 5_000}, lines=[line], seed="fines")
    answer(
        desk.life.worker,
        clock,
        os.urandom,
        actor=Department(line.department),
        share_id=line_of(store, person, "hmcts"),
        said=Said.AGREED,
        working_days=DAYS,
    )
    from plan.bank_reference import bank_reference

    desk.import_(Line(5_000, bank_reference(plan_of(store, person).reference)))
    remitted(desk)
    pays_out(desk)
    said = desk.says("plan-list", "hmcts", "--out", str(desk.folder / "plans"))
    assert said.startswith("Lines of plans: 1.")
    (list_,) = (desk.folder / "plans").iterdir()
    (row,) = csv.DictReader(io.StringIO(list_.read_text()))
    assert (row["debt"], row["part of each payment"]) == ("25000001A", "50.00")
    assert row["plan"] == known_as(store, person, "hmcts")
    (body,) = [body for name, body in files(desk).items() if name.startswith("hmcts-")]
    (job,) = json.loads(body)["interface_jobs"]
    assert job["source"] == "OTHER"
    assert job["business_unit_id"] == 5
    (record,) = json.loads(job["records"])
    assert record["originator_reference"] == "25000001A"
    assert record["amount_pence"] == "5000"
    assert record["receiving_sort_code"] == "000004"
    wanted = {
        *("receiving_sort_code", "receiving_bank_account_number", "receiving_account_type"),
        *("transaction_code", "originator_sort_code", "originator_bank_account_number"),
        *("amount_pence", "originator_name", "originator_reference"),
        "originator_beneficiary_name",
    }
    assert set(record) == wanted


def test_what_is_over_or_nobodys_goes_back_once_to_the_account_it_came_from(
    desk: BankDesk,
) -> None:
    out = desk.folder / "out"
    file = desk.file(
        Line(50_000, desk.reference, account=("202015", "55555555"), payer="Zoë & Co"),
        Line(700, "nobody"),
        Line(800, "nobody", gone=True),
    )
    desk.says("import", file)
    for (entry,) in desk.rows("select entry_id from bank_entry where state = 'unmatched'"):
        desk.says("send-back", str(entry))
    assert "3 to go back, £315.00" in desk.says("owed", status=1)
    said = desk.says("pay-back", file, "--out", out, status=1)
    assert "£8.00 cannot go back by a file" in said
    assert "2 transfers, £307.00" in said
    (sums,) = instructions(desk)
    assert sorted(sums.values()) == [700, 30_000]
    (body,) = files(desk).values()
    assert b"55555555" in body
    assert b"<Nm>Zo &amp; Co</Nm>" not in body, "letters that no bank takes become spaces"
    said = desk.says("pay-back", file, "--out", out, status=1)
    assert len(instructions(desk)) == 1, "nothing goes back twice"
    reference = said.split("given-back ")[1].split()[0]
    desk.says("given-back", reference)
    assert "0 to go back" in desk.says("owed")
    assert "is sent or taken back already" in desk.says("given-back", reference, status=1)
    refund = next(one for one, pence in sums.items() if pence == 30_000)
    desk.import_(Line(-30_000, end_to_end=refund), opening=100_000)
    assert desk.rows("select state from refund") == [("done",)]


def test_a_pay_back_that_broke_off_is_finished_or_taken_away(desk: BankDesk) -> None:
    out = desk.folder / "out"
    file = desk.file(Line(700, "nobody"))
    desk.says("import", file)
    ((entry, identity),) = desk.rows("select entry_id, identity from bank_entry")
    desk.says("send-back", str(entry))
    desk.says("pay-back", file, "--out", out)
    (whole,) = out.iterdir()
    draft = whole.rename(f"{whole}.part")
    assert "from a run that broke off" in desk.says("pay-back", file, "--out", out)
    assert [path.name for path in out.iterdir()] == [whole.name]
    whole.rename(draft)
    url = desk.database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("update bank_entry set state = 'to_send_back'")
    (one,) = owed(desk.life.worker, [identity])
    desk.says("pay-back", file, "--out", out)
    (again,) = out.iterdir()
    assert one.reference in again.read_text()
    with pytest.raises(Exception, match="sent or taken back"):
        note_sent(desk.life.worker, desk.life.clock, [one])


def test_cash_counts_once_for_each_receipt(desk: BankDesk) -> None:
    today = datetime.now(UTC).date()
    facts = ["record", "--route", "cash", "--pence", "2500", "--date", str(today)]
    once = [*facts, "--reference", desk.reference, "--receipt-id", "PO-1/7"]
    assert desk.says(*once) == "Recorded.\n"
    assert "recorded before" in desk.says(*once)
    other = [*facts, "--reference", desk.reference, "--receipt-id", "PO-1/8"]
    other[other.index("2500")] = "7500"
    assert desk.says(*other) == "Recorded.\n"
    other[other.index("7500")] = "7501"
    assert "with another plan, sum or day" in desk.says(*other, status=1)
    wrong = [*facts, "--reference", desk.reference[:-1] + "?", "--receipt-id", "PO-2"]
    assert "not a reference" in desk.says(*wrong, status=1)
    late = [word if word != str(today) else str(today + timedelta(days=1)) for word in once]
    assert "in the future" in desk.says(*late, status=1)
    paid = desk.rows("select route, sum(amount_pence), count(*) from payment group by route")
    assert paid == [("cash", 10_000, 2)]
    assert desk.rows("select sum(paid_pence) from instalment") == [(10_000,)]


def test_a_days_receipts_are_read_from_a_file_each_line_by_itself(desk: BankDesk) -> None:
    today, file = datetime.now(UTC).date(), desk.folder / "counter.csv"
    words = ("record-file", "--route", "cash", file)
    head = "reference,pence,date,receipt_id"
    good = [f"{desk.reference},{pence},{today},PO-{pence}" for pence in (1000, 2000)]
    bad = [
        f"{desk.reference[:-1]}?,500,{today},PO-500",
        f"{desk.reference},5.00,{today},PO-5",
        f"{desk.reference},700,28/11/2026,PO-7",
        f"{desk.reference},900",
        f"{desk.reference},900,{today},PO-900,more",
    ]
    file.write_text("\n".join([head, good[0], *bad, good[1]]) + "\n")
    said = desk.says(*words, status=1)
    for line, why in enumerate(("not a reference", "whole number", "2026-11-28", "4 columns"), 3):
        assert re.search(f"line {line}: not recorded: .*{why}", said)
    assert "7 receipts, 2 recorded, 0 recorded before, 5 not recorded." in said
    file.write_text("\n".join([head, *good]))
    assert "2 receipts, 0 recorded, 2 recorded before, 0 not recorded." in desk.says(*words)
    paid = desk.rows("select route, sum(amount_pence), count(*) from payment group by route")
    assert paid == [("cash", 3000, 2)]
    for body in (b"pence,reference\n1,2\n", b"\xff\xfe\x00", b""):
        file.write_bytes(body)
        assert "nothing was recorded" in desk.says(*words, status=1)


def test_no_name_account_or_message_of_a_payer_stays_anywhere(desk: BankDesk) -> None:
    """Whatever becomes of an entry: in no row of any table, and in nothing that was said."""
    line = partial(Line, payer="Mx Zanzibar Quill", account=("917364", "82736455"))
    said = []
    lines = [
        line(10_000, f"Zanzibar rent {desk.reference}"),
        line(700, "Zanzibar Quill for Aunt Xanthe"),
        line(800, "Zanzibar Quill", end_to_end="ZANZIBAR-8"),
    ]
    file = desk.file(*lines)
    bad = desk.file(*lines, closing=1)
    said += [desk.says("import", file), desk.says("import", bad, status=1)]
    said.append(desk.says("worklist", status=1))
    ((entry,),) = desk.rows("select entry_id from bank_entry where pence = 800")
    said += [
        desk.says("send-back", str(entry)),
        desk.says("pay-back", file, "--out", desk.folder / "out"),
    ]
    said += [desk.says("totals"), desk.says("owed")]
    tables = [
        name for (name,) in desk.rows("select tablename from pg_tables where schemaname = 'public'")
    ]
    for table in tables:
        said += [str(row) for (row,) in desk.rows(f"select t::text from {table} t")]
    assert any("10000" in line for line in said)
    for mark in ("zanzibar", "quill", "xanthe", "917364", "82736455"):
        assert not [line for line in said if mark in line.lower()], mark
    (made,) = (desk.folder / "out").iterdir()
    assert "82736455" in made.read_text(), "the bank has to know to whom"
    assert made.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\ta", "\ra"])
def test_no_text_of_an_advice_is_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"
    assert safe(f"d{text}") == f"d{text}"
