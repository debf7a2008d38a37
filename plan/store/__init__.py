"""The SQL of this package. Transactions are `consent.store`'s; each change takes its event.

Whatever is written here adds up: a deferred trigger refuses a commit in which the live lines of a
live plan are not its payment, to the penny (SEC-78).
"""

from __future__ import annotations
