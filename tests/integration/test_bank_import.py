"""Transfers come in: each entry of a statement once, to the plan that was meant or to nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters.simulators.bank_statement import Line
from consent.clock import SetClock
from consent.store import HELPDESK, open_store
from plan.died import note_death
from plan.pause import go_on_now
from plan.paying import RefundReason
from plan.progress import everything_kept
from plan.retention import drop_statements
from tests.bank_desk import BankDesk, a_bank_desk
from tests.builders import a_person, set_chance
from tests.database import Database
from tests.until import until


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Iterator[BankDesk]:
    with a_bank_desk(database, tmp_path) as opened:
        yield opened


def entries(desk: BankDesk) -> list[tuple[Any, ...]]:
    return desk.rows("select kind, state, pence, said from bank_entry order by pence, kind")


def paid(desk: BankDesk) -> int:
    """Pence that count for the plan, by its instalments; its allocations say the same."""
    ((days,),) = desk.rows("select sum(paid_pence) from instalment")
    ((parts,),) = desk.rows("select coalesce(sum(pence), 0) from allocation")
    assert days == parts
    return int(days)


def first_id(said: str) -> str:
    found = re.search(r"[0-9a-f-]{36}", said)
    assert found is not None, said
    return found[0]


def test_a_transfer_with_its_reference_is_a_payment_once_however_often_it_is_read(
    desk: BankDesk,
) -> None:
    file = desk.file(Line(10_000, f"rent {desk.reference.lower()}", payer="Mx Canary"))
    said = desk.says("import", file)
    assert "1 entries, 1 new, 1 of these matched" in said
    assert paid(desk) == 10_000
    assert "1 entries, 0 new" in desk.says("import", file, file)
    copy = Line(10_000, f"rent {desk.reference.lower()}", payer="Mx Canary")
    assert "0 new" in desk.import_(copy, statement_id="S1")
    assert paid(desk) == 10_000
    assert entries(desk) == [("credit", "matched", 10_000, "")]
    assert desk.rows("select route, value_date from payment") == [("bank", date(2026, 3, 2))]


def test_what_nearly_matches_waits_for_somebody_who_is_told_what_may_be_meant(
    desk: BankDesk,
) -> None:
    typo = desk.reference.replace(" ", "")
    other = "7" if typo[5] != "7" else "8"
    typo = typo[:5] + other + typo[6:]
    desk.import_(Line(10_000, typo, servicer_ref="B-77"), Line(700, "from Aunt Mary"))
    assert paid(desk) == 0
    assert entries(desk) == [
        ("credit", "unmatched", 700, ""),
        ("credit", "unmatched", 10_000, typo),
    ]
    said = desk.says("worklist", status=1)
    assert f"perhaps meant: {desk.reference}" in said
    assert "the bank's number: B-77" in said
    assert "Aunt" not in said
    ((entry,),) = desk.rows("select entry_id from bank_entry where pence = 10000")
    wrong = desk.reference[:-1] + ("3" if desk.reference[-1] != "3" else "4")
    assert "no plan has this reference" in desk.says("match", str(entry), wrong, status=1)
    desk.says("match", str(entry), desk.reference)
    assert "sorted out already" in desk.says("match", str(entry), desk.reference, status=1)
    assert paid(desk) == 10_000
    assert entries(desk)[1] == ("credit", "matched", 10_000, "")


def test_what_the_bank_takes_back_is_undone_to_the_penny(desk: BankDesk) -> None:
    """Paid twice as much as was due and more: a day is paid, one lies ahead, the rest waits to go
    back. All of it is taken back, and nothing of it is left anywhere."""
    desk.import_(Line(50_000, desk.reference, servicer_ref="B-1"))
    assert paid(desk) == 20_000
    back = Line(-50_000, desk.reference, servicer_ref="B-1", reversal=True)
    file = desk.file(back, opening=50_000)
    desk.says("import", file)
    desk.says("import", file)
    assert paid(desk) == 0
    assert desk.rows("select sum(pence), min(pence) < 0 from allocation") == [(0, True)]
    assert sorted(desk.rows("select reason, state, pence from refund")) == [
        (RefundReason.CHARGED_BACK, "done", 20_000),
        (RefundReason.OVER, "done", 30_000),
    ]
    assert {state for _, state, *_ in entries(desk)} == {"matched"}


def test_a_credit_and_its_reversal_in_one_file_come_to_nothing_in_any_order(
    desk: BankDesk,
) -> None:
    desk.import_(
        Line(-10_000, "x", servicer_ref="B-9", reversal=True),
        Line(10_000, desk.reference, servicer_ref="B-9"),
        Line(-300, "y", servicer_ref="B-8", reversal=True),
        Line(300, "nobody", servicer_ref="B-8"),
        opening=1,
    )
    assert paid(desk) == 0
    assert [state for _, state, *_ in entries(desk)] == ["taken_back"] * 2 + ["matched"] * 2
    assert "Nothing to sort out" in desk.says("worklist")


def test_a_reversal_of_which_nobody_knows_waits_and_an_operator_says_what_it_undid(
    desk: BankDesk,
) -> None:
    desk.import_(Line(10_000, desk.reference))
    desk.import_(Line(-10_000, "no number", reversal=True), opening=10_000, status=0)
    said = desk.says("worklist", status=1)
    assert "taken back by the bank" in said
    ((credit,),) = desk.rows("select entry_id from bank_entry where kind = 'credit'")
    desk.says("match", first_id(said), "--undoes", str(credit))
    assert paid(desk) == 0


def test_the_same_money_on_another_statement_is_not_paid_by_itself(desk: BankDesk) -> None:
    desk.import_(Line(10_000, desk.reference, servicer_ref="B-5"))
    said = desk.import_(Line(10_000, desk.reference, servicer_ref="B-5"), Line(1, ""), status=0)
    assert "in the worklist" in said
    copy = desk.import_(Line(10_000, desk.reference, servicer_ref="B-5"), status=1)
    assert "another statement of this day has the same sums" in copy
    assert paid(desk) == 10_000


def test_a_corrected_statement_with_the_same_number_is_refused(desk: BankDesk) -> None:
    desk.import_(Line(10_000, desk.reference))
    said = desk.import_(Line(10_001, desk.reference), statement_id="S1", status=1)
    assert "read before, with other sums" in said
    assert paid(desk) == 10_000


def test_a_file_at_fault_loses_nothing_and_does_not_keep_others_out(desk: BankDesk) -> None:
    good = desk.file(Line(10_000, desk.reference))
    bad = desk.file(Line(10_000, desk.reference), Line(1))
    bad.write_bytes(bad.read_bytes()[:-40])
    status, out, err = desk.does("import", bad, good, desk.folder / "nowhere.xml")
    assert status == 1
    assert "line 10: This is not well-formed XML. Ask the bank" in err
    assert "nowhere.xml: No such file" in err
    assert "1 entries, 1 new" in out
    assert desk.rows("select count(*) from bank_statement") == [(1,)]


def test_each_decision_is_made_once_and_the_sums_say_where_each_penny_is(
    desk: BankDesk,
) -> None:
    lines = [Line(pence, "nobody") for pence in (100, 200, 300, 400)]
    desk.import_(*lines, Line(10_000, desk.reference), Line(-50, "fee"), Line(7, came_back=True))
    ids = [row[0] for row in desk.rows("select entry_id from bank_entry order by pence")]
    for errand, entry in zip(("ignore", "send-back", "hold", "ignore"), ids[:4], strict=True):
        desk.says(errand, str(entry))
    assert "sorted out already" in desk.says("send-back", str(ids[0]), status=1)
    said = " ".join(desk.says("totals").split())
    assert "in £110.07, taken back £0.00, out £0.50: £109.57" in said
    for words in ("matched 1 £100.00", "to send back 1 £1.00", "held 1 £2.00"):
        assert words in said
    assert "nobody's payment 1 £3.00" in said
    assert "in the worklist 1 £4.00" in said
    assert "nobody's payment (our own, came back) 1 £0.07" in said


def test_a_plan_that_is_over_takes_nothing_by_itself(desk: BankDesk) -> None:
    url = desk.database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute(
            "update plan set state = 'finished', ended_at = now(), ended_reason = 'paid_in_full'"
        )
    desk.import_(Line(10_000, desk.reference))
    assert entries(desk)[0][1] == "unmatched"
    said = desk.says("worklist", status=1)
    assert "perhaps" not in said
    assert "takes no payment" in desk.says("match", first_id(said), desk.reference, status=1)


HELD = """
create function held() returns trigger security definer language plpgsql as $$ begin
  if (select count(*) from bank_entry where state = 'matched') >= 10 then
    perform pg_advisory_xact_lock(7);
  end if;
  return new;
