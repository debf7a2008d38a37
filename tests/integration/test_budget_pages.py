"""D40 to D51 as a person meets them, without a browser."""

from __future__ import annotations

import pytest

from adapters.simulators.cast import Cast
from tests.budgets import type_budget
from tests.portal import Client, Portal

CAST = Cast.load()
TAMSIN = CAST.person("testwell")


@pytest.fixture
def client(portal: Portal) -> Client:
    client = portal.client()
    client.sign_in("testwell")
    return client


def test_tamsin_comes_from_the_list_to_the_check(client: Client) -> None:
    page = client.get("/budget")
    assert page.heading == "Your money in and out"
    page = type_budget(client, TAMSIN)
    assert page.path == "/budget/check"
    assert page.says("Total coming in £1,960 a month")
