"""Destroying a person's key destroys what their sign-in said, everywhere; the log does not notice
(SEC-16, SEC-74)."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest

from consent.anchor import Proof, attach
from consent.dispute import open_evidence
from consent.evidence import Contents, EvidenceKeeper, EvidenceRefused
from consent.grant import Shown, give
from consent.ids import SubjectId, new_uuid
from consent.log import proofs
from consent.log.sequencer import sequence
from consent.log.tree import Span, cover, places_of, root
from consent.people import Person, Worker
from consent.store import Store, evidence, log
from consent.store.evidence import EvidenceRow
from tests.builders import NOON, ORIGIN, a_clock, a_person, a_sign_in, a_yes, set_chance
from tests.database import Database
from tests.log_lab import portal_of, superuser, worker_of

pytestmark = pytest.mark.security
OPENING = b"o" * 32
TOKEN = "eyJ.not-a-real-token.sig"


@pytest.fixture
def keeper() -> EvidenceKeeper:
    return EvidenceKeeper(b"k" * 32, secrets.token_bytes)


def an_anchored_person(store: Store, keeper: EvidenceKeeper, name: str) -> tuple[Person, str]:
    """Somebody who said yes to two departments, confirmed by their sign-in."""
    clock, chance = a_clock(), set_chance(name)
    person = a_person(store, clock, chance, name)
    given = give(
        store,
        clock,
        chance,
        actor=person,
        yeses=a_yes("dwp", "dvla"),
        shown=Shown(f"post {name}", NOON, "en"),
        sign_in=a_sign_in(clock),
        origin=ORIGIN,
        opening=OPENING,
    )
    committed = given.grants[0].nonce_commitment
    assert committed is not None
    assert attach(
        store,
        clock,
        chance,
        keeper,
        actor=person,
        receipt=given.receipt,
        committed=committed,
        opening=OPENING,
        proof=Proof(f"{TOKEN}-{name}", {"kty": "EC"}),
    )
    return person, given.receipt


def kept(store: Store, person: Person, receipt: str) -> tuple[EvidenceRow, str]:
    with store.transaction(person) as tx:
        (row,) = evidence.of_receipt(tx, person.subject, receipt)
        return row, evidence.key_of(tx, person.subject)


def test_without_the_persons_row_no_copy_of_the_evidence_opens(
    database: Database, keeper: EvidenceKeeper
) -> None:
    with portal_of(database) as store, worker_of(database) as worker:
        person, receipt = an_anchored_person(store, keeper, "tamsin")
        row, key = kept(store, person, receipt)
        assert keeper.open(row, key).id_token == f"{TOKEN}-tamsin"
        sequence(worker)
        head = proven_head(database, worker)
        with superuser(database) as connection:
            connection.execute("delete from person")

        copy, gone = kept(store, person, receipt)
        assert (copy, gone) == (row, "")
        with pytest.raises(EvidenceRefused, match="gone"):
            open_evidence(store, keeper, actor=person, receipt=receipt)
        another, _ = an_anchored_person(store, keeper, "owen")
        with store.transaction(another) as tx:
            others_key = evidence.key_of(tx, another.subject)
        for wrong in (others_key, keeper.new_key(person.subject)):
            with pytest.raises(EvidenceRefused, match="seal"):
                keeper.open(copy, wrong)
        assert proven_head(database, worker) == head


def test_evidence_opens_as_itself_only(keeper: EvidenceKeeper) -> None:
    subject = SubjectId(new_uuid(secrets.token_bytes))
    key = keeper.new_key(subject)
    contents = Contents(TOKEN, {}, "1" * 64, ("2" * 64,), OPENING)
    row = EvidenceRow(new_uuid(secrets.token_bytes), subject, "PM22 2222 2222", "3" * 64, "", NOON)
    row = keeper.seal(contents, key, row)
    assert keeper.open(row, key) == contents
    assert TOKEN not in row.sealed
    changed = (
        {"receipt": "PM33 3333 3333"},
        {"id_token_sha256": "4" * 64},
        {"evidence_id": new_uuid(secrets.token_bytes)},
        {"sealed": row.sealed[:-8] + "AAAA" + row.sealed[-4:]},
    )
    for change in changed:
        with pytest.raises(EvidenceRefused, match="seal"):
            keeper.open(replace(row, **change), key)
    with pytest.raises(EvidenceRefused, match="seal"):
        EvidenceKeeper(b"x" * 32, secrets.token_bytes).open(row, key)
    long = replace(contents, id_token="e" * 6000)
    with pytest.raises(EvidenceRefused, match="size"):
        keeper.seal(long, key, replace(row, sealed=""))


def proven_head(database: Database, worker: Store) -> bytes:
    """The root over all leaves, after each leaf that an event has was proven under it."""
    with superuser(database) as connection:
        leaves = connection.execute(
            "select leaf_index, leaf_hash, kind from consent_event"
            " where leaf_index is not null order by leaf_index"
        ).fetchall()
    assert {"given", "anchored"} <= {str(kind) for _, _, kind in leaves}
    with worker.transaction(Worker()) as tx:
        size = log.size(tx)
        assert size == len(leaves)
        head = root(size, log.nodes(tx, cover(Span(0, size))))
        for index, leaf, _ in leaves:
            spans = proofs.inclusion_spans(int(str(index)), size)
            path = proofs.path(spans, log.nodes(tx, places_of(spans)))
            assert proofs.verify_inclusion(
                bytes.fromhex(str(leaf)), int(str(index)), size, path, head
            )
    return head