end $$;
create trigger held before insert or update on bank_entry for each row execute function held();
"""
WAITS = "select pid from pg_locks where locktype = 'advisory' and not granted"


@contextmanager
def held_half_way(desk: BankDesk) -> Iterator[psycopg.Connection[Any]]:
    """Whoever imports gets as far as ten entries. At the end what still waits there is ended."""
    url = desk.database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as holder:
        holder.execute(HELD)
        holder.execute("select pg_advisory_lock(7)")
        yield holder
        holder.execute("select pg_terminate_backend(pid, 60000) from (" + WAITS + ") waiting")
        holder.execute("drop function held() cascade")


def test_two_who_import_the_same_file_and_are_killed_count_each_entry_once(
    desk: BankDesk,
) -> None:
    """Whoever is killed leaves the rest to the next."""
    many = 60
    file = desk.file(*(Line(100, desk.reference, servicer_ref=f"B-{at}") for at in range(many)))
    with held_half_way(desk) as holder:
        first = [desk.begin("import", file) for _ in range(2)]
        until(lambda: holder.execute(WAITS).fetchall(), "one that is half-way")
        for one in first:
            one.kill()
            one.communicate(timeout=60)
    ((done,),) = desk.rows("select count(*) from bank_entry where state = 'matched'")
    assert 0 < done < many, "killed half-way"
    assert "NOT WHOLE" in desk.says("totals", status=1)
    desk.says("import", file)
    assert "NOT WHOLE" not in desk.says("totals")
    assert desk.rows("select count(*), sum(pence) from bank_entry where state = 'matched'") == [
        (many, 100 * many)
    ]
    assert desk.rows("select count(*), sum(amount_pence) from payment") == [(many, 100 * many)]
    assert paid(desk) == 100 * many


def test_what_is_sorted_out_goes_six_years_later_and_what_waits_stays(desk: BankDesk) -> None:
    desk.import_(Line(10_000, desk.reference))
    desk.import_(Line(100, "nobody"))
    now = datetime.now(UTC)
    assert drop_statements(desk.life.worker, SetClock(now + timedelta(days=6 * 365))) == 0
    assert drop_statements(desk.life.worker, SetClock(now + timedelta(days=6 * 365 + 3))) == 1
    assert desk.rows("select count(*) from bank_statement") == [(1,)]
    assert entries(desk) == [("credit", "unmatched", 100, "")]


def test_a_person_is_shown_what_the_bank_said_of_their_payments_and_of_no_others(
    desk: BankDesk,
) -> None:
    desk.import_(Line(10_000, desk.reference, servicer_ref="B-1"), Line(500, "nobody"))
    kept = {one.name: one for one in everything_kept(desk.life.store, actor=desk.life.person)}
    (row,) = kept["bank_entry"].rows
    said = dict(zip(kept["bank_entry"].columns, row, strict=True))
    assert (said["pence"], said["servicer_ref"], said["said"]) == (10_000, "B-1", "")
    other = a_person(desk.life.store, desk.life.clock, set_chance("other"), "other")
    theirs = {one.name: one.rows for one in everything_kept(desk.life.store, actor=other)}
    assert theirs["bank_entry"] == ()


def test_plan_12_what_comes_after_a_death_waits_and_goes_back_or_counts_when_it_was_a_mistake(
    desk: BankDesk, database: Database
) -> None:
    """The bank of somebody who has died often goes on paying a standing order."""
    life = desk.life
    helpline = open_store(database.helpdesk_url, role=HELPDESK, pool_size=1)
    reference = life.plan.reference
    note_death(helpline, life.clock, life.chance, reference=reference)
    helpline.close()
    assert "0 of these matched" in desk.import_(Line(10_000, desk.reference))
    life.rounds()
    assert "0 of these matched" in desk.import_(Line(10_001, desk.reference))
    assert paid(desk) == 0
    said = desk.says("worklist", status=1)
    assert said.count("the owner of this plan has died: send it back, or hold it") == 2
    assert "perhaps meant" not in said
    entry = first_id(said)
    refused = desk.does("match", entry, desk.reference)
    assert refused[0] == 1
    assert "its owner has died" in refused[2]
    assert "goes back" in desk.says("send-back", entry)
    cash = ("--pence", "500", "--date", "2026-03-02", "--receipt-id", "R1")
    refused = desk.does("record", "--route", "cash", "--reference", desk.reference, *cash)
    assert refused[0] == 1
    assert "its owner has died" in refused[2]
    assert paid(desk) == 0
    go_on_now(life.store, life.clock, life.chance, actor=life.person, plan_id=life.plan.plan_id)
    said = desk.says("worklist", status=1)
    assert "has died" not in said
    desk.says("match", first_id(said), desk.reference)
    assert paid(desk) >= 10_000
