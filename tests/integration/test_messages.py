"""Messages of a plan's life (M01 to M05, M07, M08, M10): once each, kindly timed, safe to get."""

from __future__ import annotations

import io
import re
import subprocess
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from app.http import logs
from app.local.pgbin import find_programs
from app.messages import Messaging
from consent.clock import LONDON, london_date
from consent.store import open_store
from consent.store.grants import live_of
from consent.withdraw import withdraw
from plan import check_code
from plan.inform import set_up
from plan.records import plan
from plan.store.messages import LEASE
from tests.builders import given, set_chance
from tests.database import Database
from tests.message_desk import CODE_KEY, Crashed, CrashesAfterSending, Desk
from tests.plan_life import DAY, Life
from tests.portal import House

ADDRESS = "tamsin.testwell@example.com"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def life(database: Database) -> Iterator[Life]:
    store = open_store(database.portal_url)
    worker = open_store(database.worker_url, role="svd_worker")
    yield Life(store, worker)
    store.close()
    worker.close()


@pytest.fixture
def desk(life: Life, house: House) -> Iterator[Desk]:
    opened = Desk(life, house)
    opened.reachable(life.person, "email", ADDRESS)
    yield opened
    opened.close()


def to_days_before_due(life: Life, days: int) -> None:
    due = life.plan.next_due
    assert due is not None
    life.pass_days((due - london_date(life.clock.now())).days - days)


def to_hour(life: Life, hour: int) -> None:
    """The next time that clocks in London show this hour."""
    local = life.clock.now().astimezone(LONDON)
    until = local.replace(hour=hour, minute=0) + (DAY if local.hour >= hour else DAY * 0)
    life.clock.move(until - local)


def test_what_was_agreed_and_answered_is_told_once(desk: Desk) -> None:
    assert desk.make() == 2
    assert desk.kinds() == ["M02", "M08"], "three answers are one message"
    assert desk.make() == 0
    assert desk.send() == 2
    taken = desk.taken()
    assert {one["email_address"] for one in taken} == {ADDRESS}
    agreed = next(one for one in taken if one["subject"] == "Your agreement is saved")
    assert agreed["body"].startswith(
        "What you agreed on 2 March is saved. Sign in to see the dates."
    )
    desk.round()
    assert len(desk.taken()) == 2
    assert {row.status for row in desk.rows()} == {"sent"}
    desk.life.clock.move(MINUTE)
    desk.round()
    assert {row.status for row in desk.rows()} == {"delivered"}


def test_what_another_clock_dates_ahead_of_ours_is_told_once_and_counted_once(life: Life) -> None:
    """Two machines' clocks differ by a little: the worker must come to an end all the same."""
    life.clock.move(-MINUTE)
    counts = [set_up(life.worker, life.clock, life.chance) for _ in range(3)]
    assert counts == [2, 0, 0]


def test_the_check_code_on_a_message_is_one_of_ours(desk: Desk) -> None:
    desk.round()
    for row, one in zip(sorted(desk.rows(), key=lambda r: r.kind), _by_kind(desk), strict=True):
        found = re.search(r"Check code (\w{4} \w{4})\.$", one["body"])
        assert found is not None
        sent = check_code.read(CODE_KEY, found[1], today=london_date(desk.life.clock.now()))
        assert sent is not None
        assert sent.kind == row.kind


def _by_kind(desk: Desk) -> list[dict[str, str]]:
    return sorted(desk.taken(), key=lambda one: one["subject"] != "Your agreement is saved")


def test_a_payment_ahead_is_told_five_days_before(desk: Desk) -> None:
    to_days_before_due(desk.life, 6)
    desk.make()
    assert desk.rows("M03") == []
    desk.life.pass_days(1)
    desk.round()
    (reminder,) = desk.rows("M03")
    assert reminder.day == desk.life.plan.next_due
    assert desk.taken()[-1]["body"].startswith(f"Reminder for {reminder.day.day} ")
    desk.life.pass_days(1)
    desk.round()
    assert len(desk.rows("M03")) == 1


