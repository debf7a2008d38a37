"""Why a token, a proof or an assertion was not taken, in a sentence that says what to mend.

The sentences are these and no others: nothing that was sent is ever in one. Who calls learns about
its own message only, and what is checked stands in the protocol anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from consent.jose import TokenRefused

_SHAPE: Final = {
    "too_big": "It is larger than is read",
    "malformed": "It is no compact JWS with the header of the protocol, or not strict JSON",
    "algorithm": "alg is one of ES256, EdDSA and PS256, and fits the key",
    "signature": "The signature is not right",
}
PROOF: Final[Mapping[str, str]] = {
    **_SHAPE,
    "malformed": "DPoP is one compact JWS; its header has typ, alg and jwk, nothing else",
    "type": "typ is dpop+jwt",
    "key": "jwk is the public half of a key for signing: EC P-256, Ed25519 or RSA of 2,048 bits",
    "method": "htm is the method of this call, in capitals",
    "address": "htu is this address under the issuer's name, without query",
    "claims": "iat is whole seconds, and jti a text of 1 to 256 characters",
    "not_yet": "iat is more than 10 seconds ahead: look at your clock",
    "expired": "iat is more than 60 seconds ago: make one for each call; look at your clock",
    "token": "ath is the base64url of the SHA-256 of the access token",
    "bound": "The token is bound to another key: sign with the one that it was asked for with",
    "again": "This jti was used before: make a proof for each call",
}
TOKEN: Final[Mapping[str, str]] = {
    "scheme": "The header is Authorization: DPoP, a space and the token",
    "expired": "The token has ended: get a new one",
    "register": "The department is no longer connected",
    "other": "It was not made here, or by a key that is used no more: get a new one",
}
ASSERTION: Final[Mapping[str, str]] = {
    **_SHAPE,
    "none": "client_assertion is there, and client_assertion_type is that of a JWT bearer",
    "client": "sub and client_id are urn:svd:org: and the code of a connected department",
    "type": "typ is left out, or JWT, or client-authentication+jwt",
    "key": "kid names no signing key of the set that you publish",
    "audience": "aud is the issuer exactly: one text, no list, not the address of the endpoint",
    "claims": "iss and sub are the client id, iat and exp at most 5 minutes apart, jti is there",
    "not_yet": "iat or nbf is more than 10 seconds ahead: look at your clock",
    "expired": "exp has passed: make an assertion for each request, and look at your clock",
    "again": "The jti of the assertion or of the proof was used before: make both anew",
}
OAUTH: Final[Mapping[str, str]] = {
    "invalid_request": "Each parameter comes once, in the body and not in the address",
    "unsupported_grant_type": "grant_type is client_credentials",
    "invalid_scope": "scope is left out, or has names of scopes_supported with one space between",
    "temporarily_unavailable": "The keys that you publish could not be read: try again soon",
}


def of_proof(refused: TokenRefused) -> str:
    return PROOF[refused.why]


def of_token(refused: TokenRefused) -> str:
    return TOKEN.get(refused.why, TOKEN["other"])


def of_assertion(refused: TokenRefused) -> str:
    return ASSERTION[refused.why]
