"""Changing how a department answers while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.simulators.behaviour import BadAnswer, Behaviour
from adapters.simulators.cast import Cast
from adapters.simulators.control import Control, install
from adapters.simulators.serve import SimulatorSettings, application

CAST = Cast.load()
Client = TestClient[web.Request, web.Application]


def driving(steps: Callable[[Client, Control], Awaitable[None]]) -> None:
    async def drive() -> None:
        app = web.Application()
        control = Control(CAST, "dwp")
        install(app, control)
        async with TestClient(TestServer(app)) as client:
            await steps(client, control)

    asyncio.run(drive())


def test_an_answer_is_changed_and_taken_back() -> None:
    control = Control(CAST, "dwp")
    tamsin = CAST.person("testwell")
    control.change("testwell", "timeout:30")
    assert asyncio.run(control.behaviour(tamsin)) == Behaviour("timeout", 30.0)
    assert asyncio.run(control.behaviour(CAST.person("demoska"))) == Behaviour("debts", 1.0)
    control.change("testwell", "")
    assert asyncio.run(control.behaviour(tamsin)) == Behaviour("debts", 0.9)


def test_a_held_answer_comes_when_it_is_let_go_and_not_before() -> None:
    control = Control(CAST, "dwp")
    control.change("testwell", "held")

    async def drive() -> Behaviour:
        asked = asyncio.create_task(control.behaviour(CAST.person("testwell")))
        await asyncio.sleep(0.05)
        assert not asked.done()
        control.change("testwell", "none:0")
        return await asked

    assert asyncio.run(drive()) == Behaviour("none", 0.0)


def test_an_answer_outside_the_grammar_changes_nothing() -> None:
    control = Control(CAST, "dwp")
    with pytest.raises(BadAnswer):
        control.change("testwell", "perhaps")
    assert control.answer(CAST.person("testwell")) == "0.9"


def test_it_is_changed_over_http_for_everybody() -> None:
    async def steps(client: Client, control: Control) -> None:
        reply = await client.post("/_control", json={"person": "*", "answer": "down"})
        assert reply.status == 200
        assert {row["answer"] for row in (await reply.json())["people"]} == {"down"}
        await client.post("/_control", json={"reset": True})
        assert control.answer(CAST.person("testwell")) == "0.9"

    driving(steps)


@pytest.mark.parametrize(
    "body", [{"person": "nobody", "answer": "down"}, {"person": "testwell", "answer": "x"}, [], {}]
)
def test_a_faulty_change_is_refused(body: object) -> None:
    async def steps(client: Client, control: Control) -> None:
        reply = await client.post("/_control", json=body)
        assert reply.status == 422

    driving(steps)


def test_the_line_of_the_readme_works_though_curl_calls_it_a_form() -> None:
    line = next(
        line
        for line in (Path(__file__).parents[3] / "README.md").read_text().splitlines()
        if line.startswith("curl") and "/_control -d" in line
    )

    async def steps(client: Client, control: Control) -> None:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = await client.post("/_control", data=line.split("'")[1], headers=form)
        assert reply.status == 200
        assert control.answer(CAST.person("testwell")) == "timeout:30"

    driving(steps)


def test_another_site_cannot_change_it() -> None:
    async def steps(client: Client, control: Control) -> None:
        reply = await client.post(
            "/_control",
            data={"person": "testwell", "answer": "down"},
            headers={"Origin": "http://elsewhere.example"},
        )
        assert reply.status == 403

    driving(steps)


def test_the_page_lists_people_and_what_was_asked() -> None:
    async def steps(client: Client, control: Control) -> None:
        control.note(CAST.person("testwell"), "debts asked")
        reply = await client.get("/_control", headers={"Accept": "text/html"})
        page = await reply.text()
        assert "Tamsin Testwell" in page
        assert "debts asked" in page
        assert "<script" not in page
        assert (await (await client.get("/healthz")).json())["status"] == "ok"

    driving(steps)


def test_an_unknown_simulator_is_refused() -> None:
    settings = SimulatorSettings.from_environment("nobody", "http://127.0.0.1:1", {})
    with pytest.raises(ValueError, match="no such simulator"):
        application("nobody", CAST, settings)


def test_settings_come_from_the_environment() -> None:
    settings = SimulatorSettings.from_environment(
        "hmrc",
        "http://127.0.0.1:8102",
        {"SVD_PORTAL_URL": "https://portal.example/", "SVD_STATE_DIR": "/srv/state"},
    )
    assert settings.portal_url == "https://portal.example"
    assert settings.keys_dir == Path("/srv/state/keys")
    assert (settings.department, settings.public_url) == ("hmrc", "http://127.0.0.1:8102")
