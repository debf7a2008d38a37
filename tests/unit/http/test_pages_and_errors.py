"""Headers, tokens, errors, languages and logs, as a caller meets them."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pytest
from flask import Flask, session

from app.http import errors, logs, pages
from app.http.csrf import COOKIE
from consent.errors import EphemeralLeak
from debts.facts import Address
from tests.pages import PageClient


def test_the_start_page_is_strict_and_in_english(client: PageClient) -> None:
    page = client.get("/")
    assert page.status == 200
    assert page.document.one("html")["lang"] == "en"
    assert "require-trusted-types-for 'script'" in page.response.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in page.response.headers


def test_all_pages_of_people_are_compiled_before_the_first_is_asked_for(portal: Flask) -> None:
    pages.compile_all(portal)
    cache = portal.jinja_env.cache
    assert cache is not None
    compiled = {name for _, name in cache}
    assert {"public/signed_out.html", "errors/404.html", "citizen/debts/waiting.html"} <= compiled


def test_each_answer_has_its_own_nonce(client: PageClient) -> None:
    policies = {client.get("/").response.headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_forms_may_lead_to_the_sign_in_service(client: PageClient) -> None:
    policy = client.get("/").response.headers["Content-Security-Policy"]
    assert "form-action 'self' http://127.0.0.1:8101 http://127.0.0.1:8109;" in policy


@pytest.mark.parametrize("code", [403, 404, 429, 500, 503])
def test_error_pages_have_addresses_of_their_own(client: PageClient, code: int) -> None:
    page = client.get(f"/{code}")
    assert page.status == code
    assert "get free debt advice" in page.links()


def test_an_unknown_address_is_not_found(client: PageClient) -> None:
    assert client.get("/nowhere").heading == "Page not found"


def test_where_no_page_can_be_drawn_a_plain_one_says_whom_to_call(
    client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(*_: object, **__: object) -> str:
        raise OSError("no database to draw with")

    client.app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(errors, "render_template", nothing)
    page = client.get("/trial/break")
    assert (page.status, page.heading) == (500, "Sorry, there is a problem with the service")
    assert page.says("0808 808 4000")


def test_a_fault_shows_nothing_of_itself_and_logs_its_kind_and_place_only(
    client: PageClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.app.config["PROPAGATE_EXCEPTIONS"] = False
    out = io.StringIO()
    logs.configure(out)
    page = client.get("/trial/break")
    assert page.status == 500
    assert "123456" not in page.html
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    fault, request = lines[-2:]
    assert (fault["kind"], fault["code"]) == ("RuntimeError", "internal")
    assert fault["where"].startswith("tests.unit.http.conftest:")
    assert (request["route"], request["status"]) == ("/trial/break", 500)
    said = out.getvalue() + "".join(capsys.readouterr())
    assert "123456" not in said
    assert "Tamsin" not in said


def test_a_log_line_has_the_rule_and_not_the_address(client: PageClient) -> None:
    out = io.StringIO()
    logs.configure(out)
    client.get("/trial/keep/secret-word", follow=False)
    assert "secret-word" not in out.getvalue()
    assert json.loads(out.getvalue())["route"] == "/trial/keep/<word>"


def test_keys_that_are_not_on_the_list_never_reach_a_log() -> None:
    out = io.StringIO()
    logs.configure(out)
    logs.log.info("asked", department="dwp", balance=123456, person="Tamsin")
    assert set(json.loads(out.getvalue())) == {"at", "level", "event", "department"}


def test_another_librarys_message_is_reduced_to_its_name() -> None:
    out = io.StringIO()
    logs.configure(out)
    logging.getLogger("asyncio").error("Task failed: balance 123456")
    assert json.loads(out.getvalue())["logger"] == "asyncio"
    assert "123456" not in out.getvalue()


def test_a_machine_gets_a_problem_document(client: PageClient) -> None:
    answer = client.get("/nowhere", headers={"Accept": "application/json"}).response
    assert answer.mimetype == "application/problem+json"
    assert answer.json == {
        "type": "/problems/not_found",
        "title": "Page not found",
        "status": 404,
        "code": "not_found",
    }


def test_a_post_without_a_token_changes_nothing(client: PageClient) -> None:
    client.get("/trial/sign-in")
    page = client.post("/trial/decide")
    assert page.status == 403
    assert page.heading == "We could not be sure that this came from you"


def token_of(client: PageClient) -> str:
    page = client.get("/trial/own")
    return page.document.all("input", name="csrf_token")[0]["value"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "null"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
    ],
)
def test_a_token_is_not_enough_when_the_form_came_from_another_site(
    client: PageClient, headers: dict[str, str], status: int
) -> None:
    client.get("/trial/sign-in")
    sent = {"csrf_token": token_of(client)}
    assert client.post("/trial/decide", sent, headers=headers).status == status


def test_somebody_elses_token_is_refused(client: PageClient, portal: Flask) -> None:
    other = PageClient(portal)
    other.get("/trial/sign-in")
    client.get("/trial/sign-in")
    token_of(client)
    assert client.post("/trial/decide", {"csrf_token": token_of(other)}).status == 403


def test_the_form_cookie_holds_one_token_and_refuses_anything_else(portal: Flask) -> None:
    with portal.test_request_context("/"):
        session["csrf_token"] = "a word"
        for key, value in (("balance", "1"), ("csrf_token", 123456), ("csrf_token", ["x"])):
            with pytest.raises(EphemeralLeak):
                session[key] = value
        session.update(balance="123456")
        with pytest.raises(EphemeralLeak):
            portal.session_interface.save_session(portal, session, portal.response_class())


def test_the_form_cookie_is_strict(client: PageClient) -> None:
    client.get("/trial/sign-in")
    cookie = client.get("/trial/own").response.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "; Secure; HttpOnly; Path=/; SameSite=Strict" in cookie


def test_json_takes_no_value_apart(portal: Flask) -> None:
    address = Address(("1 Sample Street",), "ZZ99 1AA")
    with portal.app_context(), pytest.raises(EphemeralLeak):
        portal.json.dumps({"address": address})


def test_a_large_form_is_refused(client: PageClient) -> None:
    client.get("/trial/sign-in")
    sent = {"csrf_token": token_of(client), "words": "x" * 100_000}
    assert client.post("/trial/decide", sent).status == 413


def test_another_host_name_is_refused(portal: Flask) -> None:
    answer = portal.test_client().get("/", base_url="http://evil.example")
    assert answer.status_code == 400


def test_other_methods_are_refused(client: PageClient) -> None:
    assert client.client.options("/").status_code == 405
    assert client.client.delete("/").status_code == 405


def test_choosing_welsh_keeps_the_place_and_says_that_it_is_coming(client: PageClient) -> None:
    page = client.get("/404?from=x&lang=cy")
    assert client.cookie("lang") == "cy"
    assert page.document.one("html")["lang"] == "en"
    assert page.main.all("p", lang="cy")
    back = page.document.one("ul", "app-language").one("a")
    assert back["href"] == "/404?from=x&lang=en"
    assert client.get("/").main.all("p", lang="cy")


def test_static_files_are_kept_for_good_when_their_address_says_what_they_are(
    client: PageClient,
) -> None:
    page = client.get("/")
    sheet = page.document.one("link", rel="stylesheet")["href"]
    kept = client.client.get(sheet)
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert kept.mimetype == "text/css"
    assert client.client.get(sheet.split("?")[0]).headers["Cache-Control"] == "no-cache"
    assert client.client.get("/static/../settings.py").status_code == 404


def test_the_page_asks_for_one_sheet_and_one_script_and_they_are_small(
    client: PageClient,
) -> None:
    page = client.get("/")
    sheet = page.document.one("link", rel="stylesheet")["href"]
    script = page.document.one("script", type="module")
    assert "async" in script.attributes
    zipped = {"Accept-Encoding": "gzip"}
    assert len(client.client.get(sheet, headers=zipped).data) < 22 * 1024
    assert len(client.client.get(script["src"], headers=zipped).data) < 20 * 1024


def test_machines_find_health_keys_and_where_to_report(client: PageClient) -> None:
    assert client.client.get("/healthz").data == b"ok\n"
    for path in ("/.well-known/jwks.json", "/.well-known/jwks-onelogin.json"):
        assert client.client.get(path).json == {"keys": []}
    assert "Expires: 2027-05-22T00:00:00Z" in client.client.get("/.well-known/security.txt").text


def test_no_template_has_an_inline_style_or_handler() -> None:
    templates = Path(__file__).parents[3] / "app" / "templates"
    for path in templates.rglob("*.html"):
        text = path.read_text()
        assert " style=" not in text, path
        assert " onclick=" not in text, path
