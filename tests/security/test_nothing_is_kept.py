"""Nothing of a debt or a budget at rest (SEC-69): a planted person goes the whole way, and then
every place where bytes can rest is searched for what only they could have brought there.

Each place has a leak planted afterwards, which the same search must find.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Response, sync_playwright

from adapters.gateway import Door, Identity, Refused
from adapters.gateway.identity import read_key
from adapters.simulators.bank_statement import Line, statement
from adapters.simulators.cast import Cast
from app.local.postgres import WORKER
from app.paying_account import DEMONSTRATION
from consent.clock import SetClock, london_date
from consent.store import WORKER as WORKER_ROLE
from consent.store import open_store
from plan.bank_reference import bank_reference
from plan.retention import drop_words
from tests.browser import chromium_flags, chromium_path
from tests.console import sign_in
from tests.journey import Journey
from tests.portal import Client
from tests.security.canary.house import SHARED_MEMORY, CanaryHouse, at_the_desk, canary_house
from tests.security.canary.search import Hit, Scanner
from tests.security.canary.sinks import KEEPS_WORDS, LEAK_FOLDER, LEAK_PENCE, SINKS, Sink, Traces
from tests.security.canary.values import FAMILY, GIVEN, KEY, MARKER, POSTCODE, WORDS
from tests.until import LONG

pytestmark = [pytest.mark.security, pytest.mark.slow, pytest.mark.timeout(1800)]
DEPARTMENTS = ("council", "dwp", "dvla", "hmcts", "hmrc", "nhsbsa", "slc")
FAULTS = {
    "dwp": "error500",
    "council": "rubbish",
    "dvla": "close",
    "slc": "mismatch:0.1",
    "nhsbsa": "swap",
    "hmrc": "error500",
    "hmcts": "huge",
}
AFTERWARDS = (
    "/home",
    "/debts",
    "/debts/101",
    "/debts/print",
    "/budget/check",
    "/plan",
    "/plan/progress",
    "/permissions",
    "/permissions/history",
    "/account",
    "/account/your-data",
    "/debts/99999",
    "/nowhere",
)
"""Pages that are opened once more at the end, among them two that are not there."""
CONSOLE = (
    "remittances",
    "reconciliation",
    "reconciliation?show=unanswered",
    "disputes",
    "statistics",
    "connection",
)
"""Pages of staff, each opened once."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CanaryHouse]:
    with canary_house(tmp_path_factory.mktemp("canary")) as running:
        yield running


@pytest.fixture(scope="module")
def traces(house: CanaryHouse) -> Traces:
    """The whole way with scripts in a browser that keeps a profile; then faults, without any."""
    traces = Traces()
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            house.folder / "browser",
            executable_path=chromium_path(),
            args=chromium_flags(),
            headless=True,
            downloads_path=house.folder / "downloads",
        )
        context.set_default_timeout(LONG * 1000)
        watch(context, house, traces)
        page = context.pages[0]
        the_whole_way(page, house, traces)
        traces.cookies += [dict(cookie) for cookie in context.cookies()]
        context.close()
    staff_look(house, traces)
    with_faults(house)
    a_day_at_the_bank(house)
    a_department_speaks(house)
    return traces


def watch(context: BrowserContext, house: CanaryHouse, traces: Traces) -> None:
    ours = {urlsplit(house.url).netloc}
    ours |= {urlsplit(address).netloc for address in house.simulators.addresses.values()}

    def sent(request: Request) -> None:
        traces.urls.append(request.url)
        if urlsplit(request.url).netloc not in ours and request.url.startswith("http"):
            traces.third_parties.append(request.url)

    def came(response: Response) -> None:
        if response.url.startswith(house.url):
            traces.headers += [f"{name}: {value}" for name, value in response.headers.items()]

    context.on("request", sent)
    context.on("response", came)
    context.on("console", lambda message: traces.console.append(message.text))


