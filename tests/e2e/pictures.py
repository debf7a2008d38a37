"""Pictures of every page of plan and payment in each of its states, for people to look at.

    SVD_PICTURES=pictures .venv/bin/python -m pytest tests/e2e/pictures.py -n0
    … -k "d69 and not without"                           # some of them, with scripts

Nobody's gate: it is collected only when it is named. Each page goes through `Surfer.look` on the
way (axe, 320 px, one h1). Who changes a page of these draws it and looks.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests

from app.citizen.slots import BUDGET
from app.taking import Taking
from consent.store import HELPDESK, WORKER, open_store
from debts.debt import Debt, Debts, Flag, Hold, NoDebts, Unanswered, Unavailable
from debts.money import Pence
from plan.answer import Said
from plan.died import note_death, rest_after_death
from plan.rules.claim import Nation
from tests.debts_desk import CAST, Seated, get_debts, seat
from tests.e2e.browser import Surfer
from tests.e2e.test_plan import take_over
from tests.integration.test_plan_change_pages import say
from tests.integration.test_plan_standing_pages import cleared
from tests.pay_lab import DECLINED, GOOD
from tests.plan_desk import (
    a_budget,
    agreed,
    at_the_plan,
    change_answer,
    held,
    on,
    quick,
    to_all,
    with_spare,
)
from tests.portal import Portal
from tests.time_passes import fell_due, sql

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
TAMSIN, PRIYA = ("dwp", "council", "dvla"), ("dwp", "council")


class Album:
    """One person's window, and the pictures made of it."""

    def __init__(self, surfer: Surfer, portal: Portal) -> None:
        self.surfer, self.portal = surfer, portal
        self.client: Seated

    def of(self, key: str, *departments: str, **changes: int) -> Seated:
        quick(self.portal, key, *departments)
        return self.as_(at_the_plan(self.portal, key, *departments, **changes))

    def as_(self, client: Seated) -> Seated:
        self.surfer.context.clear_cookies()
        take_over(self.surfer, client)
        self.client = client
        return client

    def shot(self, path: str, name: str) -> None:
        self.surfer.go(path)
        self.surfer.look(name)

    def error(self, path: str, name: str, button: str = "Continue", **ticked: str) -> None:
        """The page as it is answered when nothing, or only this, is filled in."""
        self.surfer.go(path)
        for box, value in ticked.items():
            found = self.surfer.page.locator(f"[name={box}]")
            if found.first.get_attribute("type") == "radio":
                self.surfer.page.locator(f"[name={box}][value='{value}']").check()
            else:
                found.fill(value)
        self.surfer.press(button)
        self.surfer.look(name)

    def debts(self, code: str, **changes: Any) -> None:
        """All debts of a department become others."""
        answer = held(self.client, code).answer
        assert isinstance(answer, Debts)
        items: tuple[Debt, ...] = tuple(replace(debt, **changes) for debt in answer.items)
        change_answer(self.client, code, answer=replace(answer, items=items))

    def says(self, *codes: str, said: Said = Said.AGREED, pence: int | None = None) -> None:
        for code in codes:
            say(self.portal, code, said, pence)


@pytest.fixture
def album(surfer: Surfer, portal: Portal) -> Album:
    surfer.allowed.add(portal.simulators.addresses["govuk_pay"].removeprefix("http://"))
    return Album(surfer, portal)


def test_offers_d61(album: Album) -> None:
    for key, departments in {
        "testwell": (*TAMSIN, "hmrc", "hmcts"),
        "exampleton": ("hmrc", "hmcts"),
        "sampleford": ("dwp", "hmrc", "hmcts", "dvla"),
        "mockridge": ("hmrc", "dwp", "slc", "council"),
        "enghraifft": ("dwp",),
        "fictionby": ("council", "dwp", "nhsbsa"),
    }.items():
        album.of(key, *departments)
        album.shot("/plan", f"offer-{key}")
    client = album.of("testwell", *TAMSIN)
    album.error("/plan", "offer-error", "Work out this plan", amount="other", other="300")
    change_answer(client, "dvla", late=True)
    album.shot("/plan", "offer-late")
    earlier = album.portal.services.clock.now() - timedelta(minutes=31)
    change_answer(client, "dvla", late=False, arrived_at=earlier)
    album.shot("/plan", "offer-cleared")
    now = album.portal.services.clock.now()
    answer = Unavailable(now, Unanswered.TIMED_OUT)
    change_answer(client, "dvla", arrived_at=now, answer=answer)
    album.shot("/plan", "offer-missing")
    for code in ("dwp", "dvla"):
        change_answer(client, code, answer=NoDebts(now))
    album.shot("/plan", "offer-one-department")
    album.debts("council", balance=Pence(48_49))
    album.shot("/plan", "offer-once")
    on(client, client.get("/plan"))
    album.shot("/plan/check", "check-once")
    album.debts("council", balance=Pence(12_345_678), interest_rate="8.00%")
    client.visit.put(BUDGET, a_budget(CAST.person("testwell"), rent=0))
    album.shot("/plan", "offer-large")


