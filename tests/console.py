"""Staff of departments for tests: signs somebody in at the console as a browser would.

page = sign_in(portal.client(), "dwp", "tobias")     # the overview of DWP
"""

from __future__ import annotations

from urllib.parse import urljoin

from tests.pages import Page
from tests.portal import Client


def sign_in(
    client: Client, department: str, person: str, *, how: str = "continue", start: str = ""
) -> Page:
    """As this invented member of staff (adapters/simulators/staff_login/staff.toml)."""
    page = client.send(client.get(start or "/department/sign-in"), department=department)
    assert page.path == f"/{department}/authorize", f"{page.status} {page.path}"
    sent = {
        "asked": page.form().all("input", name="asked")[0]["value"],
        "person": person,
        "how": how,
    }
    return client.post(urljoin(page.response.request.url, page.form()["action"]), sent)
