"""The departments' door: machines only, each with its own key, and nothing of a person but how the
permissions that name it stand (SEC-42, SEC-62, SEC-94).

It is an application of its own, without sessions, forms, templates or cookies. By default it stands
in the same process as the people's portal and takes three addresses there; `serve_beside` says
which. Its database role sees the rows of one department and no other.
"""

from __future__ import annotations

from app.department_api.application import create_api, serve_beside

__all__ = ["create_api", "serve_beside"]