def test_old_debts(album: Album) -> None:
    album.of("sampleford", "dwp", "hmrc")
    album.shot("/plan/old-debts", "old-debts")
    album.error("/plan/old-debts", "old-debts-error")


def test_the_way_to_a_yes_d62_to_d67(album: Album) -> None:
    album.as_(seat(album.portal, "testwell", *TAMSIN))
    album.shot("/plan", "before")
    client = album.of("testwell", *TAMSIN)
    client.visit.put(BUDGET, replace(a_budget(CAST.person("testwell")), checked=False))
    album.shot("/plan", "before-to-check")
    client = album.of("testwell", *TAMSIN)
    album.shot("/plan/schedule", "schedule")
    album.shot("/plan/schedule?all=1", "schedule-all")
    album.shot("/plan/ways", "ways")
    client.send(client.get("/plan"), do="continue")
    album.shot("/plan/day", "day")
    album.error("/plan/day", "day-error", day="other", other="31")
    album.error("/plan/day", "day-benefit-error", day="benefit", benefit="32")
    client.send(client.get("/plan/day"), day="15")
    album.shot("/plan/how", "how")
    album.error("/plan/how", "how-error")
    client.send(client.get("/plan/how"), method="card")
    album.shot("/plan/share", "share")
    album.error("/plan/share", "share-error")
    share = client.get("/plan/share")
    all_no: dict[str, Any] = {
        "share_dwp": "no",
        "totals_dwp": "no",
        "share_dvla": "no",
        "share_council": "no",
    }
    client.send(share, **all_no)
    album.shot("/plan/not-now", "not-now-declined")
    some = {**all_no, "share_dwp": "yes", "share_council": "yes"}
    client.send(client.get("/plan/share"), **some)
    album.shot("/plan", "offer-declined")
    client.send(client.get("/plan"), do="continue")
    album.shot("/plan/check", "check-declined")
    page = client.get("/plan/share")
    client.send(page, **to_all(page, "yes"))
    client.send(client.get("/plan"), do="continue")
    album.shot("/plan/check", "check")
    album.error("/plan/check", "check-error")
    album.surfer.go("/plan/check")
    client.send(client.get("/plan"), do="work", amount="all")
    client.send(client.get("/plan"), do="continue", follow=False)
    album.surfer.page.get_by_label("Yes, I agree").check()
    album.surfer.press("Continue")
    album.surfer.look("check-changed")
    album.surfer.page.get_by_label("No, I do not agree").check()
    album.surfer.press("Continue")
    album.surfer.look("not-agreed")
    agreed(client)
    album.shot("/plan/agreed", "agreed")
    album.shot("/plan/letter", "letter")
    album.says("dwp")
    album.as_(seat(album.portal, "testwell"))
    album.shot("/plan/agreed", "agreed-later")
    album.shot("/plan/letter", "letter-later")


@pytest.mark.parametrize(
    ("name", "left_over"), [("short", -8800), ("zero", 0), ("token", 300), ("minimums", 2500)]
)
def test_not_now_for_money_d60(album: Album, name: str, left_over: int) -> None:
    album.of("placeholder", *PRIYA, **with_spare("placeholder", left_over))
    album.shot("/plan", f"not-now-{name}")


def test_not_now_for_other_reasons_d60(album: Album) -> None:
    more = with_spare("placeholder", 6000)
    album.of("placeholder", *PRIYA, **more)
    album.debts("dwp", balance=Pence(99_999_99))
    album.shot("/plan", "not-now-too-long")
    album.of("placeholder", *PRIYA, **more)
    for code in PRIYA:
        album.debts(code, hold=Hold.BREATHING_SPACE)
    album.shot("/plan", "not-now-paused")
    for code in PRIYA:
        album.debts(code, hold=Hold.DISPUTE)
    album.shot("/plan", "not-now-disputed")
    album.of("placeholder", *PRIYA, **more)
    album.debts("council", flags=frozenset({Flag.WARRANT}))
    album.shot("/plan", "not-now-danger")
    for nation in (Nation.SCOTLAND, Nation.NORTHERN_IRELAND):
        client = album.of("placeholder", *PRIYA)
        client.visit.put(BUDGET, replace(a_budget(CAST.person("placeholder")), nation=nation))
        album.shot("/plan", f"not-now-{nation.value.lower()}")