def the_whole_way(page: Page, house: CanaryHouse, traces: Traces) -> None:
    person = Cast.load(house.folder / "cast.toml").person(KEY)

    def look(page: Page, path: str) -> None:
        traces.titles.append(page.title())
        if page.url.startswith(house.url):
            traces.storage.append(
                page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
            )

    journey = Journey(page, house.url, person, DEPARTMENTS, look=look, contact="email")
    assert journey.walk("/plan/agreed", "/plan/not-now") == "/plan/agreed"
    seen = page.locator("main").inner_text()
    assert "£" in seen
    for path in AFTERWARDS:
        page.goto(house.url + path)
        traces.titles.append(page.title())
    held = page.request.get(f"{house.url}/account/your-data.json")
    assert held.ok
    traces.downloads.append(held.body())
    page.goto(f"{house.url}/home")
    page.get_by_text("Sign out", exact=True).first.click()
    page.wait_for_load_state()
    page.go_back()
    assert MARKER not in page.content()


def staff_look(house: CanaryHouse, traces: Traces) -> None:
    """A department's staff read its part of the plan and its file, and look at an answer."""
    for department, person in (("dwp", "tobias"), ("council", "odette")):
        client = Client(house.url, house.simulators)
        assert sign_in(client, department, person).path == "/department"
        page = client.get("/department/plans?show=all")
        (address,) = {href for text, href in page.links().items() if text.startswith("PL")}
        assert "£" in client.get(address).text
        traces.titles.append(page.title)
        traces.downloads.append(client.get("/department/plans.csv?show=all").html.encode())
        page = client.get(f"{address}/answer")
        if page.status == 200:  # the worker may have had it agreed already
            client.send(page, do="check", answer="refused", refuse_words=f"<{MARKER}>")
        for path in CONSOLE:
            page = client.get(f"/department/{path}")
            assert page.status == 200, path
            traces.titles += [page.title] if page.response.mimetype == "text/html" else []
        traces.downloads.append(client.get("/department/remittances/list.csv").html.encode())
        page = client.get("/department/permissions")
        assert client.send(page, reference=MARKER).status == 422


def a_day_at_the_bank(house: CanaryHouse) -> None:
    """A statement of the paying account is read in: what the payer wrote, their name and account.
    The file itself stays with the operator (decision 44)."""
    with house.superuser() as connection:
        ((reference,),) = connection.execute("select reference from plan").fetchall()
    _, sort_code, account = DEMONSTRATION
    payer = partial(Line, payer=f"{GIVEN} {FAMILY}", account=("917364", "82736455"))
    lines = (
        payer(700, f"{MARKER} rent {bank_reference(str(reference))}"),
        payer(900, f"{MARKER} for {FAMILY}, {POSTCODE}", end_to_end=f"{MARKER}-77"),
        payer(-500, f"{MARKER} back", came_back=True),
    )
    file = house.folder / "statement.xml"
    file.write_bytes(
        statement(lines, sort_code=sort_code, number=account, day=london_date(datetime.now(UTC)))
    )
    assert at_the_desk(house, "bank", "import", str(file)) == 0
    assert at_the_desk(house, "bank", "worklist") == 1
    file.write_bytes(file.read_bytes()[:-40])
    assert at_the_desk(house, "bank", "import", str(file)) == 1


def a_department_speaks(house: CanaryHouse) -> None:
    """Its own words about a plan, which are kept; and much that is not its to say."""
    key = json.loads((house.folder / "state" / "keys" / "dvla_sign.jwk.json").read_text())
    identity = Identity("urn:svd:org:dvla", read_key(key))
    door = Door(identity, house.url, scope="allocations plans holds")
    (plan,) = door.get("/v1/plans").json()["items"]
    answer = f"/v1/plans/{plan['plan_reference'].replace(' ', '%20')}/answer"
    wrong = {"answer": "agreed", "note": MARKER}, {"answer": MARKER}, {"words": f"<{MARKER}>"}
    for said in wrong:
        with pytest.raises(Refused):
            door.put(answer, said)
    receipt = {"outcome": "posted", "line": "open", "reason": MARKER, "balance_pence": 1299709}
    for path in (f"/v1/allocations/{uuid4()}/receipt", f"/v1/hold-requests/{MARKER}/answer"):
        with pytest.raises(Refused):
            door.put(path, receipt)
    with pytest.raises(Refused):
        door.get("/v1/plans", f"after={MARKER}")
    said = {"answer": "refused", "reason": "under_review", "words": f"{WORDS} looks at it again."}
    door.put(answer, said)
    door.close()


