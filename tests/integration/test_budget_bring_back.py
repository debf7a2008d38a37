"""D57 and D58: a budget goes out as a file, and comes back, without a browser."""

from __future__ import annotations

import inspect
import json
import os
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from werkzeug.formparser import default_stream_factory

from adapters.simulators.cast import Cast
from app.citizen.budget_bring_back import LARGEST_BODY
from app.http.session import SESSION_COOKIE, VISIT_COOKIE
from debts.money import Pence
from plan.rules.sfs import MOST_BYTES, Form
from plan.rules.sfs_read import read_sfs
from plan.rules.sfs_write import to_json, to_xml
from plan.rules.statement import Household, Line, Statement
from tests.budgets import type_budget, type_household
from tests.pages import Page
from tests.portal import Client, Portal

TAMSIN: Final = Cast.load().person("testwell")
PAGE: Final = "/budget/bring-back"
SHARED: Final = Path(os.environ.get("SVD_SHARED", Path(__file__).parents[3] / "shared"))
PUBLISHED: Final = SHARED / "wire/moneyadviceservice__sfs-developer-toolkit/dds/v1.1"
NOT_OURS: Final = (
    "The selected file is not a budget from this service. Choose another file or type your figures"
)


@pytest.fixture
def client(shared_portal: Portal) -> Client:
    client = shared_portal.client()
    client.sign_in("testwell")
    return client


def saved(client: Client, what: str) -> bytes:
    """One of the files of D57, as it is sent."""
    cookies = {name: client.cookie(name) for name in (SESSION_COOKIE, VISIT_COOKIE)}
    sent = "; ".join(f"{name}={value}" for name, value in cookies.items())
    reply: requests.Response = client.session.get(
        f"{client.base_url}/budget/save-a-copy/{what}", headers={"Cookie": sent}, timeout=60
    )
    assert reply.headers["Cache-Control"] == "no-store"
    assert "saved-copy" in reply.headers["Content-Disposition"]
    return reply.content


def bring(client: Client, raw: bytes, name: str = "saved-copy.json") -> Page:
    token = client.get(PAGE).value("csrf_token")
    return client.post(
        PAGE, {"csrf_token": token}, files={"file": (name, raw, "application/octet-stream")}
    )


def refused(page: Page, words: str) -> None:
    assert page.status == 422
    assert list(page.errors().items()) == [("file", words)]


def changed(raw: bytes, **parts: Any) -> bytes:
    return json.dumps({**json.loads(raw), **parts}).encode()


class TestOurOwnFile:
    def test_it_brings_the_whole_budget_to_the_check_of_another_visit(
        self, client: Client, shared_portal: Portal
    ) -> None:
        type_budget(client, TAMSIN)
        first, raw = client.get("/budget/check"), saved(client, "file")
        other = shared_portal.client()
        other.sign_in("testwell")
        page = bring(other, raw)
        assert page.path == "/budget/check"
        assert page.main.text == first.main.text
        assert json.loads(saved(other, "file")) == json.loads(raw)

    def test_an_older_one_says_what_to_check(self, client: Client) -> None:
        type_budget(client, TAMSIN, savings="none")
        file = json.loads(saved(client, "file"))
        for newer in ("savings-choice", "taken-asked"):
            del file[newer]
        page = bring(client, json.dumps({**file, "format": "money-in-and-out/1"}).encode())
        assert page.says("The file is from an older version. Check how much you put aside.")
        assert client.get("/budget/check").says("Put aside £0 a month")

    def test_one_that_somebody_changed_is_refused_or_its_total_is_told(
        self, client: Client
    ) -> None:
        type_budget(client, TAMSIN)
        raw = saved(client, "file")
        before = client.get("/budget/check").main.text
        for parts in (
            {"format": "money-in-and-out/3"},
            {"nation": "FRA"},
            {"adults": "2"},
            {"changes": ["lottery"]},
            {"income": {"earnings": {"rent": {"amount": "1.00", "every": "week"}}}},
            {"income": {"earnings": {"other-earnings": {"amount": 1, "every": "week"}}}},
        ):
            refused(bring(client, changed(raw, **parts)), NOT_OURS)
        assert client.get("/budget/check").main.text == before
        file = json.loads(raw)
        file["outgoings"]["home-contents"]["total-home-contents"] = "1.00"
        page = bring(client, json.dumps(file).encode())
        assert page.says("Home: the file says £1. Its lines come to £")

    def test_what_the_pages_would_not_take_is_asked_again(self, client: Client) -> None:
        type_budget(client, TAMSIN)
        file = json.loads(saved(client, "file"))
        file["outgoings"]["home-contents"]["rent"]["amount"] = "10000.00"
        page = bring(client, changed(json.dumps(file).encode(), adults=21))
        assert page.says("Rent must be less than £10,000. We left it empty.")
        assert page.says("We can only count up to 20 people of each kind.")
        assert client.get("/budget/check").path == "/budget"


