"""Independent implementations in Node: jose for signatures, jsonld for JSON-LD.

`npm ci --prefix tests/node` installs them, with the versions and hashes of the lock file; where
they are not installed, the tests that ask them are skipped and say so.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "node"
SECONDS = 60


def ask_node(program: str, question: dict[str, Any]) -> Any:
    """Run tests/node/<program> with this JSON on its input; what it answers as JSON."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules").is_dir():
        pytest.skip("no second opinion: Node, or npm ci --prefix tests/node, is missing")
    done = subprocess.run(
        [node, str(FOLDER / program)],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
