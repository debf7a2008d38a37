"""What the portal is told at its start, as one frozen object; all faults are reported at once.

The defaults are production's. `SVD_DEMONSTRATION=1` (which `svd run` sets) takes the
demonstration's, on this machine only.
"""

from __future__ import annotations

import base64
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from app.paying_account import PayingAccount, account_faults, paying_account
from consent import register
from consent.keys import KeyRefused, load_keys

Mode = Literal["production", "demonstration"]
Brand = Literal["generic", "govuk"]
ONE_LOGIN_HOSTS: Final = ".account.gov.uk"
PAY_HOSTS: Final = ".payments.service.gov.uk"
PAY: Final = f"https://publicapi{PAY_HOSTS}"
PAY_PAGES: Final = f"https://www{PAY_HOSTS}"
NOTIFY: Final = "https://api.notifications.service.gov.uk"
DEMONSTRATION_TEMPLATES: Final = (
    "5d0c4e0b-6a3f-4f0e-9b0e-000000000001",
    "5d0c4e0b-6a3f-4f0e-9b0e-000000000002",
)
"""Of emails and of text messages, at the simulator."""
DEMONSTRATION_CLIENT: Final = "see-and-pay-demonstration"
DEMONSTRATION_CONSOLE: Final = "see-and-pay-console"
DEMONSTRATION_CASH: Final = "0000"
DEPARTMENTS_PRIVATE_KEYS: Final = "*_seal.jwk.json"
"""Only the demonstration has a department's private key beside ours."""
SIGNERS_KEYS: Final = ("portal.jwk.json", "log.jwk.json")
"""The private keys of the signer: no other process starts where it could read them (SEC-19)."""
_CASH_PREFIX: Final = re.compile("[0-9]{0,12}")
LONGEST_SOCKET: Final = 107
"""Bytes of a socket's path that the kernel allows."""