def test_the_pause_of_d60(album: Album) -> None:
    client = album.of("fictionby", "nhsbsa", **with_spare("fictionby", 0))
    album.shot("/plan", "not-now-can-ask")
    album.shot("/plan/not-now/pause", "pause")
    album.error("/plan/not-now/pause", "pause-error")
    client.send(client.get("/plan/not-now/pause"), tell_nhsbsa="no")
    album.shot("/plan/not-now/asked", "pause-nobody")
    client.send(client.get("/plan/not-now/pause"), tell_nhsbsa="yes")
    album.shot("/plan/not-now/asked", "pause-asked")


def running(album: Album, *yes: str) -> Seated:
    client = album.of("testwell", *TAMSIN)
    agreed(client)
    album.says(*yes)
    return client


def test_what_departments_say_d68(album: Album) -> None:
    running(album)
    album.shot("/plan/answers", "answers-none")
    album.shot("/plan/progress", "progress-none")
    album.says("council")
    album.says("dwp", said=Said.CHANGE_ASKED, pence=5100)
    album.says("dvla", said=Said.REFUSED)
    album.shot("/plan/answers", "answers")
    line = album.portal.rows("select share_id from plan_share where state = 'change_asked'")[0][0]
    album.shot(f"/plan/answers/{line}", "settle")
    album.error(f"/plan/answers/{line}", "settle-error")
    album.shot("/plan/progress", "progress-answers")


def test_so_far_d69(album: Album) -> None:
    client = running(album, "council", "dwp")
    album.shot("/plan/progress", "progress-first")
    fell_due(album.portal, 0)
    album.shot("/plan/progress", "progress-due-today")
    sql(album.portal, "update instalment set due_on = due_on - 3 where state = 'due'")
    album.shot("/plan/progress", "progress-late")
    fell_due(album.portal, 1, paid=19448)
    album.shot("/plan/progress", "progress-on-time")
    sql(album.portal, "update instalment set due_on = due_on + 40 where state = 'paid'")
    album.shot("/plan/progress", "progress-ahead")
    album.says("dvla")
    cleared(album.portal, "dvla")
    album.shot("/plan/progress", "progress-one-done")
    client.send(client.get("/plan/change/pause"), payments="1")
    album.shot("/plan/progress", "progress-paused")
    album.shot("/plan/change/pause", "break-paused")
    album.as_(seat(album.portal, "testwell"))
    album.shot("/plan/progress", "progress-without-amounts")
    album.shot("/home", "home-paused")


def test_paying_d70_to_d73(album: Album) -> None:
    portal, surfer = album.portal, album.surfer
    client = running(album)
    album.shot("/plan/pay", "pay-nobody-agreed")
    album.shot("/plan/pay/transfer", "transfer-not-yet")
    album.shot("/plan/payments", "payments-none")
    album.says(*TAMSIN)
    album.as_(seat(portal, "testwell"))
    album.shot("/plan/pay", "pay-nothing-due")
    album.as_(client)
    album.shot("/plan/pay", "pay-early")
    album.error("/plan/pay", "pay-early-error", "Continue to payment")
    album.shot("/plan/pay/transfer", "transfer-nothing-due")
    fell_due(portal, 1)
    album.shot("/plan/pay", "pay-due")
    album.shot("/plan/pay/transfer", "transfer")
    album.shot("/plan/pay/cash", "cash")
    album.error("/plan/pay", "pay-error", "Continue to payment", how_much="other", amount="0.50")
    part = portal.services
    store = open_store(portal.database.worker_url, role=WORKER)
    taking = Taking(store, part.clock, part.chance, part.payments, part.wire_loop)

    def look() -> None:
        sql(portal, "update payment set check_at = now() where check_at is not null")
        taking.look()

    def pays(card: str, **more: str) -> None:
        page = client.get("/plan/pay")
        said = client.send(page, follow=False, **{"how_much": "due", **more})
        address = said.response.headers["Location"]
        for typed in ({"how": "card", "card": card}, {"how": "confirm"}):
            requests.post(address, typed, timeout=60, allow_redirects=False)

    portal.simulators.control(
        "govuk_pay", {"faults": [{"on": "create_payment", "kind": "after_timeout", "seconds": 1}]}
    )
    surfer.expected.append("the server responded with a status of 503")
    surfer.go("/plan/pay")
    surfer.page.locator("[name=how_much][value=due]").check()
    surfer.press("Continue to payment")
    surfer.look("pay-later")
    portal.simulators.control("govuk_pay", {"advance": 60})
    look()
    pays(DECLINED)
    look()
    album.shot("/plan/pay/return", "pay-failed")
    pays(GOOD, keep="yes")
    album.shot("/plan/pay/return", "pay-checking")
    sql(portal, "update payment set made_at = made_at - interval '5 minutes'")
    album.shot("/plan/pay/return", "pay-checking-long")
    look()
    album.shot("/plan/pay/return", "pay-done")
    album.shot("/plan/payments", "payments")
    album.shot("/plan/pay/card", "card")
    fell_due(portal, 0)
    album.shot("/plan/pay", "pay-card-kept")
    client.send(client.get("/plan/pay/card"), "/plan/pay/card")
    album.shot("/plan/pay/card", "card-none")
    store.close()


