"""Why nobody is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, Literal

from consent.errors import ServiceError

RefusedKind = Literal[
    "cancelled",  # the person went back, or the service turned them away
    "not_proven",  # signed in, but their identity is not proven at P2
    "login_required",  # a silent look found nobody signed in
    "unavailable",  # the service cannot be reached or says so
    "state_mismatch",  # not the answer to the question this browser asked
    "request_refused",  # the service did not accept how we asked
    "code_refused",  # the code is used, too old, or not ours
    "token_invalid",  # the sign-in token is not right in every part
    "identity_invalid",  # the identity is not right in every part
]

ERRORS: Final[Mapping[str, RefusedKind]] = {
    "access_denied": "cancelled",
    "login_required": "login_required",
    "server_error": "unavailable",
    "temporarily_unavailable": "unavailable",
}
"""Errors of the authorisation answer that have a page of their own."""


class SignInRefused(ServiceError):
    """Nobody is signed in. `kind` chooses the page; no text of the service is repeated."""

    code: ClassVar[str] = "sign_in_refused"

    def __init__(self, kind: RefusedKind) -> None:
        super().__init__(kind)
        self.kind: RefusedKind = kind
