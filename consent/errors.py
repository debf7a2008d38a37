"""Errors with stable codes. Expected outcomes are values; these mean the errand cannot go on."""

from __future__ import annotations

from typing import ClassVar


class ServiceError(Exception):
    """Base of all our errors: `code` never changes and never carries personal data."""

    code: ClassVar[str] = "internal"


class NotPermitted(ServiceError):
    """This actor may not do this at all."""

    code = "not_permitted"


class NotFound(ServiceError):
    """There is no such thing, or it is another person's: the two look the same (SEC-66)."""

    code = "not_found"


class ConsentNeeded(ServiceError):
    """The errand needs a permission that has not been given."""

    code = "consent_needed"


class ConsentEnded(ServiceError):
    """The permission was given once and is no longer live."""

    code = "consent_ended"


class WrongState(ServiceError):
    """The thing is in a state from which this change is not allowed."""

    code = "wrong_state"


class SignInTooOld(ServiceError):
    """Granting, agreeing and appointing need a sign-in of the last 15 minutes (decision 21)."""

    code = "sign_in_too_old"


class EphemeralLeak(ServiceError):
    """Code tried to keep or print a value that may only pass through."""

    code = "ephemeral_leak"


class TransactionMisuse(ServiceError):
    """A transaction was nested, or the network was used while one was open."""

    code = "transaction_misuse"


class OutsideFailed(ServiceError):
    """A party outside gave no usable answer; `kind` is a short code, never its text."""

    code = "outside_failed"

    def __init__(self, party: str, kind: str) -> None:
        super().__init__(f"{party}: {kind}")
        self.party = party
        self.kind = kind
