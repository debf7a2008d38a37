"""Where the parts meet: reads keys and registers, opens the stores, starts the wire."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import RSAKey

from adapters.departments.hmcts_opal import HmctsOpal
from adapters.departments.hmrc_breathing_space import HmrcBreathingSpace
from adapters.departments.hmrc_oauth import ClientCredentials
from adapters.departments.hmrc_time_to_pay import HmrcTimeToPay
from adapters.departments.native import NativeDepartment, NativeMessages
from adapters.departments.native.published import PublishedKeys
from adapters.identity.one_login import OneLogin
from adapters.identity.settings import OneLoginSettings
from adapters.identity.staff_login import StaffLogin, StaffLoginSettings, StaffTrip
from adapters.messages.govuk_notify import Notify, Templates
from adapters.messages.sealed_contact import ContactKeeper
from adapters.payments.govuk_pay import GovukPay
from adapters.signer_socket import SocketSigner
from adapters.wire import Wire
from adapters.wire_loop import WireLoop
from app.answer_times import AnswerTimes
from app.citizen.slots import CLASSES
from app.department_api.clients import PublishedClients
from app.department_api.door import Door
from app.department_api.receipts import OwnReceipts
from app.department_api.tokens import Tokens
from app.department_console.desk import Desk
from app.local.keys import secret, text
from app.services import Services
from app.settings import SIGNERS_KEYS, Settings, SignerSettings
from consent import notices as notice_files
from consent import register as register_files
from consent.clock import Chance, Clock, SystemClock
from consent.evidence import EvidenceKeeper
from consent.ids import DepartmentCode
from consent.keys import Keys, load_keys
from consent.log.checkpoint import LogSigner, log_key, log_origin
from consent.notices import Notices
from consent.receipts import Papers
from consent.register import DepartmentEntry, Register
from consent.sessions import Sessions
from consent.signer import Signer
from consent.signing.sign import DatabaseSigner
from consent.staff import StaffSessions
from consent.store import DEPARTMENT, SIGNER, WORKER, Store, open_store
from consent.store.checks import Checks
from consent.store.signing import Looks
from debts.ports import Department, Vault
from debts.pull import Pulls
from debts.vault import MemoryVault
from debts.visit import Visits
from plan.ports import Payments
from plan.rules import policy as policy_files
from plan.store.series_heads import hashes_at
from plan.tokens import TokenKeeper, public_half, tag_key

USER_AGENT = "see-and-pay/1.0"
DATABASE_THREADS = 8
SCOPES = {"hmrc_time_to_pay": "read:time-to-pay-proxy read:breathing-space-periods"}


@dataclass(frozen=True, slots=True, repr=False)
class Outside:
    """The adapters of one process: what asks departments and what sends them messages."""

    register: Register
    wire: Wire
    loop: WireLoop
    departments: Mapping[DepartmentCode, Department]
    messages: Mapping[DepartmentCode, NativeMessages]
    published: Mapping[DepartmentCode, PublishedKeys]
    signer: SocketSigner
    payments: Payments

    def stop(self) -> None:
        self.loop.call(self.wire.close(), seconds=5)
        self.loop.stop()
        self.signer.close()


@dataclass(frozen=True, slots=True, repr=False)
class Running:
    """A wired portal; `stop()` ends its loop, threads and pool."""

    services: Services
    outside: Outside
    threads: ThreadPoolExecutor
    times: AnswerTimes

    def stop(self) -> None:
        self.outside.stop()
        self.threads.shutdown(wait=False, cancel_futures=True)
        self.times.hand_over()
        self.services.store.close()
        self.services.door.checks.close()
        self.services.door.receipts.store.close()
        self.services.console.store.close()


def portal(
    settings: Settings, environ: Mapping[str, str], *, load: Callable[..., Keys] = load_keys
) -> Running:
    """Everything the portal needs, ready to serve. `load` reads the portal's own RSA keys, whose
    numbers take a tenth of a second to check: who makes many portals in one process keeps them.
    """
    clock, chance = SystemClock(), secrets.token_bytes
    notices, vault = notice_files.load(), _vault(settings, clock)
    store = open_store(settings.database_url)
    outside = _outside(settings, environ, clock, chance)
    threads = ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="book")
    times = AnswerTimes(store, clock, threads)
    pepper = secret(settings.keys_dir, "person_pepper")
    door = _door(settings, outside, notices, clock, chance)
    services = Services(
        clock=clock,
        chance=chance,
        register=outside.register,
        notices=notices,
        policies=policy_files.load(),
        store=store,
        sessions=Sessions(store, clock, chance, pepper=pepper),
        visits=Visits(
            vault,
            clock,
            chance,
            pepper=secret(settings.keys_dir, "vault_pepper"),
            classes=CLASSES,
        ),
        pulls=Pulls(
            outside.departments,
            clock,
            spawn=_spawner(outside.loop),
            threads=threads,
            timed=times.note,
        ),
        one_login=_one_login(settings, clock, load),
        contacts=ContactKeeper(secret(settings.keys_dir, "contact_key"), chance),
        evidence=EvidenceKeeper(secret(settings.keys_dir, "evidence_key"), chance),
        tokens=TokenKeeper(public_half(secret(settings.keys_dir, "token_key")), tag_key(pepper)),
        messages=outside.messages,
        payments=outside.payments,
        pay_webhook_secret=text(settings.keys_dir, "govuk_pay_webhook_secret"),
        sign_receipt=outside.signer.sign_receipt,
        public_keys=load_keys(settings.keys_dir / "portal.jwks.json").public(),
        one_login_client_jwks=load_keys(settings.keys_dir / "one_login_client.jwks.json").public(),
        check_code_key=secret(settings.keys_dir, "check_code"),
        log_key=log_key(
            log_origin(settings.portal_url), load_keys(settings.keys_dir / "log.jwks.json")
        ),
        door=door,
        console=_console(settings, outside, door, vault, clock, chance, load),
        wire_loop=outside.loop,
    )
    return Running(services, outside, threads, times)


@dataclass(frozen=True, slots=True, repr=False)
class Working:
    """A wired worker: its store under its own role, and the adapters by which it delivers."""

    store: Store
    outside: Outside
    notify: Notify

    def stop(self) -> None:
        self.outside.stop()
        self.store.close()


def worker(settings: Settings, environ: Mapping[str, str]) -> Working:
    """Everything the worker needs. It alone is told where messages go."""
    clock, chance = SystemClock(), secrets.token_bytes
    store = open_store(settings.worker_database_url, role=WORKER)
    outside = _outside(settings, environ, clock, chance, settings.notify_url)
    notify = Notify(
        settings.notify_url,
        (settings.keys_dir / "notify_api_key").read_text(),
        templates=Templates(*settings.notify_templates),
        wire=outside.wire,
        loop=outside.loop,
        contacts=ContactKeeper(secret(settings.keys_dir, "contact_key"), chance),
        clock=clock,
    )
    return Working(store, outside, notify)


def signer(settings: SignerSettings, environ: Mapping[str, str]) -> DatabaseSigner:
    """The signer, which reads under its own role. No other process has the keys (SEC-19)."""
    keys, log_keys = (load_keys(settings.keys_dir / name) for name in SIGNERS_KEYS)
    store = open_store(settings.database_url, role=SIGNER, pool_size=4)
    return DatabaseSigner(
        keys,
        LogSigner(log_keys, store=store, origin=log_origin(settings.portal_url)),
        looks=Looks(settings.database_url),
        register=register_files.load(environ=environ),
        notices=notice_files.load(),
        series=hashes_at(store),
        issuer=settings.portal_url,
        clock=SystemClock(),
        chance=secrets.token_bytes,
    )


def _outside(
    settings: Settings, environ: Mapping[str, str], clock: Clock, chance: Chance, *more: str
) -> Outside:
    """The register's origins may be reached, and `more`."""
    register = register_files.load(environ=environ)
    origins = {*register.origins(), settings.pay_url, *more}
    wire = Wire(origins, demonstration=settings.demonstration)
    signer = SocketSigner(settings.signer_socket)
    departments: dict[DepartmentCode, Department] = {}
    messages: dict[DepartmentCode, NativeMessages] = {}
    published: dict[DepartmentCode, PublishedKeys] = {}
    for entry in register.connected():
        if entry.wire == "native":
            keys = published[entry.code] = PublishedKeys(entry.address, entry.code, wire, clock)
            departments[entry.code], messages[entry.code] = _native(
                entry, settings, wire, signer, clock, chance, keys
            )
        else:
            departments[entry.code] = _own_wire(entry, settings, wire, clock)
    loop = WireLoop().start()
    return Outside(
        register, wire, loop, departments, messages, published, signer, _payments(settings, wire)
    )


