"""A permit: the only thing that opens a pull, made here from a live grant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from consent.ids import DepartmentCode, GrantId


@dataclass(frozen=True, slots=True)
class SignInEvidence:
    """How and when the person last signed in, as a department may know it."""

    at: datetime
    vot: str
    ial: str
    idp: str


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to ask one department, for one purpose, now. Only `consent.permits` makes one.

    `pairwise_id` and `subject_handle` are this department's own ids for the person and mean
    nothing elsewhere (SEC-59). A permit says nothing of the person and nothing of a debt.
    """

    grant_id: GrantId
    department: DepartmentCode
    purpose: str
    pairwise_id: str
    subject_handle: str
    record_hash: str
    notice_version: str
    grant_state: str
    grant_expires_at: datetime
    granted_fields: tuple[str, ...]
    sign_in: SignInEvidence
    made_at: datetime
    interaction_id: str
    session_hash: str = ""
    """SHA-256 of the token of the session in which the person asked. The signer looks for that
    session and signs nothing without it (SEC-48)."""
