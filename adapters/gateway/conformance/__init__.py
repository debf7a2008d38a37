"""Does a department's own implementation keep the department protocol, Part A?

It plays the portal, with a key of its own, against the real addresses of a department that was told
to trust it: each right message must be taken, each forged, old, repeated or misdirected one
refused, and each answer must be signed, sealed and no more than was asked for. It needs nothing of
the portal: `python -m adapters.gateway.conformance --help`.
"""

from __future__ import annotations
