"""Measure against limits and peers, and print one JSON object: each bench's answer under its name.

    python -m tests.bench                 all that need no preparation, at small size: some minutes
    python -m tests.bench plan status     these
    python -m tests.bench --list          their names, and what each measures

Two benches want databases that `python -m tests.bench.loader --count 10000` makes first:

    python -m tests.bench.bench_consent --count 10000
    python -m tests.bench.bench_log_size --count 10000

The first also wants a virtualenv with the peer in build/peer. Each bench says in its own file what
it needs and how it is told a larger size; docs/benchmarks.md has what was measured.
"""

from __future__ import annotations

import argparse
import ast
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
BENCHES: Final[dict[str, tuple[str, ...]]] = {
    "plan": (),
    "view": (),
    "status": (),
    "log": ("4000",),
    "run": ("--count", "20000", "--workers", "1", "2"),
}
"""What needs no preparation, with what it is told for a small size."""


def about(name: str) -> str:
    """The first sentence of a bench's own file."""
    said = ast.get_docstring(ast.parse((HERE / f"bench_{name}.py").read_text())) or ""
    return said.splitlines()[0].removesuffix(" Prints JSON.")


def measured(name: str) -> Any:
    """The bench in a process of its own, as somebody would run it; None where it failed."""
    command = (sys.executable, "-m", f"tests.bench.bench_{name}", *BENCHES[name])
    ran = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if ran.returncode != 0:
        print(f"{name}: failed with {ran.returncode}", file=sys.stderr)
        return None
    found = values(ran.stdout)
    return found[0] if len(found) == 1 else found


def values(text: str) -> Sequence[Any]:
    """The JSON values that stand in a text, one after the other."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while (at := len(text) - len(text[at:].lstrip())) < len(text):
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHES))
    parser.add_argument("--list", action="store_true", help="name them and measure nothing")
    asked = parser.parse_args(words)
    if unknown := sorted(set(asked.names) - BENCHES.keys()):
        parser.error(f"no bench called {', '.join(unknown)}: there are {', '.join(BENCHES)}")
    names = [name for name in BENCHES if name in asked.names or not asked.names]
    if asked.list:
        print(json.dumps({name: about(name) for name in names}, indent=1))
        return 0
    found: dict[str, Any] = {}
    for name in names:
        began = time.monotonic()
        print(f"{name}: {about(name)}", file=sys.stderr, flush=True)
        found[name] = measured(name)
        took = time.monotonic() - began
        print(f"{name}: {took:.0f} seconds", file=sys.stderr, flush=True)
    print(json.dumps(found, indent=1))
    return 1 if None in found.values() else 0


if __name__ == "__main__":
    sys.exit(main())
