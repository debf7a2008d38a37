"""Each step of a permission as somebody takes it: what changes, and what does not (SEC-4, F12, F14,
F16)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from app.cli import main
from consent import record as records
from consent.assisted import give_assisted, stop_by_receipt
from consent.close import close
from consent.errors import ConsentEnded, NotFound, SignInTooOld, WrongState
from consent.ids import DepartmentCode
from consent.lifecycle import TRANSITIONS, State
from consent.people import Anyone
from consent.permits import is_live, permits_for, still_live
from consent.purposes import Purpose
from consent.resume import resume
from consent.revoke import Revoked, Revoker, revoke
from consent.store import grants, requests
from plan.release import release
from tests.builders import ORIGIN, a_sign_in
from tests.database import Database
from tests.lifecycle_lab import NOTICES, REGISTER, Lab, Made, lab_of


@pytest.fixture
def lab(database: Database) -> Iterator[Lab]:
    with lab_of(database) as made:
        yield made


STEPS: dict[str, tuple[State | None, Callable[[Lab, Made], object]]] = {
    "T1": (None, lambda lab, _: lab.ask(lab.person())),
    "T2": (State.REQUESTED, Lab.give),
    "T2a": (State.REQUESTED, Lab.give_assisted),
    "T3": (State.REQUESTED, Lab.refuse),
    "T4": (State.REQUESTED, Lab.defer),
    "T5": (State.DEFERRED, Lab.show_again),
    "T6": (State.REQUESTED, lambda lab, _: lab.lapse_after(2)),
    "T7": (State.DEFERRED, lambda lab, _: lab.lapse_after(31)),
    "T8": (State.GIVEN, Lab.renew),
    "T9": (State.RENEWED, Lab.renew),
    "T10": (State.GIVEN, Lab.suspend),
    "T11": (State.RENEWED, Lab.suspend_by_system),
    "T12": (State.SUSPENDED, Lab.resume),
    "T13": (State.GIVEN, Lab.withdraw),
    "T13a": (State.GIVEN, Lab.phone),
    "T14": (State.RENEWED, Lab.withdraw),
    "T15": (State.SUSPENDED, Lab.withdraw),
    "T16": (State.GIVEN, lambda lab, _: lab.expire_after(366)),
    "T17": (State.RENEWED, lambda lab, _: lab.expire_after(366)),
    "T18": (State.SUSPENDED, lambda lab, _: lab.expire_after(366)),
    "T19": (State.GIVEN, Lab.use),
    "T20": (State.GIVEN, Lab.revoke),
    "T21": (State.RENEWED, lambda lab, made: lab.revoke(made, Revoker.DEPARTMENT)),
    "T22": (State.SUSPENDED, lambda lab, made: lab.revoke(made, Revoker.ACCREDITOR)),
    **{
        f"T{number}": (state, Lab.invalidate)
        for number, state in enumerate(
            (
                *(State.GIVEN, State.RENEWED, State.SUSPENDED),
                *(State.WITHDRAWN, State.EXPIRED, State.CONSUMED, State.REVOKED),
            ),
            start=23,
        )
    },
}


def test_every_row_of_the_table_has_its_verb_sec_4(lab: Lab) -> None:
    """All of T1 to T29, T2a and T13a, each from its state to its state, with the event that says so
    by the actor that the table names."""
    assert set(STEPS) == {row.id for row in TRANSITIONS}
    for row in TRANSITIONS:
        before, verb = STEPS[row.id]
        assert before == row.before, row.id
        if row.id == "T1":
            made = lab.ask(lab.person())
        elif row.id == "T19":
            made = lab.given(once=True)
            lab.use(made)
        else:
            assert before is not None
            made = lab.made(before)
            verb(lab, made)
        assert lab.state(made) is row.after, row.id
        kind, by = [one for one in lab.events(made) if one[0] != "asked"][-1]
        assert kind == ("resumed" if row.id == "T12" else row.after.value), row.id
        assert by in row.by, row.id


def test_no_is_written_down_and_nobody_is_asked(lab: Lab) -> None:
    made = lab.ask(lab.person())
    lab.refuse(made)
    assert lab.state(made) is State.REFUSED
    assert lab.use(made) == []
    with pytest.raises(WrongState):
        lab.give(made)


def test_later_waits_thirty_days_and_then_closes(lab: Lab) -> None:
    made = lab.ask(lab.person())
    lab.defer(made)
    lab.later(days=29)
    assert lab.lapse() == 0
    lab.later(days=2)
    assert lab.lapse() == 1
    assert lab.state(made) is State.LAPSED


def test_what_was_put_off_comes_back_with_the_words_of_today(lab: Lab) -> None:
    """T5: the same question, on another form, with the newest notice."""
    made = lab.made(State.DEFERRED)
    lab.later(days=3)
    again = lab.show_again(made)
    assert again.grant_id == made.grant_id
    with lab.portal.transaction(made.actor) as tx:
        [row] = requests.open_of(tx, made.actor.subject)
    assert (row.state, row.notice_sha256) == (State.REQUESTED, lab.notice().sha256)
    assert row.decide_by == lab.clock.now() + timedelta(hours=24)
    lab.later(seconds=5)
    grant = lab.give(again).grants[0]
    assert grant.grant_id == made.grant_id
    assert grant.requested_at == row.requested_at


def test_a_yes_in_an_old_tab_after_later_counts_for_nothing(lab: Lab) -> None:
    made = lab.made(State.DEFERRED)
    with pytest.raises(WrongState):
        lab.give(made)
    assert lab.state(made) is State.DEFERRED


def test_a_card_of_yesterday_cannot_be_agreed_to(lab: Lab) -> None:
    """T6 holds at use, whether or not the worker runs (SEC-10)."""
    made = lab.ask(lab.person())
    lab.later(hours=25)
    with pytest.raises(WrongState):
        lab.give(made)


# ---- renewing (F12, SEC-11) ----


def test_a_renewal_is_the_next_record_of_the_same_permission(lab: Lab) -> None:
    made = lab.given()
    old = lab.grant(made)
    lab.later(days=300)
    new = lab.renew(made)
    assert (new.grant_id, new.lineage_id, new.pairwise_id) == (
        *(old.grant_id, old.lineage_id, old.pairwise_id),
    )
    assert (new.state, new.version) == (State.RENEWED, 2)
    assert new.prev_record_hash == old.record_hash != new.record_hash
    assert new.expires_at == lab.clock.now() + timedelta(days=365)
    assert new.receipt != old.receipt
    assert new == lab.grant(made)
    body = records.record(new, lab.notice(), origin=ORIGIN)
    assert records.record_hash(body) == new.record_hash
    [kept] = lab.rows("select version, receipt, record_hash, expires_at from consent_version")
    assert kept == (1, old.receipt, old.record_hash, old.expires_at)
    [event] = lab.rows("select digest from consent_event where kind = 'renewed'")
    assert event == (new.record_hash,)


def test_the_same_renewal_posted_twice_is_one(lab: Lab) -> None:
    made = lab.given()
    shown = lab.shown("renewal")
    lab.later(seconds=3)
    first = lab.renew(made, shown=shown)
    lab.later(seconds=3)
    assert lab.renew(made, shown=shown) == first
    lab.renew(made)
    with pytest.raises(WrongState):  # the first form comes once more, after another
        lab.renew(made, shown=shown)
    assert lab.grant(made).version == 3


def test_a_renewal_needs_a_fresh_sign_in(lab: Lab) -> None:
    made = lab.given()
    sign_in = a_sign_in(lab.clock)
    lab.later(minutes=16)
    with pytest.raises(SignInTooOld):
        lab.renew(made, sign_in=sign_in)


def test_words_that_reach_further_are_no_renewal_sec_11(lab: Lab) -> None:
    made = lab.given()
    yes = lab.yes("dwp")
    more = replace(yes.notice.fields[0], code="something_more")
    wider = [
        replace(yes, notice=replace(yes.notice, fields=(*yes.notice.fields, more))),
        replace(yes, entry=replace(yes.entry, sends=(*yes.entry.sends, "phone"))),
        replace(yes, entry=REGISTER.departments[DepartmentCode("hmrc")]),
        lab.yes("dwp", Purpose.HOLD_OR_QUERY),
        *(
            replace(yes, notice=replace(yes.notice, limits=replace(yes.notice.limits, **limit)))
            for limit in (
                {"most_a_day": 0},
                {"most_a_day": 25},
                {"least_apart_seconds": 29},
                {"retention": "P1D"},
            )
        ),
    ]
    before = lab.everything()
    for one in wider:
        with pytest.raises(WrongState):
            lab.renew(made, yes=one)
    assert lab.everything() == before


def test_what_has_ended_or_ends_with_something_else_is_not_renewed(lab: Lab) -> None:
    with pytest.raises(ConsentEnded):
        lab.renew(lab.made(State.WITHDRAWN))
    with pytest.raises(WrongState):
        lab.renew(lab.made(State.SUSPENDED))
    with pytest.raises(WrongState):
        lab.renew(lab.given(once=True))
    made = lab.given()
    lab.later(days=366)
    with pytest.raises(ConsentEnded):
        lab.renew(made)


def test_a_department_that_allows_less_caps_a_renewal_too_f11(lab: Lab) -> None:
    actor = lab.person()
    grant = lab.say_yes(actor, "hmcts").grants[0]
    lab.later(days=100)
    made = Made(actor, "", grant.grant_id, grant.department)
    new = lab.renew(made)
    assert new.expires_at == lab.clock.now() + timedelta(days=182)


# ---- pausing (F16) ----


def test_a_paused_permission_opens_no_pull_and_ends_on_the_same_day(lab: Lab) -> None:
    made = lab.given()
    ends = lab.grant(made).expires_at
    lab.suspend(made)
    assert lab.use(made) == []
    lab.later(days=20)
    assert lab.resume(made).expires_at == ends
    assert len(lab.use(made)) == 1
    told = lab.rows("select count(*) from outbox where ref = %(id)s", id=made.grant_id)
    assert told == [(2,)]


def test_a_pause_that_outlives_the_permission_cannot_be_ended_sec_10(lab: Lab) -> None:
    made = lab.made(State.SUSPENDED)
    lab.later(days=366)
    with pytest.raises(ConsentEnded):
        lab.resume(made)


def test_resuming_needs_a_fresh_sign_in(lab: Lab) -> None:
    made = lab.made(State.SUSPENDED)
    sign_in = a_sign_in(lab.clock)
    lab.later(minutes=16)
    with pytest.raises(SignInTooOld):
        resume(
            lab.portal,
            lab.clock,
            lab.chance,
            actor=made.actor,
            grant_id=made.grant_id,
            sign_in=sign_in,
        )


def test_pausing_twice_is_pausing_once(lab: Lab) -> None:
    made = lab.made(State.SUSPENDED)
    before = lab.everything()
    lab.suspend(made)
    lab.suspend_by_system(made)
    assert lab.everything() == before


# ---- ends by others ----


def test_a_department_ends_its_own_and_no_other(lab: Lab) -> None:
    made = lab.given()
    with pytest.raises(NotFound):
        revoke(
            lab.worker,
            lab.clock,
            lab.chance,
            by=Revoker.DEPARTMENT,
            grant_id=made.grant_id,
            reason=Revoked.DIED,
            department=DepartmentCode("hmrc"),
        )
    grant = lab.revoke(made, Revoker.DEPARTMENT)
    assert (grant.state, grant.ended_by, grant.reason) == (State.REVOKED, "department", "leaves")
    assert lab.grant(made) == grant


def test_never_valid_is_said_afterwards_and_the_end_stays_where_it_was(lab: Lab) -> None:
    made = lab.made(State.WITHDRAWN)
    ended = lab.grant(made)
    lab.later(days=9)
    grant = lab.invalidate(made)
    assert (grant.ended_at, grant.ended_by) == (ended.ended_at, "person")
    assert (grant.changed_by, grant.reason) == ("dpo", "words_wrong")


# ---- with help, and by phone (decisions 23 and 33, F14) ----


def test_a_yes_that_was_read_out_says_who_helped(lab: Lab) -> None:
    made = lab.made(State.REQUESTED)
    grant = lab.give_assisted(made).grants[0]
    assert (grant.assisted_by, grant.changed_by) == ("citizens-advice-1", "assisted")
    body = records.record(grant, lab.notice(), origin=ORIGIN)
    assert body["delegation"]["helper"] == "urn:svd:helper:citizens-advice-1"
    assert (body["evidence"]["ial"], body["evidence"]["channel"]) == ("P0", "read_out")


def test_a_helper_cannot_pass_for_the_web(lab: Lab) -> None:
    made = lab.made(State.REQUESTED)
    with pytest.raises(WrongState):
        give_assisted(
            lab.portal,
            lab.clock,
            lab.chance,
            actor=made.actor,
            helper="citizens-advice-1",
            yeses=[lab.yes("dwp")],
            shown=lab.shown(made.key),
            origin=ORIGIN,
        )


def test_a_reference_read_out_stops_all_of_its_receipt_and_nothing_else(lab: Lab) -> None:
    actor = lab.person()
    first = lab.say_yes(actor, "dwp", "hmrc")
    other = lab.say_yes(actor, "slc")
    spoken = first.receipt.lower().replace(" ", "-")
    stopped = stop_by_receipt(lab.helpdesk, lab.clock, lab.chance, receipt=spoken)
    assert {one.department for one in stopped.now} == {"dwp", "hmrc"}
    assert {(one.ended_by, one.reason) for one in stopped.now} == {("assisted", "phone")}
    states = dict(lab.rows("select department, state from consent_grant"))
    assert states == {"dwp": "withdrawn", "hmrc": "withdrawn", "slc": "given"}
    assert lab.rows("select department from outbox order by 1") == [("dwp",), ("hmrc",)]
    again = stop_by_receipt(lab.helpdesk, lab.clock, lab.chance, receipt=first.receipt)
    assert (again.now, len(again.before)) == ((), 2)
    assert other.receipt != first.receipt


def test_the_reference_of_before_a_renewal_still_stops_it(lab: Lab) -> None:
    """Somebody who kept the first letter only."""
    made = lab.made(State.RENEWED)
    stop_by_receipt(lab.helpdesk, lab.clock, lab.chance, receipt=made.receipt)
    assert lab.state(made) is State.WITHDRAWN


def test_the_helpline_sees_nothing_without_a_reference(lab: Lab) -> None:
    made = lab.given()
    with lab.helpdesk.transaction(Anyone()) as tx:
        assert grants.by_id(tx, made.grant_id) is None
    for nonsense in ("", "PM", "PM7K 3XQ2 9TV1", "x' or 1=1 --", "PM22 2222 2222"):
        with pytest.raises(NotFound):
            stop_by_receipt(lab.helpdesk, lab.clock, lab.chance, receipt=nonsense)


def test_the_helplines_command_says_what_it_stopped(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = lab.given()
    monkeypatch.delenv("DATABASE_URL_HELPDESK", raising=False)
    assert main(["stop-permission", "--receipt", made.receipt]) == 2
    monkeypatch.setenv("DATABASE_URL_HELPDESK", lab.database.helpdesk_url)
    assert main(["stop-permission", "--receipt", made.receipt]) == 0
    said = capsys.readouterr().out
    assert "Stopped now: Department for Work and Pensions, view debts" in said
    assert lab.state(made) is State.WITHDRAWN
    assert main(["stop-permission", "--receipt", "PM22 2222 2222"]) == 1
    unknown = capsys.readouterr()
    assert unknown.out == ""
    assert "No receipt has this reference. Nothing was stopped." in unknown.err


# ---- for one use, and how often (decision 34, F20) ----


def test_just_this_once_is_used_up_by_its_one_use(lab: Lab) -> None:
    made = lab.given(once=True)
    grant = lab.grant(made)
    assert grant.one_time
    body = records.record(grant, lab.notice(), origin=ORIGIN)
    assert records.record_hash(body) == grant.record_hash
    assert records.what_was_shown(grant, lab.notice()).sha256 == grant.presented_sha256
    assert len(lab.use(made)) == 1
    assert lab.use(made) == []
    assert lab.state(made) is State.CONSUMED


def test_an_answer_to_the_one_use_is_read_for_a_minute_and_no_longer(lab: Lab) -> None:
    made = lab.given(once=True)
    lab.use(made)
    for live in (True, False):
        assert is_live(lab.portal, lab.clock, made.grant_id) is live
        assert still_live(lab.portal, lab.clock, actor=made.actor, grant_id=made.grant_id) is live
        lab.later(seconds=61)


def test_a_permission_is_used_no_more_often_than_was_agreed_f20(lab: Lab) -> None:
    made = lab.given()
    assert len(lab.use(made)) == 1
    lab.later(seconds=29)
    assert lab.use(made) == []
    lab.later(seconds=1)
    for _ in range(23):
        assert len(lab.use(made)) == 1
        lab.later(seconds=30)
    assert lab.use(made) == []
    lab.later(hours=24)
    assert len(lab.use(made)) == 1


def test_a_repeat_within_one_pull_waits_for_nothing_and_counts(lab: Lab) -> None:
    made = lab.given()
    for _ in range(2):
        assert permits_for(
            lab.portal,
            lab.clock,
            lab.chance,
            NOTICES,
            actor=made.actor,
            purpose=Purpose.VIEW_DEBTS,
            sign_in=a_sign_in(lab.clock),
            again=True,
        )
    assert lab.grant(made).uses == 2


# ---- one at a time, and closing ----


def test_a_paused_permission_is_not_given_a_second_time(lab: Lab) -> None:
    made = lab.made(State.SUSPENDED)
    assert lab.say_yes(made.actor, made.department).grants == ()
    assert lab.rows("select count(*) from consent_grant") == [(1,)]


def test_closing_an_account_ends_all_and_signing_in_opens_it_again(lab: Lab) -> None:
    made = lab.given()
    [ended] = close(lab.portal, lab.clock, lab.chance, actor=made.actor)
    assert ended.state is State.WITHDRAWN
    closed = "select closed_at is not null from person"
    assert lab.rows(closed) == [(True,)]
    lab.count = 0
    assert lab.person() == made.actor
    assert lab.rows(closed) == [(False,)]


def test_a_permission_for_a_plan_that_never_came_is_released_not_left(lab: Lab) -> None:
    actor = lab.person()
    grant = lab.give_yes(actor, lab.yes("dwp", Purpose.RUN_PLAN)).grants[0]
    lab.later(days=2)
    assert release(lab.worker, lab.clock, lab.chance) == 1
    assert lab.state(Made(actor, "", grant.grant_id, grant.department)) is State.CONSUMED
