"""Two departments lay everything side by side that they ever got about one person, and find nothing
by which their rows could be joined (SEC-59)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from adapters.departments.native import NativeMessages
from adapters.signer_socket import SocketSigner
from adapters.simulators.bank_statement import Line
from adapters.wire import Reply, Wire
from adapters.wire_loop import WireLoop
from app.delivery import Deliveries
from consent.ids import DepartmentCode
from consent.jose import json_object, parts
from consent.people import Worker
from consent.signing.sign import DatabaseSigner
from consent.store import outbox
from consent.withdraw import withdraw
from plan.number import number_settled
from plan.pause import go_on_now, pause
from plan.push import push_due
from plan.remit import remit
from plan.stop import stop
from tests.bank_desk import BankDesk
from tests.bank_desk import a_bank_desk as a_bank
from tests.builders import a_person, given, set_chance
from tests.database import Database
from tests.department_desk import ISSUER, REGISTER, DoorDesk, a_door
from tests.plan_builders import DAYS, PRIVATE, agreed, plan_of
from tests.signers import answering

PAIR = (DepartmentCode("dvla"), DepartmentCode("council"))
OTHER = DepartmentCode("slc")
"""Of somebody else. What all three have is said to everybody, and leads to nobody."""
NAME = re.compile(r"[a-z_]+")
"""A property of the protocol; ids have figures or capitals in them."""
CODE = re.compile(r"[a-z_:.-]+")
"""A word of a closed list."""
DAY = re.compile(r"\d{4}-\d\d-\d\d")
"""A day identifies nobody by itself. Departments are asked and told at the same time, so that
whoever compares clocks can guess; docs/protocol says so."""
OF_THE_TOKEN = frozenset({"iat", "exp", "nbf"})
"""When a word was signed, and how long it holds: the clock of the one who asks, or is told."""
A_DAY, SINCE_2001 = 86_400, 1_000_000_000


class Ear:
    """In place of the wire: it keeps what each department is told, and has it taken."""

    def __init__(self) -> None:
        self.heard: dict[str, list[Any]] = {}

    async def send(
        self, method: str, url: str, headers: Any, body: bytes, *, party: str, **_: Any
    ) -> Reply:
        told = json_object(parts(body.decode(), 3, 10**6)[1])
        self.heard.setdefault(party, []).append([told, headers["x-svd-interaction-id"]])
        return Reply(202, {}, b"")


@dataclass
class Files:
    """What each of the departments has got."""

    of: dict[str, set[str]] = field(default_factory=dict)

    def add(self, department: str, said: Any) -> None:
        self.of.setdefault(department, set()).update(_texts(said))


def _texts(said: Any) -> Iterator[str]:
    """Every text of some length in it but days, and every moment that is finer than a day. Amounts
    are small numbers."""
    if isinstance(said, dict):
        for name, one in said.items():
            if name not in OF_THE_TOKEN:
                yield from _texts(one if NAME.fullmatch(name) else [name, one])
    elif type(said) is int and said > SINCE_2001 and said % A_DAY:
        yield f"second {said}"
    elif isinstance(said, list):
        for one in said:
            yield from _texts(one)
    elif isinstance(said, str) and len(said) >= 6 and not _says_nothing_of_whom(said):
        yield said
    elif isinstance(said, float):
        raise AssertionError("a number with a fraction")


def _says_nothing_of_whom(text: str) -> bool:
    return bool(DAY.fullmatch(text) or CODE.fullmatch(text))


def _of_plan(told: dict[str, Any]) -> dict[str, Any]:
    """What an event of a plan says; nothing of another word."""
    ((name, said),) = told.get("events", {"head": {}}).items()
    return dict(said) if ":plan-" in name else {}


def everything(desk: DoorDesk, bank: BankDesk, ear: Ear) -> Files:
    files = Files()
    grants = bank.rows("select grant_id, department from consent_grant")
    for code in (*PAIR, OTHER):
        machine = desk.machine(code)
        files.add(code, ear.heard.get(code, []))
        for path in ("/v1/plans", "/v1/allocations?after=0", "/v1/remittances"):
            headers = machine.headers("GET", path.partition("?")[0])
            answer = desk.client.get(path, headers=headers, base_url=ISSUER)
            assert answer.status_code == 200, (path, answer.text)
            files.add(code, answer.get_json())
            files.add(code, [_claims(answer.get_json().get("head"))])
        for grant_id, department in grants:
            if department == code:
                files.add(code, _claims(machine.status(grant_id).text))
                files.add(code, _claims(machine.receipt(grant_id).text))
    return files


def _claims(token: Any) -> Any:
    return json_object(parts(token, 3, 10**6)[1]) if isinstance(token, str) else None


def deliver_all(bank: BankDesk, signer: SocketSigner, ear: Ear, loop: WireLoop) -> None:
    """Everything that waits in the outbox is said, as the worker says it."""
    store, clock = bank.life.worker, bank.life.clock
    messages = {}
    for code in (*PAIR, OTHER):
        entry = REGISTER.find(code)
        assert entry is not None
        messages[code] = NativeMessages(
            entry,
            wire=cast(Wire, ear),
            signer=signer,
            portal=ISSUER,
            clock=clock,
            chance=os.urandom,
        )
    head = signer.sign_series_head
    deliver = Deliveries(store, clock, os.urandom, loop, messages, PRIVATE, head)
    for code in messages:
        while True:
            with store.transaction(Worker()) as tx:
                claimed = outbox.claim(tx, code, now=clock.now(), limit=1)
            if not claimed:
                break
            deliver(claimed[0].topic, code, claimed[0].ref)
            with store.transaction(Worker()) as tx:
                outbox.settle(tx, claimed[0], now=clock.now())


def test_two_departments_have_nothing_by_which_to_join_what_they_know(
    database: Database, tmp_path: Path
) -> None:
    ear, loop = Ear(), WireLoop().start()
    with (
        a_bank(database, tmp_path) as bank,
        a_door(database, bank.life.clock) as desk,
        answering(tmp_path / "s" / "sign", cast(DatabaseSigner, desk.door.signer)) as socket,
    ):
        signer, life = SocketSigner(socket), bank.life
        clock = life.clock
        bank.import_(Line(10_000, bank.reference))
        seen = given(
            life.store,
            clock,
            os.urandom,
            life.person,
            [*PAIR],
            post_key="view",
            opening=os.urandom(32),
        )
        deliver_all(bank, signer, ear, loop)
        number_settled(life.worker)
        assert push_due(life.worker, clock, PAIR) == 2
        clock.move(timedelta(days=1))
        remit(life.worker, clock, os.urandom, working_days=DAYS)
        other = a_person(life.store, clock, set_chance("other"), name="other")
        agreed(life.store, clock, other, {OTHER: 700}, seed="other")
        given(life.store, clock, os.urandom, other, [OTHER], post_key="other")
        deliver_all(bank, signer, ear, loop)
        for grant in seen.grants:
            withdraw(life.store, clock, os.urandom, actor=life.person, grant_id=grant.grant_id)
        files = everything(desk, bank, ear)
        plan = plan_of(life.store, life.person)
        who, mine = life.person, plan.plan_id
        pause(life.store, clock, os.urandom, actor=who, plan_id=mine, payments=1, working_days=DAYS)
        deliver_all(bank, signer, ear, loop)
        go_on_now(life.store, clock, os.urandom, actor=who, plan_id=mine)
        deliver_all(bank, signer, ear, loop)
        stop(life.store, clock, os.urandom, actor=life.person, plan_id=plan.plan_id)
        deliver_all(bank, signer, ear, loop)
        files.of.update(everything(desk, bank, ear).of)
    loop.stop()
    kinds = {kind for told, _ in ear.heard[PAIR[0]] for kind in told.get("events", {"head": 0})}
    assert len(kinds) == 6, kinds
    waits = [_of_plan(told)["enforcement"] for told, _ in ear.heard[PAIR[0]] if _of_plan(told)]
    assert waits == ["wait", "wait", "wait", "may_go_on"], "proposed, a break, on again, ended"
    one, two = (files.of[code] for code in PAIR)
    about_others = files.of[OTHER]
    assert one & two - about_others == set()
    finer = re.compile(r"second \d+|\d{4}-\d\d-\d\dT.*")
    assert [text for text in one | two if finer.fullmatch(text)] == [], "only days are told"
    everywhere = "\n".join(one | two)
    for secret in (plan.reference, str(plan.plan_id), str(life.person.subject), bank.reference):
        assert secret not in everywhere


def test_what_would_join_is_noticed() -> None:
    """Each of these stood in what departments got, and the day of it did not."""
    moment = "2026-03-02T12:00:00.003000Z"
    assert list(_texts({"agreed_at": moment, "agreed_on": "2026-03-02"})) == [moment]
    assert list(_texts({"ends": 1_804_000_001, "iat": 1_804_000_001})) == ["second 1804000001"]
    assert list(_texts({"ends": 1_803_945_600, "amount_pence": 100_000_000})) == []