def test_another_way_to_pay_d64(album: Album) -> None:
    client = album.of("testwell", *TAMSIN)
    client.send(on(client, client.get("/plan"), method="cash"), agree="yes")
    album.shot("/plan/agreed", "way-agreed-cash")
    album.shot("/plan/letter", "way-letter-cash")
    album.says("council", "dvla")
    album.says("dwp", said=Said.CHANGE_ASKED, pence=5100)
    fell_due(album.portal, 0)
    album.shot("/home", "way-home-due-and-asked")
    album.shot("/plan/progress", "way-progress-cash")
    album.surfer.page.get_by_text("Does a figure look wrong?").click()
    album.surfer.look("way-progress-wrong-figure")
    album.shot("/plan/change/how", "way-change")
    album.surfer.page.get_by_text("Can it be taken from my benefit?").click()
    album.surfer.look("way-from-benefit")
    client.send(client.get("/plan/change/how"), method="standing_order")
    album.shot("/plan/progress", "way-progress-standing-order")
    album.shot("/plan/letter", "way-letter-standing-order")
    sql(album.portal, "update instalment set due_on = due_on - 3 where state = 'due'")
    album.shot("/home", "way-home-late")
    album.shot("/plan/pay?how_much=other", "way-pay-other")


def test_other_ways_to_collect_d68(album: Album) -> None:
    running(album, *TAMSIN)
    for code, said in zip(
        TAMSIN,
        ("true, null, ''", "true, '2099-01-15', ''", "false, null, 'with_agent'"),
        strict=True,
    ):
        sql(
            album.portal,
            "insert into enforcement_word (word_id, share_id, department, waits, until,"
            " reason_code, by_kind, said_at) select gen_random_uuid(), share_id, department,"
            f" {said}, 'api', now() from plan_share where department = '{code}'",
        )
    for name in ("agreed", "answers", "letter", "stop", "change/pause"):
        album.shot(f"/plan/{name}", f"enforcement-{name.replace('/', '-')}")


def test_what_has_not_come_d74(album: Album) -> None:
    running(album, *TAMSIN)
    album.shot("/plan/change/one-day", "one-day-next")
    fell_due(album.portal, 3, paid=4000)
    album.shot("/plan/missed", "missed-part")
    album.error("/plan/missed", "missed-error")
    album.shot("/plan/change/one-day", "one-day-late")
    album.error("/plan/change/one-day", "one-day-error", "Move this payment", day="other")
    sql(album.portal, "update instalment set due_on = due_on - 6 where state like '%due%'")
    album.shot("/plan/missed", "missed-after-grace")
    sql(album.portal, "update instalment set due_on = due_on - 70 where state <> 'planned'")
    fell_due(album.portal, 40, 10)
    album.shot("/plan/missed", "missed-review")
    album.shot("/plan/progress", "progress-review")
    sql(album.portal, "update plan set review_by = review_by - 60")
    album.shot("/plan/missed", "missed-review-over")


def test_something_has_changed_d75_to_d78(album: Album) -> None:
    client = running(album)
    album.shot("/plan/change/pause", "break-not-yet")
    album.says("council", "dwp")
    album.shot("/plan/change", "change")
    album.error("/plan/change", "change-error")
    album.shot("/plan/change/died", "died")
    album.shot("/plan/change/pause", "break")
    album.error("/plan/change/pause", "break-error")
    album.shot("/plan/change/amount", "other-terms")
    album.error("/plan/change/amount", "other-terms-error", amount="3", day="40")
    client.send(client.get("/plan/change/amount"), amount="80", day="20")
    album.shot("/plan/change/compare", "compare")
    album.error("/plan/change/compare", "compare-error")
    client.send(client.get("/plan/change/pause"), payments="2")
    client.send(client.get("/plan/progress"), "/plan/change/go-on")
    album.error("/plan/change/pause", "break-too-much", payments="1")
    later = album.as_(seat(album.portal, "testwell"))
    later.send(later.get("/plan/change/amount"), amount="120", day="1")
    album.shot("/plan/change/compare", "compare-without-amounts")
    album.shot("/plan/stop", "stop")
    album.error("/plan/stop", "stop-error")
    later.send(later.get("/plan/stop"), stop="yes")
    for name in ("stopped", "agreed", "progress", "answers", "letter"):
        album.shot(f"/plan/{name}", f"after-stop-{name}")


