"""The letter about a plan as a tagged PDF, in usual or large print: made when asked for, in memory,
and kept nowhere (D80)."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.citizen import plan_dates, plan_letter, plan_letter_words, plan_words, who
from app.citizen.plan_steps import PLAN
from app.http import session
from app.http.access import signed_in
from app.http.current import services, settings
from app.http.words import language
from app.letters.paper import LARGE_PRINT, USUAL_PRINT
from app.letters.press import to_pdf
from plan.progress import progress

blueprint = Blueprint("plan_letter_pdf", __name__)
PRINTS: Final = {str(points): points for points in LARGE_PRINT}


@blueprint.get("/plan/letter.pdf")
@signed_in
def letter() -> Response:
    """Its name says nothing of what it is about. `?print=16` and `20` are large print."""
    plan = progress(services().store, actor=session.person())
    if plan is None:
        return redirect(PLAN, 303)
    today, known = plan_dates.today(), who.identity()
    paper = plan_letter_words.paper(
        plan,
        plan_letter.made(plan),
        to=(known.full_name, *known.address.lines, known.address.postcode),
        lang=language(),
        names=plan_words.name,
        today=today,
        code=plan_letter.code(today),
        at=settings().portal_url,
        till=plan_letter.till(),
        finish=plan_letter.finish(plan),
    )
    points = PRINTS.get(request.args.get("print", ""), USUAL_PRINT)
    answer = Response(to_pdf(paper, points=points), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="letter.pdf"'
    return answer
