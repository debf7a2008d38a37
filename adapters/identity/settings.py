"""Where the sign-in service stands and who we are to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import quote, urlsplit

from joserfc.jwk import RSAKey

SMALLEST_KEY: Final = 2048
"""Bits of an RSA key (SEC-45)."""


@dataclass(frozen=True, slots=True, repr=False)
class OneLoginSettings:
    """All addresses are fixed here or found in the service's own discovery document.

    `issuer` ends in a slash, as One Login writes it. `client_key` is the private RSA key whose
    public half the portal publishes. `did_url` is the only place that identity keys are read from,
    whatever a token says (SEC-23). `seconds` bounds each request. Addresses are https, except in a
    `demonstration`.
    """

    issuer: str
    discovery_url: str
    did_url: str
    did_controller: str
    core_identity_issuer: str
    client_id: str
    client_key: RSAKey
    redirect_uri: str
    user_agent: str
    seconds: float = 5.0
    demonstration: bool = False

    def __post_init__(self) -> None:
        bits = getattr(self.client_key.raw_value, "key_size", 0)
        if not self.client_key.is_private or bits < SMALLEST_KEY:
            raise ValueError("the client key must be a private RSA key of 2,048 bits or more")
        if not self.client_key.kid:
            raise ValueError("the client key needs a kid")
        plain = [
            url for url in (self.discovery_url, self.did_url) if urlsplit(url).scheme != "https"
        ]
        if plain and not self.demonstration:
            raise ValueError(f"not https: {', '.join(plain)}")

    @property
    def addresses(self) -> tuple[str, ...]:
        return (self.discovery_url, self.did_url)

    @classmethod
    def at(
        cls,
        oidc_url: str,
        *,
        client_id: str,
        client_key: RSAKey,
        redirect_uri: str,
        user_agent: str,
        identity_url: str = "",
        seconds: float = 5.0,
        demonstration: bool = False,
    ) -> Self:
        """Settings from the service's two addresses, `https://oidc.account.gov.uk` and
        `https://identity.account.gov.uk`; a simulator has one address for both."""
        oidc = oidc_url.rstrip("/")
        identity = (identity_url or oidc_url).rstrip("/")
        return cls(
            issuer=f"{oidc}/",
            discovery_url=f"{oidc}/.well-known/openid-configuration",
            did_url=f"{identity}/.well-known/did.json",
            did_controller=f"did:web:{quote(urlsplit(identity).netloc, safe='.')}",
            core_identity_issuer=f"{identity}/",
            client_id=client_id,
            client_key=client_key,
            redirect_uri=redirect_uri,
            user_agent=user_agent,
            seconds=seconds,
            demonstration=demonstration,
        )
