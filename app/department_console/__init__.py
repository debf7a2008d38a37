"""The departments' console: pages for a department's own staff (X01 to X14).

It is an application of its own below `/department`, in the portal's process by default. Its
cookies, its sessions and its database role (`svd_department`) are not those of people's pages: a
session of one opens nothing of the other.

How a page is added:

1. **Door.** A module in this package with a `blueprint`; its views stand below `/department`, say
   who may open them (`@staff`, `@staff_answers`, `@staff_reconciles`, `@staff_administers` of
   `app.http.access`; one that says nothing is closed) and do three steps: read, act, answer.
   `guard.actor()` is the department and the member of staff; every transaction is opened with it,
   on `desk.here().store`, so that rows of other departments are not there. A verb that changes
   something calls `consent.staff.note(tx, …)` in its own transaction (a page that only shows
   something sensitive calls `audit.note`): what staff did stands beside what it did.
2. **Template.** `app/templates/department_console/<page>.html` extends
   `department_console/layout.html`, sets `heading`, fills `content`; answered by
   `app.http.pages.page`. Forms as everywhere: `app.http.forms`, `base/forms.html`.
3. **Navigation.** One line in `navigation.ITEMS`, where the page is a place of its own.
4. **Lists.** `python -m tests.architecture.routes`, and read the difference.

Tests sign in with `tests.console.sign_in(client, "dwp", "tobias")`.
"""

from __future__ import annotations

from app.department_console.application import create_console, serve_beside

__all__ = ["create_console", "serve_beside"]
