"""The shared plan cases: what `svd quote` must answer, to the penny."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from app.quote import main

SHARED = Path(os.environ.get("SVD_SHARED", Path(__file__).resolve().parents[3] / "shared"))
VECTORS = SHARED / "data" / "plan-vectors.json"
CASES: list[dict[str, Any]] = (
    json.loads(VECTORS.read_text(encoding="utf-8")) if VECTORS.exists() else []
)

pytestmark = pytest.mark.skipif(not CASES, reason=f"{VECTORS.name} is not beside the repository")


def quote(case: dict[str, Any]) -> dict[str, Any]:
    out, err = io.StringIO(), io.StringIO()
    code = main(False, io.StringIO(json.dumps(case)), out, err)
    assert (code, err.getvalue()) == (0, "")
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


@pytest.mark.parametrize("vector", CASES, ids=[case["id"] for case in CASES])
def test_the_answer_holds_everything_that_the_case_expects(vector: dict[str, Any]) -> None:
    answer = quote(vector["case"])
    answer["first"] = answer["schedule"][0]["lines"] if answer["schedule"] else None
    answer["last_total"] = answer["schedule"][-1]["total"] if answer["schedule"] else None
    wrong = {
        name: (answer[name], expected)
        for name, expected in vector["expect"].items()
        if answer[name] != expected
    }
    assert not wrong