def _payments(settings: Settings, wire: Wire) -> Payments:
    key = text(settings.keys_dir, "govuk_pay_api_key")
    return GovukPay(wire, settings.pay_url, key, pages=settings.pay_pages_url)


def _door(
    settings: Settings, outside: Outside, notices: Notices, clock: Clock, chance: Chance
) -> Door:
    url = settings.department_database_url or settings.database_url
    return Door(
        issuer=settings.portal_url,
        clock=clock,
        chance=chance,
        clients=PublishedClients(outside.register, outside.published, outside.loop),
        checks=Checks(url),
        receipts=OwnReceipts(
            open_store(url, role=DEPARTMENT, pool_size=2), Papers(settings.portal_url, notices)
        ),
        tokens=Tokens(
            load_keys(settings.keys_dir / "api_token.jwk.json"),
            issuer=settings.portal_url,
            clock=clock,
            chance=chance,
        ),
        signer=outside.signer,
    )


def _console(
    settings: Settings,
    outside: Outside,
    door: Door,
    vault: Vault,
    clock: Clock,
    chance: Chance,
    load: Callable[..., Keys],
) -> Desk:
    url, register = settings.department_database_url or settings.database_url, outside.register
    store = open_store(url, role=DEPARTMENT, pool_size=4)
    client = settings.keys_dir / "staff_client"
    return Desk(
        clock=clock,
        chance=chance,
        register=register,
        policies=policy_files.load(),
        store=store,
        sessions=StaffSessions(
            store, clock, chance, pepper=secret(settings.keys_dir, "staff_pepper")
        ),
        trips=Visits(
            vault,
            clock,
            chance,
            pepper=secret(settings.keys_dir, "vault_pepper"),
            classes=(StaffTrip,),
        ),
        sign_ins=_staff_sign_ins(settings, register, clock, load),
        client_jwks=load_keys(client.with_suffix(".jwks.json")).public(),
        keys=door.clients.keys,
        recent=door.recent,
    )


def _staff_sign_ins(
    settings: Settings, register: Register, clock: Clock, load: Callable[..., Keys]
) -> dict[DepartmentCode, StaffLogin]:
    """By department; in production only those whose issuer is reached over TLS."""
    if not settings.staff_client_id:
        return {}
    key = load(settings.keys_dir / "staff_client.jwk.json").first("sig")
    if not isinstance(key, RSAKey):
        raise ValueError("departments' own sign-ins are shown an RSA key only")
    return {
        entry.code: StaffLogin(
            StaffLoginSettings(
                issuer=entry.staff_sign_in,
                client_id=settings.staff_client_id,
                client_key=key,
                redirect_uri=f"{settings.portal_url}/department/sign-in/return",
                user_agent=USER_AGENT,
                demonstration=settings.demonstration,
            ),
            clock=clock,
        )
        for entry in register.with_staff()
        if settings.demonstration or entry.staff_sign_in.startswith("https://")
    }


def _native(
    entry: DepartmentEntry,
    settings: Settings,
    wire: Wire,
    signer: Signer,
    clock: Clock,
    chance: Chance,
    keys: PublishedKeys,
) -> tuple[NativeDepartment, NativeMessages]:
    asks = NativeDepartment(
        entry,
        wire=wire,
        signer=signer,
        portal=settings.portal_url,
        clock=clock,
        chance=chance,
        keys=keys,
    )
    tells = NativeMessages(
        entry,
        wire=wire,
        signer=signer,
        portal=settings.portal_url,
        clock=clock,
        chance=chance,
        keys=keys,
    )
    return asks, tells


def _own_wire(entry: DepartmentEntry, settings: Settings, wire: Wire, clock: Clock) -> Department:
    """A department that has its own interface: its adapter speaks it as it is (decision 6)."""
    tokens = ClientCredentials(
        entry.token_address or f"{entry.address}/oauth/token",
        wire,
        clock,
        party=entry.code,
        client_id=settings.one_login_client_id,
        client_secret=urlsafe_b64encode(secret(settings.keys_dir, f"{entry.code}_client")).decode(),
        scope=SCOPES.get(entry.wire, ""),
    )
    match entry.wire:
        case "hmrc_time_to_pay":
            gate = HmrcBreathingSpace(entry, wire, tokens, clock)
            return HmrcTimeToPay(entry, wire, tokens, gate, clock)
        case "hmcts_opal":
            return HmctsOpal(entry, wire, tokens, clock)
        case _:
            raise LookupError(f"{entry.code}: no adapter for {entry.wire}")


def _vault(settings: Settings, clock: Clock) -> Vault:
    if not settings.vault_url:
        return MemoryVault(clock)
    from adapters.vault_valkey import ValkeyVault

    return ValkeyVault(settings.vault_url)


def _one_login(settings: Settings, clock: Clock, load: Callable[..., Keys]) -> OneLogin:
    key = load(settings.keys_dir / "one_login_client.jwk.json").first("sig")
    if not isinstance(key, RSAKey):
        raise ValueError("the sign-in service takes RSA keys only")
    return OneLogin(
        OneLoginSettings.at(
            settings.one_login_url,
            client_id=settings.one_login_client_id,
            client_key=key,
            redirect_uri=f"{settings.portal_url}/sign-in/return",
            user_agent=USER_AGENT,
            identity_url=settings.one_login_identity_url,
            demonstration=settings.demonstration,
        ),
        clock=clock,
    )


def _spawner(loop: WireLoop) -> Any:
    def spawn(work: Coroutine[Any, Any, None]) -> Future[None]:
        return loop.submit(work)

    return spawn