def test_a_payment_that_came_is_thanked_for_and_no_reminder_follows(desk: Desk) -> None:
    life = desk.life
    life.until_due()
    life.pays(10000)
    desk.round()
    (thanks,) = desk.rows("M04")
    assert thanks.status == "sent"
    life.pass_days(2)
    desk.round()
    assert desk.rows("M05") == []


def test_what_did_not_come_is_asked_about_from_the_second_day_on(desk: Desk) -> None:
    life = desk.life
    life.until_due()
    life.pass_days(1)
    assert (desk.make(), desk.rows("M05")) == (0, [])
    life.pass_days(1)
    desk.round()
    assert len(desk.rows("M05")) == 1
    life.pass_days(1)
    desk.round()
    assert len(desk.rows("M05")) == 1


def test_a_payment_between_making_and_sending_stops_the_question(desk: Desk) -> None:
    life = desk.life
    life.until_due()
    life.pass_days(2)
    desk.make()
    life.pays(10000)
    desk.send()
    (asked,) = desk.rows("M05")
    assert asked.status == "not_sent"
    assert desk.not_sent["no_longer_true"] == 1


def test_nobody_is_reminded_during_a_break(desk: Desk) -> None:
    to_days_before_due(desk.life, 10)
    desk.round()
    desk.life.pauses(1)
    for _ in range(14):
        desk.life.pass_days(1)
        desk.round()
    assert not desk.rows("M03")
    assert not desk.rows("M05")


def test_a_break_after_the_reminder_was_made_stops_it(desk: Desk) -> None:
    to_days_before_due(desk.life, 4)
    desk.make()
    desk.life.pauses(1)
    desk.send()
    assert [row.status for row in desk.rows("M03")] == ["not_sent"]


def test_permissions_are_told_of_together_and_the_plans_own_not_at_all(desk: Desk) -> None:
    life = desk.life
    desk.make()
    assert desk.rows("M01") == [], "M02 says so already"
    life.clock.move(MINUTE)
    with life.store.transaction(life.person) as tx:
        held = live_of(tx, life.person.subject, life.clock.now())
    for grant in held[:2]:
        withdraw(life.store, life.clock, life.chance, actor=life.person, grant_id=grant.grant_id)
    desk.round()
    assert len(desk.rows("M01")) == 1
    assert desk.make() == 0
    life.clock.move(MINUTE)
    grant = held[2]
    withdraw(life.store, life.clock, life.chance, actor=life.person, grant_id=grant.grant_id)
    desk.make()
    assert len(desk.rows("M01")) == 2


def test_a_permission_that_ends_in_thirty_days_is_announced_once(desk: Desk) -> None:
    life = desk.life
    receipt = given(life.store, life.clock, set_chance("view"), life.person, ("dwp", "council"))
    ends = receipt.grants[0].expires_at
    life.clock.move(ends - life.clock.now() - timedelta(days=31))
    desk.make()
    assert desk.rows("M07") == []
    life.clock.move(DAY)
    desk.make()
    (one,) = desk.rows("M07")
    assert one.day == london_date(ends), "one message for both"
    life.clock.move(DAY)
    desk.make()
    assert len(desk.rows("M07")) == 1


def test_plan_06_when_a_year_is_full_a_person_is_asked_once_if_all_is_still_right(
    desk: Desk,
) -> None:
    """In the month of the anniversary, while the plan runs; again a year later."""
    life = desk.life
    life.until_due()
    anniversary = life.plan.review_month

    def at(day: date) -> list[date]:
        life.clock.move(timedelta(days=(day - london_date(life.clock.now())).days))
        desk.make()
        return sorted(one.day for one in desk.rows("M10"))

    assert at(anniversary - DAY) == []
    assert at(anniversary + 3 * DAY) == [anniversary]
    assert at(anniversary + 20 * DAY) == [anniversary]
    assert at(anniversary + 40 * DAY) == [anniversary]
    after = anniversary.replace(year=anniversary.year + 1)
    assert at(after) == [anniversary, after]