def test_after_a_death_plan_12(album: Album) -> None:
    running(album, *TAMSIN)
    part, at = album.portal.services, album.portal.database
    (found,) = album.portal.rows("select reference from plan")
    helpline, worker = (
        open_store(at.helpdesk_url, role=HELPDESK),
        open_store(at.worker_url, role=WORKER),
    )
    note_death(helpline, part.clock, part.chance, reference=str(found[0]))
    rest_after_death(worker, part.clock, part.chance)
    helpline.close()
    worker.close()
    album.as_(seat(album.portal, "testwell"))
    album.shot("/plan/progress", "rests-progress")
    album.shot("/plan/change/pause", "rests-pause")


def test_the_end_d79(album: Album) -> None:
    client = running(album, *TAMSIN)
    fell_due(album.portal, 9, paid=10000)
    cleared(album.portal, "dvla", "council")
    for code in TAMSIN:
        answer = held(client, code).answer
        assert isinstance(answer, Debts)
        change_answer(client, code, answer=NoDebts(answer.at))
    album.shot("/plan/finished", "finished-nearly")
    album.shot("/plan/progress", "progress-nearly")
    cleared(album.portal, "dwp")
    album.shot("/plan/finished", "finished")
    album.shot("/plan/letter", "letter-finished")


def test_a_department_that_is_closed_and_the_account(album: Album) -> None:
    album.portal.control("dwp", "enghraifft", "closed:06:00")
    client = album.as_(seat(album.portal, "enghraifft", "dwp"))
    get_debts(client)
    album.shot("/debts", "closed-without-a-safe-contact")
    client.send(client.get("/contact/safe"), channel="email", email="owain@example.com")
    album.shot("/debts", "closed")
    album.surfer.page.get_by_role("button", name="Remind me").click()
    album.surfer.look("closed-reminder-set")
    album.shot("/messages", "messages-reminder")
    album.surfer.page.locator("main table a").first.click()
    album.surfer.look("message-reminder")
    album.shot("/account", "account")
    album.error("/account/close", "account-close-error")
    album.of("testwell", *TAMSIN)
    agreed(album.client)
    album.says(*TAMSIN)
    album.shot("/debts", "debts-with-a-plan")
    album.shot("/plan/progress", "progress-paid-so-far")
    album.shot("/account/close", "account-close-with-a-plan")


def test_by_the_week_d63(album: Album) -> None:
    """A plan that is paid every week or two weeks, on each page that says so."""
    client = album.of("testwell", *TAMSIN)
    client.send(client.get("/plan"), do="continue")
    album.shot("/plan/day", "weeks-day-of-month")
    album.shot("/plan/often", "weeks-often")
    client.send(client.get("/plan/often"), often="fortnight")
    album.shot("/plan/day", "weeks-day")
    album.error("/plan/day", "weeks-day-error")
    client.send(client.get("/plan/day"), day="5")
    album.shot("/plan/first-day", "weeks-first-day")
    album.error("/plan/first-day", "weeks-first-day-error")
    first = str(client.get("/plan/first-day").form().all("input", type_="radio")[1]["value"])
    on(client, client.send(client.get("/plan/first-day"), first=first))
    for path in ("/plan", "/plan/ways", "/plan/schedule", "/plan/check"):
        album.shot(path, f"weeks{path.replace('/', '-')}")
    client.send(client.get("/plan/check"), agree="yes")
    album.says(*TAMSIN)
    for name in ("agreed", "letter", "progress", "change/amount", "change/often", "change/pause"):
        album.shot(f"/plan/{name}", f"weeks-{name.replace('/', '-')}")
    client.send(client.get("/plan/change/often"), often="four_weeks")
    album.shot("/plan/change/amount", "weeks-other-terms")
    client.send(client.get("/plan/change/amount"), amount="80", day="3")
    album.shot("/plan/change/first-day", "weeks-other-first-day")
    choices = client.get("/plan/change/first-day").form().all("input", type_="radio")
    client.send(client.get("/plan/change/first-day"), first=str(choices[0]["value"]))
    album.shot("/plan/change/compare", "weeks-compare")
