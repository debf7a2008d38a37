"""One program, `svd`. Each command imports only what it needs, so `svd quote` starts at once."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from app import log_commands
from app.bank import commands as bank_commands
from app.local.demo import SIMULATORS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the answer is the exit status."""
    given = parser().parse_args(arguments)
    if os.environ.get("SVD_STOPS_WITH_PARENT"):
        from app.local.family import stop_with_parent

        stop_with_parent()
    try:
        status: int = given.act(given)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our answer has read enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def parser() -> argparse.ArgumentParser:
    program = argparse.ArgumentParser(
        prog="svd", description="See and pay what you owe to government."
    )
    commands = program.add_subparsers(required=True, metavar="command")

    run = commands.add_parser("run", help="everything on this machine: a demonstration")
    run.add_argument("--port", type=int, default=8000, help="of the portal (8000)")
    run.add_argument("--simulators-from", type=int, default=8101, help="first of nine ports (8101)")
    run.set_defaults(act=_run)

    serve = commands.add_parser("serve", help="the portal, for people")
    serve.set_defaults(act=_serve)

    worker = commands.add_parser("worker", help="what happens in the background")
    worker.set_defaults(act=_worker)

    sign = commands.add_parser("sign", help="the signer: it alone holds the signing keys")
    sign.set_defaults(act=_sign)

    simulate = commands.add_parser("simulate", help="one simulator: the other side of a wire")
    simulate.add_argument("name", choices=SIMULATORS)
    simulate.add_argument("--host", default="127.0.0.1")
    simulate.add_argument("--port", type=int, default=None, help="0 takes any free one")
    simulate.set_defaults(act=_simulate)

    db = commands.add_parser("db", help="the database's schema")
    db.add_argument("what", choices=("upgrade", "check"))
    db.set_defaults(act=_db)

    keys = commands.add_parser("keys", help="make demonstration keys that are missing")
    keys.add_argument("folder", help="of the portal and the worker; public halves lie there")
    keys.add_argument("--signer", default="", help="the signer's own folder")
    keys.set_defaults(act=_keys)

    quote = commands.add_parser("quote", help="work out a plan: reads a case, prints a proposal")
    quote.add_argument("--lines", action="store_true", help="one case a line, one answer a line")
    quote.set_defaults(act=_quote)

    log_commands.add_to(commands)
    bank_commands.add_to(commands)

    stop = commands.add_parser("stop-permission", help="for the helpline: end what a receipt names")
    stop.add_argument("--receipt", required=True, help="its reference, such as 'PM7K 3XQ2 9TVA'")
    stop.set_defaults(act=_stop_permission)

    contact = commands.add_parser("plan-contact", help="for the helpline: somebody tried to call")
    contact.add_argument("--reference", required=True, help="the plan's, such as 'PL8U V4PB JEAX'")
    contact.set_defaults(act=_plan_contact)

    letter = commands.add_parser("letter", help="for staff: the letter about a plan, to post")
    letter.add_argument("--due", action="store_true", help="whose letter has not been made")
    letter.add_argument("--reference", default="", help="the plan's, such as 'PL8U V4PB JEAX'")
    letter.add_argument("--into", type=Path, metavar="FILE", help="a new PDF file")
    letter.add_argument("--print", type=int, choices=(11, 16, 20), default=11, dest="points")
    letter.set_defaults(act=_letter)

    died = commands.add_parser("died", help="for the helpline: the owner of a plan has died")
    died.add_argument("--reference", required=True, help="the plan's, such as 'PL8U V4PB JEAX'")
    died.set_defaults(act=_died)

    payment_run = commands.add_parser(
        "payment-run", help="for operators: let every payment day that has come fall due, and watch"
    )
    payment_run.add_argument("--workers", type=int, default=2, choices=range(1, 17), metavar="1-16")
    payment_run.set_defaults(act=_payment_run)

    shutter = commands.add_parser("shutter", help="for operators: a department is not asked")
    shutter.add_argument("department", nargs="?", default="", help="its code; none: a list")
    ways = shutter.add_mutually_exclusive_group()
    ways.add_argument("--down", action="store_true", help="stop asking it")
    ways.add_argument("--up", action="store_true", help="ask it again")
    shutter.add_argument("--until", default="", help="such as '2026-12-24 06:00', in London")
    shutter.set_defaults(act=_shutter)

    demo = commands.add_parser("demo", help="the ten demonstration people, or a bank statement")
    demo.add_argument(
        "--statement",
        action="append",
        metavar="REFERENCE=PENCE",
        help="write a statement (camt.053) on which these transfers came in today",
    )
    demo.set_defaults(act=_demo)
    return program


def _run(given: argparse.Namespace) -> int:
    from app.local.run import run

    return run(port=given.port, simulators_from=given.simulators_from)


def _serve(_: argparse.Namespace) -> int:
    from app import serve

    serve.main()
    return 0


def _worker(_: argparse.Namespace) -> int:
    from app import worker

    worker.main()
    return 0


def _sign(_: argparse.Namespace) -> int:
    from app import sign

    sign.main()
    return 0


def _simulate(given: argparse.Namespace) -> int:
    from app.local.demo import simulate

    return simulate(given.name, given.host, given.port)


def _db(given: argparse.Namespace) -> int:
    from app.local.migrate import drift, upgrade

    url = os.environ.get("DATABASE_URL_OWNER") or os.environ.get("DATABASE_URL")
    if not url:
        print("Set DATABASE_URL (postgresql+psycopg://…).", file=sys.stderr)
        return 2
    if given.what == "upgrade":
        upgrade(url)
        return 0
    difference = drift(url)
    if difference:
        print(difference, file=sys.stderr)
    return 1 if difference else 0


def _keys(given: argparse.Namespace) -> int:
    from pathlib import Path

    from app.local.keys import ensure, ensure_signer

    ensure(Path(given.folder))
    if given.signer:
        ensure_signer(Path(given.signer), publish_to=Path(given.folder))
    return 0


def _quote(given: argparse.Namespace) -> int:
    from app import quote

    return quote.main(given.lines)


def _stop_permission(given: argparse.Namespace) -> int:
    from app import helpline

    return helpline.main(given.receipt)


def _plan_contact(given: argparse.Namespace) -> int:
    from app import helpline

    return helpline.contact(given.reference)


def _letter(given: argparse.Namespace) -> int:
    from app.letters import by_post

    return by_post.main(
        due=given.due, reference=given.reference, into=given.into, points=given.points
    )


def _died(given: argparse.Namespace) -> int:
    from app import helpline

    return helpline.died(given.reference)


def _payment_run(given: argparse.Namespace) -> int:
    from app import payment_run

    return payment_run.main(given.workers)


def _shutter(given: argparse.Namespace) -> int:
    from app import shutter

    return shutter.main(given.department, down=given.down, up=given.up, until=given.until)


def _demo(given: argparse.Namespace) -> int:
    from app.local import demo

    if given.statement:
        return demo.bank_statement(given.statement)
    print(demo.people())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
