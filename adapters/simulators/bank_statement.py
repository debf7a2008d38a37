"""The paying bank's statement, written for the demonstration and the tests: camt.053.

body = statement([Line(10_000, "PL8U V4PB JEAX T3"), Line(-2_500, "RM...")], account="…")

Invented payers only. Version 02 is what most British banks send, 08 what they are moving to; the
two differ in where a status and the parts of a batch have their words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from xml.sax.saxutils import escape

PAYER: Final = "T TESTWELL"
PAYER_ACCOUNT: Final = ("000099", "12345678")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, in pence: below 0 it left. `parts` make it a batch, `came_back` gives a reason for
    a return, `gone` leaves the payer's account out."""

    pence: int
    words: str = ""
    end_to_end: str = ""
    servicer_ref: str = ""
    payer: str = PAYER
    account: tuple[str, str] = PAYER_ACCOUNT
    gone: bool = False
    reversal: bool = False
    came_back: bool = False
    status: str = "BOOK"
    currency: str = "GBP"
    parts: tuple[Line, ...] = ()
    value_date: date | None = None


def statement(
    lines: Sequence[Line],
    *,
    sort_code: str,
    number: str,
    day: date,
    statement_id: str = "STATEMENT-1",
    message_id: str = "MESSAGE-1",
    opening: int = 0,
    closing: int | None = None,
    version: str = "02",
    balances: bool = True,
) -> bytes:
    """The whole file. `closing` is what the lines make of `opening`, unless it is said."""
    made = datetime.combine(day, time(20, 0), UTC).isoformat()
    booked = sum(line.pence for line in lines if line.status == "BOOK")
    closing = opening + booked if closing is None else closing
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">',
        "<BkToCstmrStmt>",
        f"<GrpHdr><MsgId>{escape(message_id)}</MsgId><CreDtTm>{made}</CreDtTm></GrpHdr>",
        f"<Stmt><Id>{escape(statement_id)}</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>{made}</CreDtTm>",
        f"<Acct><Id><Othr><Id>{sort_code}{number}</Id></Othr></Id><Ccy>GBP</Ccy></Acct>",
    ]
    if balances:
        parts += [_balance("OPBD", opening, day), _balance("CLBD", closing, day)]
    parts += [_entry(line, day, version) for line in lines]
    parts += ["</Stmt>", "</BkToCstmrStmt>", "</Document>", ""]
    return "\n".join(parts).encode()


def _balance(kind: str, pence: int, day: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{_amount(pence)}"
        f"{_direction(pence)}<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _entry(line: Line, day: date, version: str) -> str:
    status = line.status if version < "08" else f"<Cd>{line.status}</Cd>"
    reversal = f"<RvslInd>{str(line.reversal).lower()}</RvslInd>" if line.reversal else ""
    servicer = f"<AcctSvcrRef>{escape(line.servicer_ref)}</AcctSvcrRef>"
    details = "".join(_detail(one, version, own=bool(line.parts)) for one in line.parts or (line,))
    return (
        f"<Ntry>{_amount(line.pence, line.currency)}{_direction(line.pence)}{reversal}"
        f"<Sts>{status}</Sts><BookgDt><Dt>{day}</Dt></BookgDt>"
        f"<ValDt><Dt>{line.value_date or day}</Dt></ValDt>"
        f"{servicer if line.servicer_ref else ''}"
        f"<BkTxCd><Prtry><Cd>FPI</Cd></Prtry></BkTxCd><NtryDtls>{details}</NtryDtls></Ntry>"
    )


def _detail(line: Line, version: str, *, own: bool) -> str:
    servicer = f"<AcctSvcrRef>{escape(line.servicer_ref)}</AcctSvcrRef>" if own else ""
    refs = (
        f"<Refs>{servicer if line.servicer_ref else ''}"
        f"<EndToEndId>{escape(line.end_to_end or 'NOTPROVIDED')}</EndToEndId></Refs>"
    )
    amount = _amount(line.pence, line.currency)
    if not own:
        amount = ""
    elif version < "04":
        amount = f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>"
    else:
        amount += _direction(line.pence)
    name = f"<Nm>{escape(line.payer)}</Nm>"
    if version >= "08":
        name = f"<Pty>{name}</Pty>"
    account = "".join(line.account)
    parties = (
        f"<RltdPties><Dbtr>{name}</Dbtr>"
        f"<DbtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></DbtrAcct></RltdPties>"
    )
    words = f"<RmtInf><Ustrd>{escape(line.words)}</Ustrd></RmtInf>" if line.words else ""
    back = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if line.came_back else ""
    return f"<TxDtls>{refs}{amount}{'' if line.gone else parties}{words}{back}</TxDtls>"


def _amount(pence: int, currency: str = "GBP") -> str:
    pounds, rest = divmod(abs(pence), 100)
    return f'<Amt Ccy="{currency}">{pounds}.{rest:02d}</Amt>'


def _direction(pence: int) -> str:
    return f"<CdtDbtInd>{'DBIT' if pence < 0 else 'CRDT'}</CdtDbtInd>"