def test_d50_a_look_that_comes_sooner_does_not_say_that_a_year_has_passed(desk: Desk) -> None:
    life = desk.life
    month = (london_date(life.clock.now()) + 92 * DAY).replace(day=1)
    with life.store.transaction(life.person) as tx:
        tx.connection.execute(update(plan).values(review_month=month))
    life.clock.move(month - london_date(life.clock.now()))
    assert life.plan.due_for_review(month)
    desk.make()
    assert desk.rows("M10") == []


@pytest.mark.parametrize("channel", ["none", "letter"])
def test_who_cannot_be_written_to_safely_finds_it_on_the_page_only(
    desk: Desk, channel: str
) -> None:
    desk.reachable(desk.life.person, channel, "1 Any Street" if channel == "letter" else "")
    desk.round()
    assert desk.taken() == []
    assert {row.status for row in desk.rows()} == {"not_sent"}


def test_who_says_no_between_making_and_sending_is_not_written_to(desk: Desk) -> None:
    desk.make()
    desk.reachable(desk.life.person, "none")
    desk.send()
    assert desk.taken() == []
    assert desk.not_sent == {"no_safe_contact": 2}


def test_a_changed_address_is_the_one_that_counts(desk: Desk) -> None:
    desk.make()
    desk.reachable(desk.life.person, "text", "07700 900123")
    desk.send()
    assert {one["phone_number"] for one in desk.taken()} == {"07700 900123"}
    assert {row.channel for row in desk.rows()} == {"text"}


def test_what_happens_while_a_message_waits_needs_no_second_one(desk: Desk) -> None:
    """Its words do not say what happened: what came before it went is told with it."""
    life = desk.life
    to_hour(life, 21)
    with life.store.transaction(life.person) as tx:
        held = live_of(tx, life.person.subject, life.clock.now())
    for grant in held:
        withdraw(life.store, life.clock, life.chance, actor=life.person, grant_id=grant.grant_id)
        life.clock.move(MINUTE)
        desk.round()
    assert [row.status for row in desk.rows("M01")] == ["waiting"]
    to_hour(life, 9)
    desk.round()
    assert desk.make() == 0
    assert [row.status for row in desk.rows("M01")] == ["sent"]


def test_in_welsh_for_who_asked_for_welsh(desk: Desk) -> None:
    desk.reachable(desk.life.person, "email", ADDRESS, language="cy")
    desk.round()
    bodies = " ".join(one["body"] for one in desk.taken())
    assert "ar 2 Mawrth" in bodies
    assert "Mewngofnodwch" in bodies


def test_nothing_goes_at_night_and_no_question_on_a_sunday(desk: Desk) -> None:
    life = desk.life
    to_hour(life, 20)
    desk.make()
    assert desk.send() == 0
    to_hour(life, 7)
    assert desk.send() == 0
    to_hour(life, 8)
    assert desk.send() == 2
    life.until_due()
    life.pass_days(2)
    while life.clock.now().astimezone(LONDON).weekday() != 6:
        life.clock.move(DAY)
    desk.make()
    desk.send()
    assert [row.status for row in desk.rows("M05")] == ["waiting"]
    life.clock.move(DAY)
    desk.send()
    assert [row.status for row in desk.rows("M05")] == ["sent"]