def with_faults(house: CanaryHouse) -> None:
    """A second visit, without scripts: every department answers wrongly, boxes are filled badly,
    and the person leaves in a hurry."""
    for department, answer in FAULTS.items():
        house.simulators.control(department, {"person": KEY, "answer": answer})
    client = Client(house.url, house.simulators)
    client.sign_in(KEY)
    client.send(client.get("/debts/get"))
    page = client.get("/debts")
    assert page.status == 200
    house.simulators.control("dwp", {"person": KEY, "answer": "closed:06:00"})
    client.send(page, "/debts/ask-again/dwp")
    page = client.send(client.get("/debts"), "/debts/remind/dwp")
    assert page.says("We will send you a message at 8am on")
    for path in ("/budget/household", "/budget/in/choose", "/national-insurance-number"):
        client.post(path, {"nino": f"{MARKER}-nino", "adults": f"{MARKER}-many"})
    client.get("/leave", follow=False)


def hits_in(sink: Sink, house: CanaryHouse, traces: Traces) -> list[Hit]:
    scanner = Scanner()
    return [
        hit
        for place, body in sink.read(house, traces)
        for hit in scanner.bytes(f"{sink.name}: {place}", body)
    ]


def test_nothing_of_a_debt_or_a_budget_rests_anywhere(house: CanaryHouse, traces: Traces) -> None:
    found = {sink.name: hits_in(sink, house, traces) for sink in SINKS}
    table = "\n".join(f"{len(hits):5d}  {name}" for name, hits in found.items())
    print(f"\n hits  place\n{table}")
    assert [hit for hits in found.values() for hit in hits] == []


def test_every_place_was_there_to_be_searched(house: CanaryHouse, traces: Traces) -> None:
    """An empty sink proves nothing: most have bytes of this journey in them."""
    assert any("/plan/agreed" in url for url in traces.urls)
    assert any("select" in query for query in house.activity)
    dump = b"".join(body for _, body in SINKS[0].read(house, traces))
    assert re.search(rb"COPY public\.consent_grant .*\n.+\n", dump)
    assert re.search(rb"COPY public\.plan_share .*\n.+\n", dump)
    log = (house.folder / "logs" / "serve.log").read_bytes()
    assert b"/debts/waiting" in log
    assert b"insert into" in house.cluster.log_path.read_bytes().lower()
    assert any((house.folder / "browser").rglob("History"))


def test_words_of_a_department_stand_in_their_column_and_go_after_90_days(
    house: CanaryHouse, traces: Traces
) -> None:
    scanner = Scanner((WORDS,), ())

    def found() -> set[str]:
        return {
            sink.name
            for sink in SINKS
            for place, body in sink.read(house, traces)
            if scanner.bytes(place, body)
        }

    assert "database dump" in found() <= set(KEEPS_WORDS)
    store = open_store(house.cluster.url(WORKER), role=WORKER_ROLE)
    later = SetClock(datetime.now(UTC) + timedelta(days=91))
    assert drop_words(store, later) == 1
    store.close()
    assert "database dump" not in found()


@pytest.mark.parametrize("sink", SINKS, ids=lambda sink: sink.name)
def test_a_planted_leak_is_found(sink: Sink, house: CanaryHouse, traces: Traces) -> None:
    sink.plant(house, traces)
    values = {hit.value for hit in hits_in(sink, house, traces)}
    assert values & {MARKER, str(LEAK_PENCE)}, sink.name


def test_a_folder_of_leaks_is_removed() -> None:
    """The leak in shared memory is the only one outside the house."""
    leak = SHARED_MEMORY / LEAK_FOLDER
    for path in leak.glob("*"):
        path.unlink()
    if leak.exists():
        leak.rmdir()
    assert not leak.exists()
