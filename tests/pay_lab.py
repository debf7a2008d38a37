"""The payment provider as a process of its own, and our adapter in front of it.

lab.start()                       # a payment that waits for a person
lab.pay(payment)                  # the person types a card and confirms
lab.control(advance=86400)        # a day passes there
lab.fail("create_payment", "after_timeout")
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import uuid
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests

from adapters.payments.govuk_pay import GovukPay
from adapters.wire import Wire
from adapters.wire_loop import WireLoop
from app.local import keys
from debts.money import Pence
from plan.ports import ProviderAgreement, ProviderPayment

ROOT = Path(__file__).resolve().parents[1]
GOOD, DECLINED, BROKEN = "4242424242424242", "4000000000000002", "4000000000000119"
LATER_DECLINED, LATER_LOST = "4000000000000341", "4000000000000259"
BACK = "http://localhost:8000/back"
T = TypeVar("T")


@dataclass
class PayProcess:
    """The simulator; `state` keeps its books when it is killed."""

    folder: Path
    state: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    url: str = ""
    process: subprocess.Popen[str] | None = None

    def up(self) -> None:
        """Start, at the port that it had before."""
        self.process = subprocess.Popen(
            (sys.executable, "-m", "adapters.simulators.serve", "govuk_pay", f"--port={self.port}"),
            env={
                **os.environ,
                "SVD_STATE_DIR": str(self.folder),
                "SVD_PAY_STATE": str(self.state or ""),
                "SVD_PAY_WEBHOOK_URL": "",
                **self.environment,
            },
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline().split()
        assert len(said) == 2, "the payment provider did not start"
        self.url = said[1]
        self.port = urlsplit(self.url).port or 0

    def kill(self) -> None:
        """At once, as by a power switch."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(60)
            if self.process.stdout is not None:
                self.process.stdout.close()


@dataclass
class PayLab:
    """One account at the provider and somebody who uses it."""

    process: PayProcess
    loop: WireLoop
    payments: GovukPay
    hasty: GovukPay
    """The same account; gives up on an answer after three seconds."""

    def do(self, errand: Coroutine[Any, Any, T], *, seconds: float = 60) -> T:
        return self.loop.call(errand, seconds=seconds)

    def start(self, pence: int = 5000, reference: str = "", **more: Any) -> ProviderPayment:
        return self.do(self.payments.start(**facts(pence, reference), return_url=BACK, **more))

    def agreement(self, card: str = GOOD) -> ProviderAgreement:
        """One that a first payment has made active."""
        made = self.do(
            self.payments.make_agreement(reference=new_id(), description="Your monthly payment")
        )
        self.pay(self.start(agreement_id=made.id), card=card)
        return self.do(self.payments.agreement(made.id))

    def pay(self, payment: ProviderPayment, *, card: str = GOOD, then: str = "confirm") -> None:
        """As a person with a browser would: look, type, confirm."""
        page = requests.get(payment.pay_url, timeout=60)
        assert page.status_code == 200, page.text
        for said in ({"how": "card", "card": card}, {"how": then}):
            answer = requests.post(payment.pay_url, said, timeout=60, allow_redirects=False)
            assert answer.status_code in (200, 303), answer.text

    def paid(self, pence: int = 5000, **more: Any) -> ProviderPayment:
        """Paid and taken from the card."""
        payment = self.start(pence, **more)
        self.pay(payment)
        self.control(advance=120)
        return self.do(self.payments.payment(payment.id))

    def control(self, **body: Any) -> dict[str, Any]:
        reply = requests.post(f"{self.process.url}/_control", json=body, timeout=60)
        assert reply.status_code == 200, reply.text
        said: dict[str, Any] = reply.json()
        return said

    def fail(self, on: str, kind: str, **more: Any) -> None:
        self.control(faults=[{"on": on, "kind": kind, **more}])

    def ledger(self) -> dict[str, Any]:
        said: dict[str, Any] = requests.get(f"{self.process.url}/_ledger", timeout=60).json()
        return said


def new_id() -> str:
    return str(uuid.uuid4())


def facts(pence: int = 5000, reference: str = "", key: str = "") -> dict[str, Any]:
    reference = reference or new_id()
    return {
        "key": key or reference,
        "pence": Pence(pence),
        "reference": reference,
        "description": "A payment of your plan",
    }


@contextmanager
def a_provider(folder: Path, **more: Any) -> Iterator[PayLab]:
    keys.ensure(folder / "keys")
    process = PayProcess(folder, **more)
    process.up()
    loop = WireLoop().start()
    wires = (
        Wire([process.url], demonstration=True),
        Wire([process.url], demonstration=True, total_seconds=3),
    )
    key = keys.text(folder / "keys", "govuk_pay_api_key")
    try:
        yield PayLab(
            process, loop, *(GovukPay(wire, process.url, key, pages=process.url) for wire in wires)
        )
        for wire in wires:
            loop.call(wire.close(), seconds=60)
    finally:
        loop.stop()
        process.kill()


def the_button(page: str) -> list[str]:
    """What a page lets people do."""
    return re.findall(r'name="how" value="(\w+)"', page)
