"""The simulated provider keeps its books through a kill, and its messages come as messages do."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from adapters.payments.govuk_pay import HintRefused, read_webhook
from app.local import keys
from plan.ports import NotDone, PaymentHint, PaymentStatus, ProviderPayment
from tests.pay_lab import PayLab, a_provider, facts


class Letterbox:
    """Where messages arrive, on loopback. `refuse` answers that many of them with 500."""

    def __init__(self) -> None:
        self.came: list[tuple[bytes, str]] = []
        self.refuse = 0
        box = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                box.came.append((body, self.headers["Pay-Signature"]))
                box.refuse, status = box.refuse - 1, 500 if box.refuse > 0 else 204
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/messages"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def hints(self, secret: str) -> list[PaymentHint]:
        return [read_webhook(body, signature, secret) for body, signature in self.came]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def letterbox() -> Iterator[Letterbox]:
    box = Letterbox()
    yield box
    box.close()


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PayLab]:
    with a_provider(tmp_path_factory.mktemp("pay")) as lab:
        yield lab


@pytest.fixture
def lab(provider: PayLab, letterbox: Letterbox) -> PayLab:
    provider.control(reset=True)
    provider.control(webhook_url=letterbox.url)
    return provider


@pytest.fixture
def secret(provider: PayLab) -> str:
    return keys.text(provider.process.folder / "keys", "govuk_pay_webhook_secret")


ALL = ["started", "succeeded", "captured", "settled"]


def test_each_step_of_a_payment_is_told(lab: PayLab, letterbox: Letterbox, secret: str) -> None:
    payment = lab.start()
    lab.pay(payment)
    lab.control(advance=2 * 86400, deliver=True)
    hints = letterbox.hints(secret)
    told = {hint.message_id: hint.event for hint in hints}  # at least once
    assert list(told.values()) == [f"card_payment_{step}" for step in ALL]
    assert {(hint.about, hint.resource_id) for hint in hints} == {("payment", payment.id)}
    body, signature = letterbox.came[0]
    with pytest.raises(HintRefused):
        read_webhook(body + b"\n", signature, secret)


def test_messages_come_twice_and_backwards(lab: PayLab, letterbox: Letterbox, secret: str) -> None:
    lab.control(webhooks={"hold": True, "copies": 3, "order": "last"})
    lab.pay(lab.start())
    lab.control(advance=2 * 86400)
    assert letterbox.came == []
    assert lab.control()["messages"]["waiting"] == 4
    lab.control(deliver=True)
    told = [hint.event.removeprefix("card_payment_") for hint in letterbox.hints(secret)]
    assert told == [step for step in reversed(ALL) for _ in range(3)]
    again = Counter(hint.message_id for hint in letterbox.hints(secret))
    assert set(again.values()) == {3}


def test_messages_are_lost_and_the_payment_is_not(lab: PayLab, letterbox: Letterbox) -> None:
    lab.control(webhooks={"drop": True})
    payment = lab.start()
    lab.pay(payment)
    lab.control(deliver=True)
    assert letterbox.came == []
    assert lab.do(lab.payments.payment(payment.id)).status is PaymentStatus.SUCCESS


def test_a_message_that_is_not_taken_comes_again(
    lab: PayLab, letterbox: Letterbox, secret: str
) -> None:
    letterbox.refuse = 2
    lab.control(webhooks={"hold": True})
    lab.do(lab.payments.payment(lab.start().id))
    requests.get(lab.do(lab.payments.with_reference(lab.start().reference))[0].pay_url, timeout=60)
    for _ in range(3):
        lab.control(deliver=True)
    hints = letterbox.hints(secret)
    assert len(hints) == 3
    assert len({hint.message_id for hint in hints}) == 1
    assert lab.control()["messages"]["waiting"] == 0


def test_a_kill_at_any_moment_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    """Payments, an agreement, its key, a refund and the time: all are there after each restart."""
    with a_provider(tmp_path, state=tmp_path / "books") as lab:
        agreement = lab.agreement()
        asked = {**facts(900), "agreement_id": agreement.id}
        charge = lab.do(lab.payments.charge(**asked))
        assert isinstance(charge, ProviderPayment)
        lab.control(advance=90)
        lab.do(lab.payments.refund(charge.id, charge.pence, refundable=charge.pence))
        waiting = lab.start(70)
        books, now = lab.ledger(), lab.control()["now"]
        for _ in range(2):
            lab.process.kill()
            lab.process.up()
            after = lab.ledger()
            assert [one["payment_id"] for one in after["payments"]] == [
                one["payment_id"] for one in books["payments"]
            ]
            assert (after["taken"], after["agreements"]) == (5900, books["agreements"])
            assert lab.control()["now"] >= now
            assert lab.do(lab.payments.charge(**asked)).id == charge.id  # type: ignore[union-attr]
        lab.pay(waiting)
        lab.process.kill()
        with (tmp_path / "books" / "govuk_pay.jsonl").open("ab") as file:
            file.write(b'["payment", "half a li')
        lab.process.up()
        assert lab.ledger()["taken"] == 5970
        lab.control(advance=90)  # its list shows a refund after a while, as the real one does
        again = lab.do(lab.payments.refund(charge.id, charge.pence, refundable=charge.pence))
        assert not isinstance(again, NotDone)
        assert len(lab.ledger()["refunds"]) == 1


def test_without_a_folder_nothing_outlives_it(tmp_path: Path) -> None:
    with a_provider(tmp_path) as lab:
        lab.start()
        lab.process.kill()
        lab.process.up()
        assert lab.ledger()["payments"] == []