def test_two_workers_send_each_message_once(desk: Desk) -> None:
    desk.make()
    desk.wish(fault="slow:0.2")
    threads = [threading.Thread(target=desk.send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    references = [one["reference"] for one in desk.taken()]
    assert len(references) == len(set(references)) == 2


def test_a_crash_between_sending_and_writing_down_sends_nothing_twice(desk: Desk) -> None:
    desk.make()
    for _ in range(2):
        with pytest.raises(Crashed):
            desk.send(CrashesAfterSending(desk.notify))
    assert len(desk.taken()) == 2
    assert desk.send() == 0, "they are left alone as long as a worker may be at them"
    desk.life.clock.move(LEASE)
    assert desk.send() == 2
    assert len(desk.taken()) == 2
    assert {row.status for row in desk.rows()} == {"sent"}
    assert {row.provider_ref for row in desk.rows()} == {one["id"] for one in desk.taken()}


def test_an_answer_that_is_lost_sends_nothing_twice(desk: Desk) -> None:
    desk.make()
    desk.wish(fault="lost", times=1)
    desk.send()
    assert len(desk.taken()) == 1
    assert desk.not_sent == {"unknown": 1}
    desk.life.clock.move(MINUTE)
    desk.send()
    assert len(desk.taken()) == 2
    assert {row.status for row in desk.rows()} == {"sent"}


@pytest.mark.parametrize(
    ("fault", "why"), [("429", "later"), ("500", "unknown"), ("403", "closed")]
)
def test_what_is_not_taken_now_is_sent_later(desk: Desk, fault: str, why: str) -> None:
    desk.make()
    desk.wish(fault=fault)
    assert desk.send() == 0
    assert desk.not_sent == {why: 1}, "the rest waits as well"
    assert desk.taken() == []
    desk.wish()
    desk.life.clock.move(MINUTE)
    assert desk.send() == 2
    assert len(desk.taken()) == 2


def test_a_time_out_is_asked_about_before_it_is_sent_again(life: Life, house: House) -> None:
    hasty, desk = Desk(life, house, total_seconds=1), Desk(life, house)
    try:
        desk.reachable(life.person, "email", ADDRESS)
        desk.make()
        desk.wish(fault="slow:4", times=1)
        hasty.send()
        assert hasty.not_sent == {"unknown": 1}
        life.clock.move(MINUTE)
        desk.send()
        assert {row.status for row in desk.rows()} == {"sent"}
        assert "GET /v2" in desk.asked()
        references = [one["reference"] for one in desk.taken()]
        assert len(references) == len(set(references))
    finally:
        hasty.close()
        desk.close()


def test_an_address_that_takes_nothing_is_a_failure(desk: Desk) -> None:
    desk.reachable(desk.life.person, "email", "perm-fail@simulator.notify")
    desk.round()
    desk.life.clock.move(MINUTE)
    desk.round()
    assert {row.status for row in desk.rows()} == {"failed"}
    before = len(desk.asked())
    desk.life.clock.move(DAY)
    desk.send()
    assert len(desk.asked()) == before, "nothing is tried again"


def test_a_refused_message_is_a_failure(desk: Desk) -> None:
    desk.make()
    desk.wish(fault="400")
    assert desk.send() == 2
    assert {row.status for row in desk.rows()} == {"failed"}


def test_what_arrives_later_is_looked_for_again(desk: Desk) -> None:
    desk.wish(arrives="delivered:9999")
    desk.round()
    for _ in range(40):
        desk.life.clock.move(timedelta(hours=2))
        desk.round()
    assert {row.status for row in desk.rows()} == {"sent"}
    before = len(desk.asked())
    desk.life.clock.move(DAY)
    desk.round()
    assert len(desk.asked()) == before, "after three days nobody asks any more"


def test_another_services_key_is_refused_and_everything_waits(desk: Desk) -> None:
    desk.make()
    stranger = desk.at(f"x-{UUID(int=1)}-{UUID(int=2)}")
    assert desk.send(stranger) == 0
    assert desk.not_sent == {"closed": 1}
    assert {row.status for row in desk.rows()} == {"waiting"}


def test_the_log_says_how_many_and_never_to_whom(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    said = io.StringIO()
    logs.configure(said)
    messaging = Messaging(
        desk.life.worker, desk.life.clock, desk.life.chance, desk.notify, CODE_KEY
    )
    messaging.set_up()
    desk.wish(fault="400")
    messaging.send()
    assert '"outcome": "refused"' in said.getvalue()
    assert "@" not in said.getvalue()
    assert ADDRESS not in "".join(capsys.readouterr())


def test_the_address_rests_nowhere_but_sealed(desk: Desk, database: Database) -> None:
    desk.round()
    url = database.superuser_url.replace("+psycopg", "")
    dump = subprocess.run(
        (find_programs().bin / "pg_dump", "--dbname", url), capture_output=True, check=True
    ).stdout
    assert b"COPY public.message " in dump
    assert ADDRESS.encode() not in dump
    assert b"Sign in" not in dump, "no text is kept"
