"""Looks whether anybody tampered with what happened: every link of the chain against what it stands for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import RowMapping, and_, select

from desk.event import Kind
from store import chain, tables
from store.chain import BEGINNING, Head
from store.invariants import Invariant
from store.session import Session

_link, _event, _ticket, _receipt = tables.links.c, tables.events.c, tables.tickets.c, tables.receipts.c
_TOGETHER = 2_000


@dataclass(frozen=True)
class Looked:
    """What a look came to.  places: each place that does not fit, in words; links: how many there are;
    unchained: events that are not in the chain yet, which its next minute takes in."""

    head: Head
    places: Sequence[str]
    unchained: int

    @property
    def links(self) -> int:
        return self.head.position


def look(session: Session, anchors: Iterable[Head] = ()) -> Looked:
    """Go through the whole chain.  anchors: what it was once, as it is known from outside."""
    given = {anchor.position: anchor for anchor in anchors}
    removed = _removed(session)
    places: list[str] = []
    position, before, found = 0, BEGINNING, dict(given)
    for row in _rows(session):
        position += 1
        if row["position"] != position:
            places.append(f"{row['position'] - position} links before {row['position']} are missing")
            position = row["position"]
        if row["link"] != chain.link_of(before, row["leaf"]):
            places.append(f"link {position} does not hold on to the one before")
        before = row["link"]
        anchor = found.pop(position, None)
        if anchor and anchor.link != before:
            places.append(f"link {position} is not what its anchor says")
        places += _misfits(row, removed)
    places += [f"the chain ends at {position}, before its anchor at {beyond}" for beyond in found if beyond]
    places += _erasures(session)
    stray, waiting = _outside(session)
    return Looked(Head(position, before), (*places, *stray), waiting)


def _unbroken(session: Session, _now: datetime) -> Iterator[str]:
    yield from look(session).places


UNBROKEN = Invariant("unbroken", "nobody tampered with what happened (I11)", _unbroken)
"""Beside the others, for it takes longer than all of them: `helpdesk fsck` looks at it, no running desk."""


def _rows(session: Session) -> Iterator[RowMapping]:
    """Every link beside the event or receipt that it stands for."""
    last = -1
    while True:
        query = select(
            _link.position, _link.ticket, _link.seq, _link.receipt, _link.salt, _link.words, _link.leaf,
            _link.link, *(each.label(f"event_{each.name}") for each in _event),
            *(each.label(f"receipt_{each.name}") for each in _receipt),
        )  # fmt: skip
        its_event = and_(_event.ticket == _link.ticket, _event.seq == _link.seq)
        joined = query.outerjoin(tables.events, its_event)
        joined = joined.outerjoin(tables.receipts, _receipt.id == _link.receipt)
        page = joined.where(_link.position > last).order_by(_link.position).limit(_TOGETHER)
        rows = session.execute(page).mappings().all()
        if not rows:
            return
        yield from rows
        last = rows[-1]["position"]


def _misfits(row: RowMapping, removed: frozenset[int]) -> Iterator[str]:
    position = row["position"]
    if row["ticket"] is None:
        if row["receipt_id"] is None:
            yield f"link {position}: receipt {row['receipt']} is missing"
        elif chain.leaf_of_receipt(_part(row, "receipt_")) != row["leaf"]:
            yield f"link {position}: receipt {row['receipt']} was changed"
        return
    name = f"link {position}: event {row['seq']} of ticket {row['ticket']}"
    event = _part(row, "event_")
    if event["seq"] is None:
        if row["ticket"] not in removed:
            yield f"{name} is missing"
        return
    words = row["words"] if row["salt"] is None else chain.digest_of(event, row["salt"])
    if words is None or chain.leaf_of(event, words) != row["leaf"]:
        yield f"{name} was changed"


def _part(row: RowMapping, prefix: str) -> Mapping[str, Any]:
    return {name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix)}


def _removed(session: Session) -> frozenset[int]:
    """The tickets that a receipt says are gone; whether receipts are whole is looked at with the rest."""
    linked = _receipt.id.in_(select(_link.receipt).where(_link.receipt.is_not(None)))
    lists = session.scalars(select(_receipt.removed).where(linked))
    return frozenset(int(number) for numbers in lists for number in numbers)


def _erasures(session: Session) -> Iterator[str]:
    """What is left of events whose words went must be what the newest erasure of their ticket left."""
    its_link = and_(_link.ticket == _event.ticket, _link.seq == _event.seq)
    bare = select(tables.events).join(tables.links, its_link).where(_link.salt.is_(None))
    rows = session.execute(bare.order_by(_event.ticket, _event.seq)).mappings()
    said = {
        ticket: detail.get("left")
        for ticket, detail in session.execute(
            select(_event.ticket, _event.detail)
            .join(tables.links, its_link)
            .where(_event.kind == Kind.ERASED, _link.salt.is_not(None))
            .order_by(_event.ticket, _event.seq)
        )
    }
    for number, left in groupby(rows, key=lambda row: int(row["ticket"])):
        if said.get(number) != chain.left_of(left):
            yield f"ticket {number}: what is left of erased words is not what their erasure left"


def _outside(session: Session) -> tuple[list[str], int]:
    """Events that have no link: those that should have one, and how many wait for theirs."""
    its_link = and_(_link.ticket == _event.ticket, _link.seq == _event.seq)
    query = select(_event.ticket, _event.seq, _ticket.chained, _ticket.version)
    query = query.outerjoin(tables.links, its_link).outerjoin(tables.tickets, _ticket.number == _event.ticket)
    places, waiting = [], 0
    for number, seq, chained, version in session.execute(query.where(_link.position.is_(None))):
        if chained is not None and chained < seq <= version:
            waiting += 1
        else:
            places.append(f"event {seq} of ticket {number} is in no link")
    return places, waiting
