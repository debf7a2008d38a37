"""Words that frighten or blame, which are not written to people who owe money (K23, X04).

A department may need one: `cold` only finds them, and whoever writes decides. Our own pages never
use them.
"""

from __future__ import annotations

import re
from typing import Final

COLD: Final = (
    *("debtor", "debtors", "default", "defaults", "defaulted", "delinquent", "arrears"),
    *("enforcement", "failure", "failures", "failed", "demand", "demands", "demanded"),
    *("immediately", "warning", "warnings", "final", "must", "unfortunately"),
)
"""Found by themselves, in any case; not as a part of a longer word."""
THREATS: Final = (
    *("bailiff", "bailiffs", "legal action", "take action", "prosecute", "prosecuted"),
    *("threat", "last chance", "refuse to pay", "you have not bothered", "your fault"),
)


def cold(words: str) -> tuple[str, ...]:
    """Which of them stand here, each once, in the order in which they come."""
    found = {
        phrase: at.start()
        for phrase in (*COLD, *THREATS)
        if (at := re.search(rf"(?<![\w-]){re.escape(phrase)}(?![\w-])", words, re.IGNORECASE))
    }
    return tuple(sorted(found, key=found.__getitem__))
