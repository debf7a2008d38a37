"""What a person says to a department, sealed. A department may leave each of these out."""

from __future__ import annotations

from typing import Any, Final

from adapters.gateway.conformance.answers import refused
from adapters.gateway.conformance.checks import cases
from adapters.gateway.conformance.lab import Lab
from adapters.gateway.conformance.tokens import compact, new_key, public, seal
from adapters.gateway.conformance.verdict import NotOffered, must

NOT_THERE: Final = (404, 405, 501)
ERRANDS: Final[dict[str, tuple[str, str, str, dict[str, Any]]]] = {
    "hold": (
        "/v1/hold-requests",
        "urn:uk:svd:hold-request:v1",
        "hold_or_query",
        {"debt_handle": "d_1", "reason_code": "not_mine", "words": "Not mine", "reference": "Q 1"},
    ),
    "support needs": (
        "/v1/support-needs",
        "urn:uk:svd:support-needs:v1",
        "share_support_needs",
        {"codes": ["large_print"]},
    ),
    "budget totals": (
        "/v1/budget-totals",
        "urn:uk:svd:budget-totals:v1",
        "share_budget_totals",
        {
            "income_pence": 200_000,
            "outgoings_pence": 180_000,
            "surplus_pence": 20_000,
            "savings_pence": 2_000,
        },
    ),
}
Errand = tuple[str, str, str, dict[str, Any]]


@cases("sealed", "what a person says is taken, once, under its own permission", ERRANDS.items())
def said(lab: Lab, errand: Errand) -> None:
    path, kind, purpose, body = errand

    def question(**changes: Any) -> Any:
        sealed = seal(compact(body), lab.sealing)
        return lab.question(
            path=path, **({"kind": kind, "purpose": purpose, "request": sealed} | changes)
        )

    right = question()
    reply, token = lab.put(right, path=path)
    if reply.status in NOT_THERE:
        raise NotOffered(f"{path} answers {reply.status}")
    must(reply.status == 202, f"it answers {reply.status}, not 202")
    refused(lab.send(path, token), (409,), ("assertion-replayed",))
    another = seal(compact(body), public(new_key("enc", "somebody-else")))
    refused(lab.put(question(request=another), path=path)[0], (400,), ("malformed",))
    refused(lab.put(question(request=None), path=path)[0], (400,), ("malformed",))
    wrong = question(purpose="view_debts")
    refused(lab.put(wrong, path=path)[0], (403,), ("purpose-not-agreed",))
