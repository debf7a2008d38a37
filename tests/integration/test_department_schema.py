"""The departments' door does what its published description says, for good messages and bad ones.

schemathesis writes the calls from docs/protocol; each carries a right token and proof, so that what
is behind them is reached, and half of the good ones name something of the department that there is:
a permission, a plan, an entry of its series. `SVD_LONG=1` writes many more (SEC-84, SEC-89).
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

import psycopg
import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from app.department_api import create_api
from consent.clock import SystemClock
from consent.jose import verify
from consent.standing import STATUSES_TYPE
from consent.store import open_store
from tests.builders import a_person, set_chance
from tests.builders import given as permitted
from tests.database import Database
from tests.department_desk import ISSUER, DoorDesk, Machine, a_door, settings_for
from tests.settled import settled_payments
from tests.unit.protocol.test_document import DOCUMENT, faults

Case = schemathesis.Case[Any]
LONG: Final = os.environ.get("SVD_LONG") == "1"
REFUSED: Final = ["400", "401", "404", "405", "406", "409", "413", "415", "422", "429"]
"""How the door says no; a message that is too large is among them."""
SERVED: Final = (
    "/oauth/token",
    "/.well-known/oauth-authorization-server",
    "/v1/grants/{grant_id}/status",
    "/v1/grants/{grant_id}/receipt",
    "/v1/grants/status",
    "/v1/allocations",
    "/v1/allocations/{allocation_id}/receipt",
    "/v1/remittances",
    "/v1/plans",
    "/v1/plans/{plan_reference}/answer",
    "/v1/plans/{plan_reference}/enforcement",
    "/v1/hold-requests/{reference}/answer",
    "/v1/demand",
    "/v1/closures",
    "/v1/closures/{closure_id}",
)


CALLS: Final = [(name, path) for path in SERVED for name in DOCUMENT["paths"][path]]


PLANS: Final = 6
NAMED: Final = {
    "allocation_id": "select allocation_id from allocation where department = 'dwp'",
    "plan_reference": "select part_reference from plan_share where department = 'dwp'",
    "grant_id": "select grant_id from consent_grant where department = 'dwp'",
}
"""What the department has, by the name that the path has for it."""


@pytest.fixture(scope="module")
def things(shared_database: Database) -> dict[str, list[str]]:
    """Plans in which DWP has a part, a payment of each that came, and permissions to ask it."""
    clock, chance = SystemClock(), set_chance("schema")
    store = open_store(shared_database.portal_url)
    for number in range(3):
        person = a_person(store, clock, chance, name=f"p{number}")
        permitted(store, clock, chance, person, ["dwp"], post_key=f"k{number}")
    store.close()
    url = shared_database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        settled_payments(connection, shared_database, PLANS)
        return {
            name: [str(row[0]) for row in connection.execute(query.encode())]
            for name, query in NAMED.items()
        }


@pytest.fixture(scope="module")
def desk(shared_database: Database, things: dict[str, list[str]]) -> Iterator[DoorDesk]:
    with a_door(shared_database) as opened:
        endless = replace(opened.door.limits, rate=1e9, burst=1e9)
        opened.app = create_api(settings_for(), replace(opened.door, limits=endless))
        opened.client = opened.app.test_client()
        yield opened


@pytest.fixture(scope="module")
def dwp(desk: DoorDesk) -> Machine:
    return desk.machine("dwp")


@pytest.fixture(scope="module")
def described(desk: DoorDesk) -> Any:
    """The part of the description that this door serves. Certificates are the balancer's matter.

    schemathesis takes `application/jwt` for JSON, so what a token is like is looked at here.
    """
    paths = deepcopy({path: DOCUMENT["paths"][path] for path in SERVED})
    for operation in (one for path in paths.values() for one in path.values()):
        said = operation["responses"].get("200", {}).get("content", {})
        said.get("application/jwt", {}).clear()
    raw = {
        **DOCUMENT,
        "paths": paths,
        "servers": [{"url": ISSUER}],
        "security": [{"dpop": []}],
    }
    config = SchemathesisConfig.from_dict(
        {
            "generation": {"mode": "all"},
            "checks": {"negative_data_rejection": {"expected-statuses": REFUSED}},
        }
    )
    schema = schemathesis.openapi.from_dict(raw, config=config)
    schema.app = desk.app
    return schema


def test_no_address_of_the_door_is_left_out(desk: DoorDesk) -> None:
    """Each is on the list above, and described."""
    served = {
        re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule)
        for rule in desk.app.url_map.iter_rules()
    }
    assert served - {"/static/{filename}"} == set(SERVED)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_the_door_keeps_to_its_description(
    method: str,
    path: str,
    mode: GenerationMode,
    described: Any,
    desk: DoorDesk,
    dwp: Machine,
    things: dict[str, list[str]],
) -> None:
    operation = described[path][method.upper()]
    if mode is GenerationMode.NEGATIVE and not operation.definition.raw.get("parameters"):
        pytest.skip("nothing is sent that could be wrong")
    calls = []

    @settings(
        max_examples=1000 if LONG else 15,
        deadline=None,
        derandomize=not LONG,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), which=st.integers(0, 2 * PLANS))
    def keeps(case: Case, which: int) -> None:
        assume(not _fractions(case.body))
        assume(mode is GenerationMode.POSITIVE or not _right_after_all(case))
        if mode is GenerationMode.POSITIVE:
            _name(case, things, which)
        answer = case.call_and_validate(base_url=ISSUER, headers=proved(case, dwp))
        assert answer.status_code < 500
        if path == "/v1/grants/status" and answer.status_code == 200:
            said = verify(answer.text, desk.portal_keys, typ=STATUSES_TYPE)
            assert faults("GrantStatusListClaims", said) == []
        calls.append(answer.status_code)

    keeps()
    print(f"{method} {path}, {mode.value}: {len(calls)} calls, answered {dict(Counter(calls))}")
    assert calls


def proved(case: Case, dwp: Machine) -> dict[str, str]:
    """What a department's machine adds, so that a call reaches what is behind token and proof."""
    if case.path.startswith("/v1/"):
        headers = dwp.headers(case.method, case.formatted_path)
        return {name: headers[name] for name in ("Authorization", "DPoP")}
    if case.path == "/oauth/token" and _good(case):
        assert isinstance(case.body, dict)
        case.body["client_assertion"] = dwp.assertion()
        case.body.pop("client_id", None)
        return {"DPoP": dwp.proof("POST", f"{ISSUER}/oauth/token")}
    return {}