class TestTheStandardFinancialStatement:
    @pytest.mark.parametrize("what", ["statement.json", "statement.xml"])
    def test_out_and_in_again_only_leaves_open_what_the_form_does_not_ask(
        self, client: Client, what: str
    ) -> None:
        type_budget(client, TAMSIN)
        raw = saved(client, what)
        assert b"Testwell" not in raw
        assert read_sfs(raw).differences == ()
        page = bring(client, raw, what)
        assert page.says("We did not take debts, names or notes from the file.")
        page = client.get(page.links()["Continue"])
        assert page.path == "/budget/changes"
        assert client.send(page, changes="none").path == "/budget/check"
        assert saved(client, what) == raw

    def test_one_from_an_adviser_fills_what_it_has_and_asks_where_they_live(
        self, client: Client
    ) -> None:
        weekly = Statement(
            (),
            (Line("rent", Pence(16500)),),
            savings=False,
            household=Household(2, 1, 0, 0, 1),
        )
        page = bring(client, to_xml(Form(weekly, joint=True, tenure="Tenant - social")))
        page = client.get(page.links()["Continue"])
        assert page.path == "/budget/household"
        assert (page.value("adults"), page.value("home")) == ("2", "social")

    @pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published toolkit is not here")
    def test_the_published_example_shows_no_creditor_and_tells_its_wrong_totals(
        self, client: Client
    ) -> None:
        """P8: lines of £1,654.85 under £2,009.59."""
        type_household(client, TAMSIN)
        page = bring(client, (PUBLISHED / "json/sfs-summary-example-data.json").read_bytes())
        assert page.status == 200
        assert page.says(
            "Costs that stay the same: the file says £2,009.59. Its lines come to £1,654.85."
        )
        for hidden in ("HSBC", "John", "Smith", "creditor", "kite", "Brighton"):
            assert hidden not in page.html


class TestWhatIsNotTaken:
    def test_no_file(self, client: Client) -> None:
        refused(bring(client, b"", name=""), "Select a budget file")

    @pytest.mark.parametrize(
        ("raw", "words"),
        [
            (b"%PDF-1.7", "The selected file must be a JSON file"),
            (b"", "The selected file must be a JSON file"),
            (b"<root><x></root>", "The selected file must be an SFS JSON or XML file"),
            (b"<!DOCTYPE root><root/>", "The selected file must be an SFS JSON or XML file"),
            (b'{"a": 1}', NOT_OURS),
            (b"<feed><entry/></feed>", NOT_OURS),
        ],
    )
    def test_something_else(self, client: Client, raw: bytes, words: str) -> None:
        refused(bring(client, raw), words)

    def test_lines_that_the_statement_does_not_have(self, client: Client) -> None:
        raw = changed(to_json(Form(Statement((), ()))), gym=1, pets=2)
        words = "The file has lines we do not know: gym, pets. We took nothing from it"
        refused(bring(client, raw), words)
        raw = changed(to_json(Form(Statement((), ()))), vehicles="many")
        words = "The file has figures we cannot read: vehicles. We took nothing from it"
        refused(bring(client, raw), words)

    @pytest.mark.parametrize("size", [MOST_BYTES, MOST_BYTES + 1, 3 * 1024 * 1024])
    def test_too_big(self, client: Client, size: int) -> None:
        refused(bring(client, b" " * size), "The selected file must be smaller than 200KB")

    def test_a_form_that_is_not_ours(self, client: Client) -> None:
        reply = client.post(PAGE, {"csrf_token": "x"}, files={"file": ("a.json", b"{}")})
        assert reply.status == 403


def test_a_file_stays_in_memory() -> None:
    """The reader of uploads turns to the disk above its own limit, and ours is below."""
    stream: Any = default_stream_factory(LARGEST_BODY, "application/json", "saved-copy.json")
    stream.write(b" " * LARGEST_BODY)
    assert not getattr(stream, "_rolled", False)
    assert LARGEST_BODY < 500 * 1024
    assert "SpooledTemporaryFile" in inspect.getsource(default_stream_factory)
