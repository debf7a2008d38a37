"""The department's word that it stopped: signed, about one event and one permission (protocol 0.3).

Whoever keeps it can show later that this department said so itself.
"""

from __future__ import annotations

import secrets

from adapters.departments.native.stop_word import STOP_TYPE
from adapters.simulators.department.gateway import Told
from adapters.simulators.department.state import Department
from consent.jose import sign


def stop_word(department: Department, told: Told) -> str:
    """A `stop-receipt+jwt`. When it is told to be wrong, it speaks of another permission."""
    grant_id = told.content["grant_id"]
    claims = {
        "iss": department.name,
        "aud": department.portal,
        "iat": int(department.clock.now().timestamp()),
        "jti": secrets.token_urlsafe(16),
        "event_jti": told.jti,
        "grant_id": grant_id if department.gives_word == "right" else "g_" + "A" * 22,
        "said": "stopped",
    }
    return sign(claims, department.keys.first("sig"), typ=STOP_TYPE)
