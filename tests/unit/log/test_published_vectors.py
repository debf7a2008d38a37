"""Our verifiers against the vectors that transparency-dev publishes (SEC-68, trust.md F12)."""

from __future__ import annotations

import json
import os
from base64 import b64decode
from pathlib import Path

import pytest

from consent.log.proofs import verify_consistency, verify_inclusion

WIRE = Path(os.environ.get("SVD_WIRE_DIR", Path(__file__).parents[4] / "shared" / "wire"))
FOLDER = WIRE / "transparency-dev__merkle" / "testdata"


def hashes(listed: list[str] | None) -> list[bytes]:
    return [b64decode(one) for one in listed or ()]


def accepted(path: Path) -> bool:
    case = json.loads(path.read_text())
    proof = hashes(case["proof"])
    if "leafIdx" in case:
        leaf, root = b64decode(case["leafHash"]), b64decode(case["root"])
        return verify_inclusion(leaf, case["leafIdx"], case["treeSize"], proof, root)
    old, new = b64decode(case["root1"]), b64decode(case["root2"])
    return verify_consistency(case["size1"], case["size2"], old, new, proof)


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the published vectors are not on this machine")
def test_all_196_published_vectors_are_judged_as_their_authors_say() -> None:
    cases = sorted(FOLDER.rglob("*.json"))
    wrong = [
        str(path.relative_to(FOLDER))
        for path in cases
        if accepted(path) is json.loads(path.read_text())["wantErr"]
    ]
    assert (len(cases), wrong) == (196, [])
