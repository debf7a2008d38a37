"""Closed by default (SEC-84, SEC-31, SEC-87): the URL map is read, and each door is tried.

`routes.txt` is the list that a reviewer reads. Nothing opens without standing on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.routing.converters import AnyConverter, IntegerConverter, UUIDConverter
from werkzeug.test import TestResponse

from app.http.access import permission_of
from app.http.csrf import SAFE, comes_from_machine
from app.http.session import SESSION_COOKIE
from consent.permissions import PERMISSIONS, Permission
from tests.architecture.routes import LIST, listed, methods, rules
from tests.unit.http.fakes import Bag, a_bag, a_portal, a_subject


@pytest.fixture(scope="module")
def bag() -> Bag:
    return a_bag()


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, bag: Bag) -> Flask:
    app = a_portal(tmp_path_factory.mktemp("portal"), bag)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


def doors(app: Flask) -> Iterator[tuple[Permission, str, str]]:
    """Permission, method and an address for each line of the list."""
    adapter = app.url_map.bind("localhost")
    for rule in rules(app):
        permission = permission_of(app, rule.endpoint)
        assert permission is not None, f"{rule.rule} does not say who may open it"
        for method in methods(rule):
            yield permission, method, adapter.build(rule.endpoint, sample(rule), method=method)


def sample(rule: Rule) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, converter in rule._converters.items():
        if isinstance(converter, AnyConverter):
            values[name] = sorted(converter.items)[0]
        elif isinstance(converter, IntegerConverter):
            values[name] = 1
        elif isinstance(converter, UUIDConverter):
            values[name] = "00000000-0000-4000-8000-000000000001"
        else:
            values[name] = "x"
    return values


def ask(client: FlaskClient, method: str, address: str) -> TestResponse:
    return client.open(address, method=method, base_url="http://localhost")


def signed_in(app: Flask, bag: Bag, ago: timedelta) -> FlaskClient:
    client = app.test_client()
    token = bag.sessions.open(a_subject(), bag.clock.now() - ago)
    client.set_cookie(SESSION_COOKIE, token)
    return client


def test_the_list_says_what_the_url_map_says(portal: Flask) -> None:
    assert listed(portal) == LIST.read_text(), "run: python -m tests.architecture.routes"


def test_every_view_says_who_may_open_it(portal: Flask) -> None:
    silent = [rule.rule for rule in rules(portal) if permission_of(portal, rule.endpoint) is None]
    assert silent == []


def test_nobody_gets_into_an_account_without_signing_in(portal: Flask) -> None:
    opened = []
    for permission, method, address in doors(portal):
        if permission is Permission.ANYONE:
            continue
        answer = ask(portal.test_client(), method, address)
        where = answer.headers.get("Location", "")
        if (answer.status_code, where.split("?")[0]) != (303, "/sign-in"):
            opened.append((method, address, answer.status_code))
    assert opened == []


def test_a_cookie_of_somebodys_own_making_opens_nothing(portal: Flask) -> None:
    for permission, method, address in doors(portal):
        if permission is not Permission.ANYONE:
            client = portal.test_client()
            client.set_cookie(SESSION_COOKIE, "A" * 43)
            answer = ask(client, method, address)
            assert (answer.status_code, answer.headers["Location"]) == (303, "/timed-out")


def test_a_decision_with_an_old_sign_in_asks_for_a_new_one(portal: Flask, bag: Bag) -> None:
    for permission, method, address in doors(portal):
        if PERMISSIONS[permission].recent:
            answer = ask(signed_in(portal, bag, timedelta(minutes=16)), method, address)
            assert answer.status_code == 303, address
            assert answer.headers["Location"].startswith("/sign-in?again=1&next=/"), address


def test_nothing_changes_without_the_token_of_our_form(portal: Flask, bag: Bag) -> None:
    changed = []
    for rule in rules(portal):
        if comes_from_machine(portal.view_functions[rule.endpoint]):
            continue
        address = portal.url_map.bind("localhost").build(rule.endpoint, sample(rule))
        for method in methods(rule):
            if method in SAFE:
                continue
            answer = ask(signed_in(portal, bag, timedelta()), method, address)
            if answer.status_code != 403:
                changed.append((method, address, answer.status_code))
    assert changed == []


def test_a_file_of_another_folder_is_not_served(portal: Flask) -> None:
    for path in ("/static/../settings.py", "/static/%2e%2e/settings.py", "/static//etc/passwd"):
        assert portal.test_client().get(path).status_code in {308, 404}, path
