"""The rules of a plan, as pure functions that policy staff can read and run.

No database, no network, no clock: everything a rule needs is handed to it. Each rule names its
source (AFF-03, ALLOC-21 ...), and docs/how-plans-are-worked-out.md tells the same in plain words.
"""
