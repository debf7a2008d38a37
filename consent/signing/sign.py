"""The errands of the signer. Each looks for itself, once, and signs what it saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from consent.clock import Chance, Clock
from consent.errors import ConsentEnded, NotPermitted
from consent.ids import DepartmentCode, random_text
from consent.jose import sign
from consent.keys import Keys
from consent.log.checkpoint import LogSigner
from consent.notices import Notices
from consent.register import Register
from consent.signer import (
    ASSERTION_TYPE,
    DEPARTMENT_PREFIX,
    EVENT_TYPE,
    SERIES_TYPE,
    MintedAssertion,
    MintedEvent,
)
from consent.signing import checks, claims, receipts
from consent.signing.asked import Assertion, Event
from consent.signing.checks import Case, Check, EventCase
from consent.signing.once import Once
from consent.signing.series import HashesAt, SeriesHeads
from consent.standing import (
    STATUS_TYPE,
    STATUSES_TYPE,
    UNKNOWN,
    addressed,
    id_to_look_for,
)
from consent.store.signing import Looks, SignedFrom

MOST_STATUSES: Final = 500


class DatabaseSigner:
    """Holds the keys and reads as the role `svd_signer`. Safe to use from many threads.

    The newest of `keys` signs for the portal (ES256), `heads` the checkpoints of the log (Ed25519).
    `issuer` is the portal's address. What is signed was read in the look that was checked.
    """

    def __init__(
        self,
        keys: Keys,
        heads: LogSigner,
        *,
        looks: Looks,
        register: Register,
        notices: Notices,
        series: HashesAt,
        issuer: str,
        clock: Clock,
        chance: Chance,
        assertion_checks: Sequence[Check[Case]] = checks.ASSERTION,
        event_checks: Sequence[Check[EventCase]] = checks.EVENT,
    ) -> None:
        self._key = keys.first("sig")
        self._heads = heads
        self._looks = looks
        self._register = register
        self._notices = notices
        self._series = SeriesHeads(series)
        self._issuer = issuer
        self._clock = clock
        self._chance = chance
        self._assertion_checks = assertion_checks
        self._event_checks = event_checks
        self._once = Once(clock)

    def assertion(self, asked: Assertion) -> MintedAssertion:
        """A `consent-assertion+jwt`. Raises ConsentEnded, NotPermitted."""
        grant, session = self._looks.grant_and_session(asked.grant_id, asked.session_hash)
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
        grant = self._looks.grant(asked.grant_id)
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
        grant = self._looks.grant(id_to_look_for(grant_id))
        if grant is None or grant.department != department:
            return None
        now = self._clock.now()
        return self._statement(grant.standing.claims(now), department, STATUS_TYPE, now)

    def sign_statuses(self, grant_ids: Sequence[str], department: str) -> str:
        """A `grant-status-list+jwt` about at most 500 ids, in their order, each once."""
        if len(grant_ids) > MOST_STATUSES:
            raise NotPermitted("too many")
        asked = list(dict.fromkeys(grant_ids))
        found = self._looks.grants([id_to_look_for(one) for one in asked])
        now = self._clock.now()
        states = {
            one: grant.standing.state_at(now).value
            if grant is not None and grant.department == department
            else UNKNOWN
            for one, grant in zip(asked, found, strict=True)
        }
        return self._statement({"states": states}, department, STATUSES_TYPE, now)

    def sign_receipt(self, claims: Mapping[str, Any]) -> str:
        """A `consent-receipt+jwt` whose every record is one that was written down when it was
        given; a department's is told by the day. Raises NotPermitted."""
        receipts.check_header(claims, issuer=self._issuer)
        claimed = list(receipts.records(claims))
        found = self._looks.grants_and_hashes([one.grant_id for one in claimed])
        for one, (grant, written) in zip(claimed, found, strict=True):
            receipts.check_record(one, grant, written, audience=claims["aud"])
        receipts.check_checkpoint(claims, self._heads.key)
        told = receipts.as_told(claims)
        dated = {**told, "iat": int(self._clock.now().timestamp())}
        return sign(dated, self._key, typ=receipts.TYPE)

    def sign_checkpoint(self, tree_size: int) -> str:
        """The signed note of the log's first `tree_size` leaves, or LogBroken."""
        return self._heads.sign_checkpoint(tree_size)

    def sign_series_head(self, department: str, sequence: int) -> str:
        """An `allocation-head+jwt`, which stays true: it has no end. Raises NotPermitted."""
        said = {
            "iss": self._issuer,
            "aud": DEPARTMENT_PREFIX + department,
            "iat": int(self._clock.now().timestamp()),
            "sequence": sequence,
            "chain_hash": self._series.head(DepartmentCode(department), sequence),
        }
        return sign(said, self._key, typ=SERIES_TYPE)

    def _agreed(self, grant: SignedFrom) -> frozenset[str]:
        notice = self._notices.find(grant.notice, grant.language)
        return frozenset(field.code for field in notice.fields)

    def _statement(self, said: Mapping[str, Any], department: str, typ: str, now: datetime) -> str:
        whole = {
            "iss": self._issuer,
            "iat": int(now.timestamp()),
            **addressed(DEPARTMENT_PREFIX + department, now),
            **said,
        }
        return sign(whole, self._key, typ=typ)
