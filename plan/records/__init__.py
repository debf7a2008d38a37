"""What is kept about plans and about the money that people pay into them, never what they owe."""

from __future__ import annotations

from consent.records import metadata
from plan.records.answer_times import answer_time
from plan.records.payments import (
    agreement,
    allocation,
    allocation_receipt,
    bank_entry,
    bank_statement,
    department_book,
    enforcement_word,
    payment,
    refund,
    remittance,
    return_check,
    share_answer,
)
from plan.records.plans import (
    TOKEN_LENGTH,
    instalment,
    message,
    plan,
    plan_break,
    plan_event,
    plan_share,
    plan_version,
    worker_slot,
)

__all__ = [
    "TOKEN_LENGTH",
    "agreement",
    "allocation",
    "allocation_receipt",
    "answer_time",
    "bank_entry",
    "bank_statement",
    "department_book",
    "enforcement_word",
    "instalment",
    "message",
    "metadata",
    "payment",
    "plan",
    "plan_break",
    "plan_event",
    "plan_share",
    "plan_version",
    "refund",
    "remittance",
    "return_check",
    "share_answer",
    "worker_slot",
]