def _name(case: Case, things: dict[str, list[str]], which: int) -> None:
    """One of the things that there are, or what schemathesis thought of."""
    for name in set(case.path_parameters or ()) & set(things):
        if which < len(things[name]):
            case.path_parameters[name] = things[name][which]
    if isinstance(case.body, dict) and "grant_ids" in case.body and which < PLANS:
        case.body["grant_ids"] = [*things["grant_id"]]


def _fractions(body: Any) -> bool:
    """5.0 is a whole number to a JSON schema, and no pence to us: money is never a fraction."""
    return isinstance(body, dict) and any(isinstance(one, float) for one in body.values())


def _right_after_all(case: Case) -> bool:
    """Whether the query of an allocations call is as described though it was meant not to be: once
    in some hundred cases schemathesis changes a name of it twice, and it is what it was."""
    most = {"after": 2**53 - 1, "limit": 500}
    said = {name: str(value) for name, value in (case.query or {}).items()}
    numbers = all(re.fullmatch("0|[1-9][0-9]{0,15}", value) for value in said.values())
    return (
        case.path == "/v1/allocations"
        and {"after"} <= set(said) <= set(most)
        and numbers
        and all(int(value) <= most[name] for name, value in said.items())
        and said.get("limit") != "0"
    )


def _good(case: Case) -> bool:
    return case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE
