"""The errands of the signer. Each looks for itself and signs what it saw, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from consent.clock import Chance, Clock
from consent.errors import ConsentEnded, NotPermitted
from consent.ids import random_text
from consent.jose import sign
from consent.keys import Keys
from consent.log.checkpoint import LogSigner, log_origin
from consent.notices import Notices
from consent.register import Register
from consent.signer import (
    ASSERTION_TYPE,
    DEPARTMENT_PREFIX,
    EVENT_TYPE,
    MintedAssertion,
    MintedEvent,
)
from consent.signing import checks, claims, receipts
from consent.signing.asked import Assertion, Event
from consent.signing.checks import Case, Check, EventCase
from consent.signing.once import Once
from consent.standing import (
    STATUS_TYPE,
    STATUSES_TYPE,
    UNKNOWN,
    addressed,
    id_to_look_for,
)
from consent.store import Store
from consent.store import signing as rows
from consent.store.signing import SignedFrom

MOST_STATUSES: Final = 500


class DatabaseSigner:
    """Holds the keys and reads as the role `svd_signer`. Safe to use from many threads.

    `keys` sign for the portal (ES256), `log_keys` the checkpoints of the log (Ed25519), each with
    the newest of its set. `issuer` is the portal's address.
    """

    def __init__(
        self,
        keys: Keys,
        log_keys: Keys,
        *,
        store: Store,
        register: Register,
        notices: Notices,
        issuer: str,
        clock: Clock,
        chance: Chance,
        assertion_checks: Sequence[Check[Case]] = checks.ASSERTION,
        event_checks: Sequence[Check[EventCase]] = checks.EVENT,
    ) -> None:
        self._key = keys.first("sig")
        self._heads = LogSigner(log_keys, store=store, origin=log_origin(issuer))
        self._store = store
        self._register = register
        self._notices = notices
        self._issuer = issuer
        self._clock = clock
        self._chance = chance
        self._assertion_checks = assertion_checks
        self._event_checks = event_checks
        self._once = Once(clock)

    def assertion(self, asked: Assertion) -> MintedAssertion:
        """A `consent-assertion+jwt`. Raises ConsentEnded, NotPermitted."""
        with rows.looking(self._store, asked.grant_id, asked.session_hash) as tx:
            grant, session = rows.grant_and_session(tx, asked.grant_id, asked.session_hash)
            if grant is None:
                raise ConsentEnded("unknown")
            case = Case(
                asked=asked,
                grant=grant,
                session=session,
                entry=self._register.find(grant.department),
                fields=self._agreed(grant),
                once=self._once,
                now=self._clock.now(),
            )
            for check in self._assertion_checks:
                check(case)
            jti = random_text(self._chance, 16)
            said = claims.assertion(
                grant,
                asked,
                issuer=self._issuer,
                signed_in_at=session.signed_in_at if session else case.now,
                now=case.now,
                jti=jti,
            )
            return MintedAssertion(sign(said, self._key, typ=ASSERTION_TYPE), jti)

    def event(self, asked: Event) -> MintedEvent:
        """A `secevent+jwt`. Raises ConsentEnded for what is not so, NotPermitted."""
        with rows.looking(self._store, asked.grant_id) as tx:
            grant = rows.grant(tx, asked.grant_id)
            if grant is None:
                raise ConsentEnded("unknown")
            case = EventCase(asked, grant, self._clock.now())
            for check in self._event_checks:
                check(case)
            jti = asked.event_id or random_text(self._chance, 16)
            said = claims.event(
                grant.grant_id, grant.pairwise_id, asked, issuer=self._issuer, now=case.now, jti=jti
            )
            return MintedEvent(sign(said, self._key, typ=EVENT_TYPE), jti)

    def sign_status(self, grant_id: str, department: str) -> str | None:
        """A `grant-status+jwt`; nothing for an id of nobody or of another department."""
        wanted, now = id_to_look_for(grant_id), self._clock.now()
        with rows.looking(self._store, wanted) as tx:
            grant = rows.grant(tx, wanted)
            if grant is None or grant.department != department:
                return None
            return self._statement(grant.standing.claims(now), department, STATUS_TYPE)

    def sign_statuses(self, grant_ids: Sequence[str], department: str) -> str:
        """A `grant-status-list+jwt` about at most 500 ids, in their order, each once."""
        if len(grant_ids) > MOST_STATUSES:
            raise NotPermitted("too many")
        now, states = self._clock.now(), {}
        with rows.looking(self._store) as tx:
            for one in dict.fromkeys(grant_ids):
                grant = rows.next_grant(tx, id_to_look_for(one))
                ours = grant is not None and grant.department == department
                states[one] = grant.standing.state_at(now).value if grant and ours else UNKNOWN
            return self._statement({"states": states}, department, STATUSES_TYPE)

    def sign_receipt(self, said: Mapping[str, Any]) -> str:
        """A `consent-receipt+jwt` whose every record is one that was written down when it was
        given. Raises NotPermitted."""
        receipts.check_header(said, issuer=self._issuer)
        with rows.looking(self._store) as tx:
            for one in receipts.records(said):
                grant = rows.next_grant(tx, one.grant_id)
                written = rows.record_hashes(tx, grant) if grant else frozenset()
                receipts.check_record(one, grant, written, audience=said["aud"])
        receipts.check_checkpoint(said, self._heads.key)
        dated = {**said, "iat": int(self._clock.now().timestamp())}
        return sign(dated, self._key, typ=receipts.TYPE)

    def sign_checkpoint(self, tree_size: int) -> str:
        """The signed note of the log's first `tree_size` leaves, or LogBroken."""
        return self._heads.sign_checkpoint(tree_size)

    def _agreed(self, grant: SignedFrom) -> frozenset[str]:
        notice = self._notices.find(grant.notice, grant.language)
        return frozenset(field.code for field in notice.fields)

    def _statement(self, said: Mapping[str, Any], department: str, typ: str) -> str:
        now = self._clock.now()
        whole = {
            "iss": self._issuer,
            "iat": int(now.timestamp()),
            **addressed(DEPARTMENT_PREFIX + department, now),
            **said,
        }
        return sign(whole, self._key, typ=typ)
