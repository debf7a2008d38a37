"""Every published answer of GOV.UK Pay goes through our reading: examples of its documentation and
the contracts between its own parts. Skipped where they do not lie beside this checkout."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from marshmallow import Schema

from adapters.payments.govuk_pay import mapping, schema
from plan.ports import (
    AgreementStatus,
    PaymentStatus,
    ProviderAgreement,
    ProviderPayment,
    RefundStatus,
)
from tests.upstream_lab import published

PACTS = ("alphagov__pay-publicapi", "src", "test", "resources", "pacts")


def repaired(text: str) -> Any:
    """An example that is written for people: dots for what is left out, a name without quotes,
    commas too many or too few, a brace that closes nothing. None for what is no object then."""
    text = re.sub(r"^\s*\. ?\. ?\.\s*,?\s*$", "", text, flags=re.M)
    text = re.sub(r"^(\s*)(\w+):", r'\1"\2":', text, flags=re.M)
    text = _balanced(text if text.lstrip().startswith("{") else f"{{{text}}}")
    text = re.sub(r'(["\d}\]el])(\s*\n\s*)(["{])', r"\1,\2\3", text)
    text = re.sub(r",(\s*[}\]])", r"\1", text)
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None


def _balanced(text: str) -> str:
    opened, kept = [], []
    for letter in text:
        if letter in "{[":
            opened.append(letter)
        elif letter in "}]":
            if opened[-1:] != ["{" if letter == "}" else "["]:
                continue
            opened.pop()
        kept.append(letter)
    return "".join(kept)


def examples() -> Iterator[Any]:
    """The answers among the examples: what is sent to Pay, and pieces of an answer, are not."""
    raw = json.loads(published("_derived", "govuk-pay", "doc_examples.json").read_text())
    for one in raw["examples"]:
        if "json" in one:
            yield one["json"]
        elif one["lang"] == "json":
            yield repaired(one["text"])


def kind_of(said: Any) -> tuple[str, Schema | None]:
    """Which of our schemas reads it; none for what is not an answer that we read."""
    if not isinstance(said, dict):
        return "not JSON", None
    if "webhook_message_id" in said:
        return "webhook", schema.Webhook()
    if "events" in said:
        return "events", schema.Events()
    if "_embedded" in said:
        return "refunds", schema.Refunds()
    if "payment_id" in said and "state" in said:
        return "payment", schema.Payment()
    if "refund_id" in said:
        return "refund", schema.Refund()
    if "agreement_id" in said and "authorisation_mode" not in said:
        return "agreement", schema.Agreement()
    results = said.get("results") or said.get("results:") or []
    inside = [one for one in results if isinstance(one, dict)]
    if inside and "state" in inside[0]:
        return "search", schema.Found()
    if inside and "agreement_id" in inside[0]:
        return "search of agreements", schema.Agreement(many=True)
    return "asked or a piece", None


def test_every_documented_answer_maps() -> None:
    counted: Counter[str] = Counter()
    for said in examples():
        kind, reader = kind_of(said)
        counted[kind] += 1
        if reader is not None:
            reads(kind, reader, said)
    assert counted == EXPECTED_EXAMPLES


EXPECTED_EXAMPLES = {
    "payment": 3,
    "search": 1,
    "events": 2,
    "refund": 2,
    "refunds": 1,
    "agreement": 4,
    "search of agreements": 2,
    "webhook": 1,
    "asked or a piece": 12,
}
"""16 answers of 28 examples: the others are requests, errors, pieces, and searches that we do not
make."""


def reads(kind: str, reader: Schema, said: Any) -> None:
    """Read and mapped to our words, none of them unknown."""
    if kind == "search":
        said = {"results": [one for one in said["results"] if "payment_id" in one]}
    elif kind == "search of agreements":
        said = [one for one in said["results"] if "agreement_id" in one]
    assert KNOWN[kind](reader.load(said)), kind


def _paid(read: Any) -> bool:
    return mapping.payment(read).status is not PaymentStatus.UNKNOWN


def _agreed(read: Any) -> bool:
    return mapping.agreement(read).status is not AgreementStatus.UNKNOWN


def _back(read: Any) -> bool:
    return mapping.refund(read).status is not RefundStatus.UNKNOWN


KNOWN: dict[str, Callable[[Any], bool]] = {
    "payment": _paid,
    "search": lambda read: all(map(_paid, read["results"])),
    "events": lambda read: all(
        mapping.event(one).status is not PaymentStatus.UNKNOWN for one in read["events"]
    ),
    "refund": _back,
    "refunds": lambda read: all(map(_back, read["embedded"]["refunds"])),
    "agreement": _agreed,
    "search of agreements": lambda read: all(map(_agreed, read)),
    "webhook": lambda read: bool(read["resource_id"] and read["webhook_message_id"]),
}


def as_public(said: dict[str, Any]) -> dict[str, Any]:
    """A record of Pay's inner parts under the names that its public API gives to them."""
    renamed = {"charge_id": "payment_id", "transaction_id": "payment_id"}
    if "state" not in said:
        renamed["external_id"] = "agreement_id"
    public = {renamed.get(name, name): value for name, value in said.items() if name != "links"}
    links = {one["rel"]: {"href": one["href"]} for one in said.get("links", ())}
    return {**public, "_links": links}


def test_every_contract_between_its_parts_maps() -> None:
    counted: Counter[str] = Counter()
    for path in sorted(published(*PACTS).glob("*.json")):
        for interaction in json.loads(path.read_text())["interactions"]:
            body = interaction["response"].get("body") or {}
            for said in body.get("results", [body]):
                counted[kind_of_pact(as_public(said))] += 1
    assert counted == EXPECTED_PACTS


EXPECTED_PACTS = {
    "payment created": 6,
    "payment success": 1,
    "payment failed": 1,
    "payment unknown": 1,
    "agreement created": 1,
    "agreement active": 2,
    "agreement unknown": 1,
    "error": 2,
    "nothing": 2,
}


def kind_of_pact(said: dict[str, Any]) -> str:
    """Its word in ours. One published payment is `created` and `finished` at once, and one
    agreement has no status: both are unknown to us."""
    if "payment_id" in said:
        payment: ProviderPayment = mapping.payment(schema.Payment().load(said))
        return f"payment {payment.status}"
    if "agreement_id" in said:
        agreement: ProviderAgreement = mapping.agreement(schema.Agreement().load(said))
        return f"agreement {agreement.status}"
    return "error" if "error_identifier" in said else "nothing"
