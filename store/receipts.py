"""Receipts of what was erased: how much, when and by whom, without a word of whose it was.

One deed has a receipt for each transaction that it took, so that one which was interrupted has receipts of
what was done.  Each is a link of the chain: what is gone is gone with a receipt, or somebody tampered."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from store import chain, tables
from store.session import Session

_row = tables.receipts.c
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Receipt:
    """deed: what all receipts of one deed have in common; what: "forget", "delete" or "retention"; counts:
    how much of what went; removed: the tickets that are there no more."""

    deed: str
    what: str
    at: datetime
    by: str
    counts: Counts
    removed: Sequence[int] = ()

    def facts(self) -> dict[str, Any]:
        """As JSON has it."""
        return {**vars(self), "at": self.at.isoformat(), "removed": list(self.removed)}


def keep(session: Session, receipt: Receipt) -> None:
    """Keep it, in the chain too."""
    values = vars(receipt) | {"removed": list(receipt.removed), "counts": dict(receipt.counts)}
    number = session.execute(insert(tables.receipts).values(values).returning(_row.id)).scalar_one()
    chain.take_receipt(session, number)


def of(session: Session, deed: str) -> Receipt | None:
    """All receipts of a deed as one."""
    return next((each for each in every(session) if each.deed == deed), None)


def every(session: Session) -> list[Receipt]:
    """One receipt for each deed, the oldest first."""
    deeds: dict[str, list[Receipt]] = {}
    for row in session.execute(select(tables.receipts).order_by(_row.id)):
        receipt = Receipt(row.deed, row.what, row.at, row.by, row.counts, row.removed)
        deeds.setdefault(row.deed, []).append(receipt)
    return [_together(parts) for parts in deeds.values()]


def newest(session: Session) -> int:
    """The number of the last one; 0 where there is none."""
    found: int | None = session.execute(select(func.max(_row.id))).scalar()
    return found or 0


def _together(parts: Sequence[Receipt]) -> Receipt:
    counts: Counter[str] = Counter()
    for each in parts:
        counts.update(each.counts)
    removed = [number for each in parts for number in each.removed]
    last = parts[-1]
    return Receipt(last.deed, last.what, last.at, last.by, dict(counts), removed)
