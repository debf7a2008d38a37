"""The departments' protocol as pages and as a file: complete, up to date, and every link right."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from app.public import protocol_words as protocol
from app.public.protocol_words import HERE, words_of
from tests.pages import PageClient
from tests.unit.http.fakes import a_portal
from tests.words import ROOT

PATHS = (
    "/v1",
    *(f"/v1/calls/{name}" for name in protocol.calls()),
    *(f"/v1/shapes/{name}" for name in protocol.shapes()),
)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return a_portal(tmp_path_factory.mktemp("portal"))


@pytest.fixture(scope="module")
def client(portal: Flask) -> PageClient:
    return PageClient(portal)


def test_what_is_published_is_what_people_edit(client: PageClient) -> None:
    yaml = pytest.importorskip("yaml", reason="only what tests need reads YAML")
    source = ROOT / "docs/protocol/department-protocol.openapi.yaml"
    said = yaml.safe_load(source.read_text(encoding="utf-8"))
    assert json.loads(protocol.raw()) == said, "run: .venv/bin/python scripts/publish-protocol"
    answer = client.client.get("/v1/openapi.json")
    assert (answer.mimetype, answer.get_json()) == ("application/json", said)


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_complete_and_its_links_lead_somewhere(client: PageClient, path: str) -> None:
    """In words and rows, with no script, style or picture from elsewhere."""
    page = client.get(path)
    assert HERE not in page.html
    assert "{'" not in page.text
    assert "None" not in page.text
    for link in page.document.all("a"):
        address = link["href"].partition("?")[0]
        if address.startswith("/v1") and address != "/v1/openapi.json":
            assert address in PATHS
    for one in (*page.document.all("script"), *page.document.all("img")):
        assert one.attributes.get("src", "/").startswith("/")
    assert len(page.html) < 60_000


def test_the_first_page_names_every_call_once_for_each_who_answers_it(client: PageClient) -> None:
    page = client.get("/v1")
    shown = [a["href"] for a in page.document.all("a") if a["href"].startswith("/v1/calls/")]
    wanted = [
        f"/v1/calls/{call.name}"
        for tag in ("department", "portal")
        for call in protocol.calls().values()
        if tag in call.served_by
    ]
    assert shown == wanted


def test_a_page_says_what_the_document_says(client: PageClient) -> None:
    told = client.get("/v1/calls/tellThatMoneyCame").text
    assert "POST /v1/allocation-heads" in told
    assert "Names one exchange in the logs of both sides" in told
    assert all(status in told for status in ("202", "413", "503", "Retry-After"))
    entry = client.get("/v1/shapes/Allocation").text
    for name in json.loads(protocol.raw())["components"]["schemas"]["Allocation"]["properties"]:
        assert name in entry
    inner = client.get("/v1/shapes/AssertionClaims").text
    assert "consent.state" in inner
    assert "authorization_details" in inner
    assert "needed_pence" in client.get("/v1/shapes/Receipt").text
    assert "A rule between its parts" in client.get("/v1/shapes/Receipt").text
    listed = client.get("/v1/calls/listAllocations").text
    assert "It needs a token and a proof." in listed
    assert "May be left out: a whole number from 1 to 500" in listed


@pytest.mark.parametrize("path", ["/v1/calls/nothing", "/v1/shapes/Nothing", "/v1/shapes/<b>"])
def test_what_there_is_not_is_not_found(client: PageClient, path: str) -> None:
    assert client.client.get(path).status_code == 404


def test_words_of_values() -> None:
    said: dict[str, dict[str, Any]] = {
        "a text of at most 1,200 characters": {"type": "string", "maxLength": 1200},
        "a text that fits ^100%$": {"type": "string", "pattern": "^100%$", "maxLength": 9},
        "a whole number from 0 to 9": {"type": "integer", "minimum": 0, "maximum": 9},
        "a whole number from 1": {"type": "integer", "minimum": 1},
        'always "GBP"': {"type": "string", "const": "GBP"},
        "always true": {"type": "boolean", "const": True},
        "a day, like 2026-12-01 or null": {"type": ["string", "null"], "format": "date"},
        "a list of 1, each true or false": {
            "type": "array",
            "items": {"type": "boolean"},
            "minItems": 1,
            "maxItems": 1,
        },
        f"a list of at most 5, each {HERE}": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Debt"},
            "maxItems": 5,
        },
        f"{HERE} or null": {
            "anyOf": [{"$ref": "#/components/schemas/Debt"}, {"type": "null"}],
        },
    }
    assert [words_of(schema).text for schema in said.values()] == list(said)
    assert words_of({"enum": ["a", None]}).listed == ("a", "null")


def test_words_from_the_document_are_never_markup(
    client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    call = protocol.calls()["listAllocations"]
    evil = replace(call, about="`<b>` & <script>alert(1)</script>", summary="<i>x</i>")
    monkeypatch.setattr(protocol, "calls", lambda: {"evil": evil})
    html = client.get("/v1/calls/evil").html
    assert "<code>&lt;b&gt;</code> &amp; &lt;script&gt;" in html
    assert "<i>x" not in html
