"""The switches of `/config`: what the sign-in service answers wrongly or differently on purpose.

The three lists of errors carry the names of the published simulator; `furtherErrors` are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

AUTHORISE: Final = ("ACCESS_DENIED", "TEMPORARILY_UNAVAILABLE")
ID_TOKEN: Final = (
    "INVALID_ISS",
    "INVALID_ALG_HEADER",
    "INVALID_AUD",
    "INVALID_SIGNATURE",
    "TOKEN_EXPIRED",
    "TOKEN_NOT_VALID_YET",
    "NONCE_NOT_MATCHING",
    "INCORRECT_VOT",
)
CORE_IDENTITY: Final = (
    "INVALID_ALG_HEADER",
    "INVALID_SIGNATURE",
    "INVALID_ISS",
    "INVALID_AUD",
    "INCORRECT_SUB",
    "TOKEN_EXPIRED",
)
FURTHER: Final = (
    "ID_TOKEN_UNKNOWN_KID",
    "ID_TOKEN_WRONG_AT_HASH",
    "ID_TOKEN_NO_AT_HASH",
    "CORE_IDENTITY_UNKNOWN_KID",
    "CORE_IDENTITY_VOT_P1",
    "CORE_IDENTITY_ABSENT",
    "USERINFO_WRONG_SUB",
    "DID_WRONG_CONTROLLER",
    "TOKEN_DOWN",
    "USERINFO_HUGE",
)
_LISTS: Final = {
    "authoriseErrors": AUTHORISE,
    "idTokenErrors": ID_TOKEN,
    "coreIdentityErrors": CORE_IDENTITY,
    "furtherErrors": FURTHER,
}


class BadSwitch(ValueError):
    """A name that is in none of the lists above."""


@dataclass(slots=True)
class Faults:
    """What is switched on now. `sub`, `return_codes` and `core_identity_kid` replace the story's
    own when given: a person whose account was made again, doubts about an identity, a key that
    lies somewhere else."""

    authorise: frozenset[str] = frozenset()
    id_token: frozenset[str] = frozenset()
    core_identity: frozenset[str] = frozenset()
    further: frozenset[str] = frozenset()
    sub: str = ""
    return_codes: tuple[str, ...] = ()
    core_identity_kid: str = ""
    identity: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "errorConfiguration": {
                "authoriseErrors": sorted(self.authorise),
                "idTokenErrors": sorted(self.id_token),
                "coreIdentityErrors": sorted(self.core_identity),
                "furtherErrors": sorted(self.further),
            },
            "responseConfiguration": {
                "sub": self.sub,
                "returnCodes": [{"code": code} for code in self.return_codes],
                "coreIdentityKid": self.core_identity_kid,
                "coreIdentityVerifiableCredentials": self.identity or None,
            },
        }


def read(body: Any) -> Faults:
    """A whole new set of switches from a POST to `/config`; what is not named is off."""
    if not isinstance(body, dict):
        raise BadSwitch("an object is expected")
    errors = body.get("errorConfiguration") or {}
    answer = body.get("responseConfiguration") or {}
    chosen = {name: _names(errors, name, known) for name, known in _LISTS.items()}
    return Faults(
        authorise=chosen["authoriseErrors"],
        id_token=chosen["idTokenErrors"],
        core_identity=chosen["coreIdentityErrors"],
        further=chosen["furtherErrors"],
        sub=str(answer.get("sub") or ""),
        return_codes=tuple(str(row["code"]) for row in answer.get("returnCodes") or ()),
        core_identity_kid=str(answer.get("coreIdentityKid") or ""),
        identity=dict(answer.get("coreIdentityVerifiableCredentials") or {}),
    )


def _names(errors: dict[str, Any], name: str, known: tuple[str, ...]) -> frozenset[str]:
    names = frozenset(errors.get(name) or ())
    if not names <= set(known):
        raise BadSwitch(f"{name}: choose from {', '.join(known)}")
    return names
