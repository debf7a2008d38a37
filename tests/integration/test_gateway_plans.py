"""A department's gateway answers the plans that wait for it, over the portal's real door."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from werkzeug.serving import make_server

from adapters.gateway import Door, Identity
from adapters.gateway.plans import Line, answer_plans
from consent.store import open_store
from tests.builders import a_clock, a_person, set_chance
from tests.database import Database
from tests.department_desk import ISSUER, a_door
from tests.plan_builders import THREE, agreed
from tests.portal import Quiet


@pytest.mark.parametrize("answer", [{"answer": "agreed"}, None])
@pytest.mark.parametrize("waits", [{"waits": True}, None])
def test_what_waits_is_answered_once_for_its_own_share(
    database: Database, answer: dict[str, Any] | None, waits: dict[str, Any] | None
) -> None:
    store, clock = open_store(database.portal_url), a_clock()
    agreed(store, clock, a_person(store, clock, set_chance()), THREE)
    store.close()
    seen: list[Line] = []

    def decide(line: Line) -> dict[str, Any] | None:
        seen.append(line)
        return answer

    with a_door(database, clock) as desk:
        identity = Identity("urn:svd:org:dwp", desk.machine("dwp").key, clock.now)
        server = make_server("127.0.0.1", 0, desk.app, threaded=True, request_handler=Quiet)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        door = Door(identity, ISSUER, reached_at=url, scope="plans", now=clock.now)
        try:
            done = [answer_plans(door, decide, lambda line: waits) for _ in range(2)]
            said = door.get("/v1/plans", "").json()["items"][0]["lines"][0]
        finally:
            door.close()
            server.shutdown()
            server.server_close()
    assert (seen[0].debt_handle, seen[0].share_pence) == ("d_1", THREE["dwp"])
    assert done == ([1, 0] if answer else [0, 0])
    assert said.get("enforcement_said") == waits
