"""Sets a letter on pages: a tagged PDF (PDF/UA-1), made in memory for the one who asked.

Each letter is set by a process of its own that ends with it, so that no cache of the press holds a
person's words in the portal's memory. That process may write no file (app/letters/press_run.py).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

from app.letters.paper import USUAL_PRINT, Paper, as_input

_RUN: Final = Path(__file__).with_name("press_run.py")
_SECONDS: Final = 20
_AT_ONCE: Final = BoundedSemaphore(2)
"""Letters in the making; another one waits its turn."""


class NotSet(RuntimeError):
    """The press could not make the letter. Says nothing of what is in it."""


def to_pdf(paper: Paper, *, points: int = USUAL_PRINT) -> bytes:
    """The letter in A4 pages with print of `points`. Raises NotSet."""
    with _AT_ONCE:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-B", str(_RUN)],
                input=as_input(paper, points),
                capture_output=True,
                check=False,
                cwd="/",
                env={},
                timeout=_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise NotSet("the press took too long") from None
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise NotSet(f"the press ended with {done.returncode}")
    return done.stdout