class SettingsFault(Exception):
    """The environment cannot be used; `faults` has one sentence for each reason."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Settings:
    """Addresses are without a slash at the end. Secrets lie in files in `keys_dir`."""

    mode: Mode
    state_dir: Path
    keys_dir: Path
    host: str
    port: int
    portal_url: str
    database_url: str
    worker_database_url: str
    department_database_url: str = ""
    """For the departments' door; empty takes `database_url` and steps down from there."""
    vault_url: str = ""
    """Redis or Valkey for several processes; empty keeps the vault in this one's memory."""
    one_login_url: str = "https://oidc.account.gov.uk"
    one_login_identity_url: str = "https://identity.account.gov.uk"
    one_login_client_id: str = ""
    staff_client_id: str = ""
    """The console at the departments' own sign-ins; without it none of their staff gets in."""
    pay_url: str = PAY
    """Where GOV.UK Pay's API is, and below where people type their card."""
    pay_pages_url: str = PAY_PAGES
    notify_url: str = NOTIFY
    notify_templates: tuple[str, str] = ("", "")
    """Ids of the bare templates of emails and of text messages at GOV.UK Notify."""
    paying_account: PayingAccount | None = None
    """Where transfers arrive; without it nobody is shown how to pay by transfer."""
    cash_prefix: str = ""
    """The digits by which a cash network knows us; without them nobody is offered cash."""
    brand: Brand = "generic"
    more_form_origins: tuple[str, ...] = ()
    more_hosts: tuple[str, ...] = ()
    signer_socket: Path = Path("/var/lib/see-and-pay/socket/signer.sock")
    """Where `svd sign` listens; its keys are nowhere that this process knows of."""

    @property
    def demonstration(self) -> bool:
        return self.mode == "demonstration"

    @property
    def secure(self) -> bool:
        """Whether people reach the portal over TLS."""
        return self.portal_url.startswith("https://")

    @property
    def hosts(self) -> list[str]:
        """Host names that the portal answers to; any other is refused."""
        local = ["localhost", "127.0.0.1"] if self.demonstration else []
        return [urlsplit(self.portal_url).hostname or "", *self.more_hosts, *local]

    @property
    def form_action_origins(self) -> tuple[str, ...]:
        """Where a form of ours may lead: the sign-in service, the payment pages, and what is added
        (decision 48)."""
        ours = map(_origin, (self.one_login_url, self.pay_pages_url))
        return tuple(dict.fromkeys((*ours, *self.more_form_origins)))

    @property
    def one_login_issuer(self) -> str:
        return f"{self.one_login_url}/"

    @property
    def one_login_discovery_url(self) -> str:
        return f"{self.one_login_url}/.well-known/openid-configuration"

    @property
    def one_login_did_url(self) -> str:
        return f"{self.one_login_identity_url}/.well-known/did.json"

    def cookie_secret(self) -> bytes:
        """The 32 bytes that sign the form token; every process of a portal shares them."""
        return base64.urlsafe_b64decode((self.keys_dir / "cookie_secret").read_text().strip())

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read and check. Raises SettingsFault with everything that is wrong."""
        found = _read(environ)
        faults = (*_faults(found), *(_production_faults(found, environ)))
        if faults:
            raise SettingsFault(faults)
        return found


@dataclass(frozen=True, slots=True)
class Place:
    """What every process of one service is told alike."""

    mode: Mode
    state_dir: Path
    port: str
    portal_url: str
    signer_socket: Path


def cash_prefix(environ: Mapping[str, str], *, demonstration: bool) -> str:
    """The digits by which a cash network knows us; empty where none takes cash for us."""
    return environ.get("SVD_CASH_PREFIX", DEMONSTRATION_CASH if demonstration else "")


def read_place(environ: Mapping[str, str]) -> Place:
    said = environ.get("SVD_MODE", "")
    demonstration = environ.get("SVD_DEMONSTRATION") == "1" and said != "production"
    state = Path(environ.get("SVD_STATE_DIR", "var" if demonstration else "/var/lib/see-and-pay"))
    port = environ.get("SVD_PORT", "8000")
    local = f"http://localhost:{port}" if demonstration else ""
    return Place(
        mode="demonstration" if demonstration else "production",
        state_dir=state,
        port=port,
        portal_url=environ.get("SVD_PORTAL_URL", local).rstrip("/"),
        signer_socket=Path(environ.get("SVD_SIGNER_SOCKET", state / "socket" / "signer.sock")),
    )


def _read(environ: Mapping[str, str]) -> Settings:
    place = read_place(environ)
    demonstration = place.mode == "demonstration"
    one_login = environ.get(
        "SVD_ADDRESS_ONE_LOGIN",
        "http://127.0.0.1:8101" if demonstration else "https://oidc.account.gov.uk",
    )
    identity = environ.get(
        "SVD_ADDRESS_ONE_LOGIN_IDENTITY",
        one_login if demonstration else "https://identity.account.gov.uk",
    )
    pay = environ.get("SVD_ADDRESS_GOVUK_PAY", "http://127.0.0.1:8109" if demonstration else PAY)
    pay_pages = environ.get("SVD_ADDRESS_GOVUK_PAY_PAGES", pay if demonstration else PAY_PAGES)
    client = DEMONSTRATION_CLIENT if demonstration else ""
    email, text = DEMONSTRATION_TEMPLATES if demonstration else ("", "")
    database = environ.get("DATABASE_URL", "")
    return Settings(
        mode=place.mode,
        state_dir=place.state_dir,
        keys_dir=Path(environ.get("SVD_KEYS_DIR", place.state_dir / "keys")),
        host=environ.get("SVD_HOST", "127.0.0.1"),
        port=int(place.port) if place.port.isdecimal() else -1,
        portal_url=place.portal_url,
        signer_socket=place.signer_socket,
        database_url=database,
        worker_database_url=environ.get("DATABASE_URL_WORKER", database),
        department_database_url=environ.get("DATABASE_URL_DEPARTMENT", ""),
        vault_url=environ.get("VAULT_URL", ""),
        one_login_url=one_login.rstrip("/"),
        one_login_identity_url=identity.rstrip("/"),
        one_login_client_id=environ.get("SVD_ONE_LOGIN_CLIENT_ID", client),
        staff_client_id=environ.get(
            "SVD_STAFF_CLIENT_ID", DEMONSTRATION_CONSOLE if demonstration else ""
        ),
        pay_url=pay.rstrip("/"),
        pay_pages_url=pay_pages.rstrip("/"),
        notify_url=environ.get(
            "SVD_ADDRESS_NOTIFY", "http://127.0.0.1:8110" if demonstration else NOTIFY
        ).rstrip("/"),
        notify_templates=(
            environ.get("SVD_NOTIFY_EMAIL_TEMPLATE", email),
            environ.get("SVD_NOTIFY_TEXT_TEMPLATE", text),
        ),
        paying_account=paying_account(environ, demonstration=demonstration),
        cash_prefix=cash_prefix(environ, demonstration=demonstration),
        brand="govuk" if environ.get("BRAND") == "govuk" else "generic",
        more_form_origins=_list(environ.get("SVD_FORM_ORIGINS", "")),
        more_hosts=_list(environ.get("SVD_HOSTS", "")),
    )


def _faults(found: Settings) -> list[str]:
    faults = []
    if not 0 <= found.port <= 65535:
        faults.append("SVD_PORT must be a number from 0 to 65535.")
    if not urlsplit(found.portal_url).hostname:
        faults.append("SVD_PORTAL_URL must be the address at which people reach the portal.")
    if not found.database_url.startswith("postgresql+psycopg://"):
        faults.append("DATABASE_URL must be a postgresql+psycopg:// address.")
    if found.vault_url and urlsplit(found.vault_url).scheme not in {"redis", "rediss", "unix"}:
        faults.append("VAULT_URL must be a redis:// or rediss:// address, or empty.")
    if not found.one_login_client_id:
        faults.append("SVD_ONE_LOGIN_CLIENT_ID must be the client id at the sign-in service.")
    faults += account_faults(found.paying_account, demonstration=found.demonstration)
    if not _CASH_PREFIX.fullmatch(found.cash_prefix):
        faults.append("SVD_CASH_PREFIX must be at most 12 digits, as the cash network gave them.")
    if len(os.fsencode(found.signer_socket)) > LONGEST_SOCKET:
        faults.append(f"SVD_SIGNER_SOCKET must be at most {LONGEST_SOCKET} bytes long.")
    if any((found.keys_dir / name).exists() for name in SIGNERS_KEYS):
        faults.append("SVD_KEYS_DIR must not hold the signer's keys: see `svd keys`.")
    if not (found.keys_dir / "cookie_secret").is_file():
        faults.append(f"SVD_KEYS_DIR must hold the portal's keys: {found.keys_dir} does not.")
    return faults


def _production_faults(found: Settings, environ: Mapping[str, str]) -> list[str]:
    """What production refuses to start with (SEC-91)."""
    if found.demonstration:
        return []
    faults = []
    if any(environ.get(name, "") not in ("", "0") for name in ("FLASK_DEBUG", "SVD_DEBUG")):
        faults.append("Debugging must be off in production.")
    if environ.get("SVD_DEMONSTRATION") == "1":
        faults.append("SVD_DEMONSTRATION and SVD_MODE=production contradict each other.")
    addresses = {
        "SVD_PORTAL_URL": found.portal_url,
        "SVD_ADDRESS_ONE_LOGIN": found.one_login_url,
        "SVD_ADDRESS_ONE_LOGIN_IDENTITY": found.one_login_identity_url,
        "SVD_ADDRESS_GOVUK_PAY": found.pay_url,
        "SVD_ADDRESS_GOVUK_PAY_PAGES": found.pay_pages_url,
        "SVD_ADDRESS_NOTIFY": found.notify_url,
        **{
            f"SVD_ADDRESS_{entry.code.upper()}": entry.address
            for entry in register.load(environ=environ).connected()
        },
    }
    faults += [
        f"{name} must be an https:// address in production."
        for name, address in addresses.items()
        if address and not address.startswith("https://")
    ]
    for name in ("SVD_ADDRESS_ONE_LOGIN", "SVD_ADDRESS_ONE_LOGIN_IDENTITY"):
        if not (urlsplit(addresses[name]).hostname or "").endswith(ONE_LOGIN_HOSTS):
            faults.append(f"{name} must be GOV.UK One Login itself, not a simulator.")
    for name in ("SVD_ADDRESS_GOVUK_PAY", "SVD_ADDRESS_GOVUK_PAY_PAGES"):
        if not (urlsplit(addresses[name]).hostname or "").endswith(PAY_HOSTS):
            faults.append(f"{name} must be GOV.UK Pay itself, not a simulator.")
    if found.one_login_client_id == DEMONSTRATION_CLIENT:
        faults.append("SVD_ONE_LOGIN_CLIENT_ID must not be the demonstration's.")
    if any(found.keys_dir.glob(DEPARTMENTS_PRIVATE_KEYS)):
        faults.append("SVD_KEYS_DIR must not hold the demonstration's keys.")
    return faults


def messages_faults(found: Settings) -> list[str]:
    """What the worker also needs, because it sends messages."""
    faults = []
    if not (found.keys_dir / "notify_api_key").is_file():
        faults.append("SVD_KEYS_DIR must hold notify_api_key, the API key of GOV.UK Notify.")
    if not all(found.notify_templates):
        faults.append("SVD_NOTIFY_EMAIL_TEMPLATE and SVD_NOTIFY_TEXT_TEMPLATE must be set.")
    return faults


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _origin(url: str) -> str:
    return "{0.scheme}://{0.netloc}".format(urlsplit(url))


@dataclass(frozen=True, slots=True)
class SignerSettings:
    """What the signer is told at its start. `keys_dir` is nobody else's to read."""

    keys_dir: Path
    socket: Path
    database_url: str
    portal_url: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> SignerSettings:
        """Read and check. Raises SettingsFault with everything that is wrong."""
        place = read_place(environ)
        found = cls(
            keys_dir=Path(environ.get("SVD_SIGNER_KEYS_DIR", place.state_dir / "signer")),
            socket=place.signer_socket,
            database_url=environ.get("DATABASE_URL_SIGNER", ""),
            portal_url=place.portal_url,
        )
        faults = _signer_faults(found)
        if faults:
            raise SettingsFault(tuple(faults))
        return found


def _signer_faults(found: SignerSettings) -> list[str]:
    faults = []
    if not found.database_url.startswith("postgresql+psycopg://"):
        faults.append("DATABASE_URL_SIGNER must be a postgresql+psycopg:// address.")
    if not urlsplit(found.portal_url).hostname:
        faults.append("SVD_PORTAL_URL must be the address at which people reach the portal.")
    if len(os.fsencode(found.socket)) > LONGEST_SOCKET:
        faults.append(f"SVD_SIGNER_SOCKET must be at most {LONGEST_SOCKET} bytes long.")
    for name in SIGNERS_KEYS:
        path = found.keys_dir / name
        try:
            load_keys(path).first("sig")
        except (OSError, KeyRefused):
            faults.append(f"SVD_SIGNER_KEYS_DIR must hold a key in {path}: see `svd keys`.")
            continue
        if any(stat.S_IMODE(one.stat().st_mode) & 0o077 for one in (found.keys_dir, path)):
            faults.append(f"{path} and its folder must be for the signer's own user only.")
    return faults
