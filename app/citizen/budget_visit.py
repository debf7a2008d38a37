"""The budget of this visit: read, kept (sealed, 30 minutes), and where its pages lead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from app.citizen.budget_draft import Budget
from app.citizen.budget_steps import CHECK, Step, next_path, previous_path, steps
from app.citizen.slots import BUDGET
from app.http import session
from app.http.current import now, services
from consent.clock import london_date
from plan.rules.guidelines import Guidelines
from plan.rules.policy import Policy


def budget() -> Budget:
    """What the person has said so far, or an empty one."""
    return session.visit().get(BUDGET, Budget) or Budget()


def keep(**answers: Any) -> Budget:
    """The budget with these answers, sealed. It has to be checked again afterwards."""
    return keep_whole(replace(budget(), **answers))


def keep_whole(changed: Budget, *, checked: bool = False) -> Budget:
    changed = replace(changed, checked=checked)
    session.visit().put(BUDGET, changed)
    return changed


def policy() -> Policy | None:
    """Today's figures for where the person lives, once they have said so."""
    nation = budget().nation
    return services().policies.on(london_date(now()), nation) if nation else None


def guidelines() -> Guidelines | None:
    found = policy()
    return found.guidelines if found else None


def walk() -> list[Step]:
    return steps(budget(), guidelines())


def changing() -> bool:
    """The person came by a Change link and goes back to the check."""
    return request.args.get("from") == "check"


def back() -> str:
    return CHECK if changing() else previous_path(walk(), request.path)


def onward() -> Response:
    """After an answer is kept: the page that comes next."""
    return redirect(next_path(walk(), request.path, changing=changing()), 303)
