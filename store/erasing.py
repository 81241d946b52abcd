"""Erases a person: forgets who they are and what was said, or deletes their tickets."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from desk.actor import Actor
from desk.delivery import Audience, DeliveryState
from desk.erasing import ALIAS, Person, bare, unnamed, which_named
from desk.errors import NotFound
from desk.event import Kind
from store import cards, chain, outbox, receipts, remains, reports, scrubbing, tables, tickets, traces
from store.cards import Place
from store.database import Database
from store.receipts import Receipt
from store.session import Session

_event, _ticket, _owed, _came = tables.events.c, tables.tickets.c, tables.outbox.c, tables.inbox.c


@dataclass(frozen=True)
class Found:
    """What the desk holds of a person.

    theirs: tickets of their own; others: those of others that name them; unread: mails of theirs that nobody
    has read yet, which are left to become tickets; notes: what people typed about them in Slack."""

    person: Person
    theirs: Sequence[int]
    others: Sequence[int]
    unread: int
    notes: int
    elsewhere: bool = False

    @property
    def is_anything(self) -> bool:
        """Whether the desk holds anything of them."""
        return bool(self.theirs or self.others or self.elsewhere)


@dataclass(frozen=True)
class Deed:
    """One erasure.  keeps_client: whether a ticket's client is a contract of ours, and no person;
    leads_channel: where the leads were told; leads_elsewhere: those of other desks, by name."""

    what: str
    by: Actor
    at: datetime
    keeps_client: Callable[[str], bool] = lambda client: False
    name: str = field(default_factory=lambda: token_hex(8))
    leads_channel: str = ""
    leads_elsewhere: Mapping[str, str] = field(default_factory=dict)

    def receipt(self, counts: dict[str, int], removed: Sequence[int] = ()) -> Receipt:
        some = {name: count for name, count in counts.items() if count}
        return Receipt(self.name, self.what, self.at, self.by.name, some, removed)


def find(session: Session, address: str) -> Found:
    """What there is of whoever has that address."""
    address = address.strip().lower()
    own = select(_ticket.number).where(_ticket.customer == address).order_by(_ticket.number)
    theirs = list(session.scalars(own))
    others = [number for number in traces.naming(session, address) if number not in theirs]
    names = set(session.scalars(select(_ticket.customer_name).where(_ticket.customer == address)))
    names |= set(session.scalars(select(_event.by_name).where(_event.by_key == address)))
    person = Person(address, which_named(names, address), f"{ALIAS}{token_hex(4)}")
    typed = select(_event.seq).where(_event.ticket.in_(theirs), _event.kind == Kind.NOTED)
    notes = len(session.scalars(typed).all())
    elsewhere = traces.is_blocked(session, address) or reports.names(session, address)
    elsewhere = elsewhere or traces.are_raws_naming(session, address)
    return Found(person, theirs, others, traces.unread_of(session, address), notes, elsewhere)


def erase(db: Database, found: Found, deed: Deed) -> Iterator[int]:
    """Do it; yields each ticket as it is done.  Interrupted, it is simply done again: what is done already is
    passed over.

    Raises store.traces.StillUnderWay, Conflict, store.database.Unavailable."""
    with db.change() as session:  # before anything is done: it is looked at once more where it goes
        reports.hold(session, found.person.address, now=deed.at)
        theirs, others = _left(session, found)
    for number in theirs:
        with db.change() as session, suppress(NotFound):
            (delete_ticket if deed.what == "delete" else forget_ticket)(session, number, found.person, deed)
        yield number
    for number in others:
        with db.change() as session, suppress(NotFound):
            unname_on(session, number, found.person, deed)
        yield number
    _raws(db, found.person, deed)


def _left(session: Session, found: Found) -> tuple[list[int], list[int]]:
    """Of the tickets that were found, those that still are theirs; of others', those that still name them."""
    address = found.person.address
    own = select(_ticket.number).where(_ticket.customer == address, _ticket.number.in_(found.theirs))
    named = set(traces.naming(session, address)) if found.others else set()
    return sorted(session.scalars(own)), [number for number in found.others if number in named]


def forget_ticket(session: Session, number: int, person: Person, deed: Deed) -> None:
    """Who its customer is and what was said on it go; what happened and when, hours and sums stay."""
    traces.hold(session, number, now=deed.at)
    chain.take_in(session, number)
    ticket, rows = tickets.get(session, number), _rows(session, number)
    counts = {"tickets": 1, "events": len(rows)}
    counts |= traces.all_of(session, number, person, at=deed.at)
    counts["overviews"] = remains.owe_messages(session, remains.overviews_of(session, [number]), at=deed.at)
    _rewrite(session, number, {row["seq"]: bare(row, person) for row in rows}, rows)
    ticket.forget(person, client=ticket.client if deed.keeps_client(ticket.client) else "")
    _record(session, number, deed, [row["seq"] for row in rows])
    _redraw_likenesses(session, number, deed.at)
    _keep(session, deed.receipt(counts))


def unname_on(session: Session, number: int, person: Person, deed: Deed) -> None:
    """On another's ticket: what they wrote goes, and their address wherever it stands."""
    traces.hold(session, number, now=deed.at)
    chain.take_in(session, number)
    rows = _rows(session, number)
    new = {row["seq"]: _on_anothers(row, person) for row in rows}
    changed = [row for row in rows if any(row[name] != fact for name, fact in new[row["seq"]].items())]
    counts = {"tickets_of_others": 1, "events": len(changed)} | traces.some_of(
        session, number, person, at=deed.at
    )
    _rewrite(session, number, {row["seq"]: new[row["seq"]] for row in changed}, changed)
    _record(session, number, deed, [row["seq"] for row in changed])
    _keep(session, deed.receipt(counts))


def delete_ticket(session: Session, number: int, person: Person, deed: Deed) -> None:
    """Nothing is left of it but its number on a receipt."""
    traces.hold(session, number, now=deed.at, also_in_doubt=True)
    chain.take_in(session, number)
    events = len(_rows(session, number))
    messages = _said_in_slack(session, number)
    messages |= set(remains.overviews_of(session, [number]))
    _redraw_likenesses(session, number, deed.at)
    alone = _redraw_shared(session, number, deed.at)
    leads = deed.leads_elsewhere.get(tickets.desk_of(session, number) or "", deed.leads_channel)
    messages |= {Place(leads, ts) for ts in alone if leads}
    counts = {"tickets": 1, "events": events} | traces.all_of(session, number, person, at=deed.at)
    counts["messages"] = remains.owe_messages(session, messages, at=deed.at)
    session.execute(update(tables.tickets).where(_ticket.follows == number).values(follows=None))
    session.execute(update(tables.inbox).where(_came.ticket == number).values(ticket=None))
    session.execute(delete(tables.tickets).where(_ticket.number == number))
    _keep(session, deed.receipt(counts, [number]))


def _keep(session: Session, receipt: Receipt) -> None:
    """In the transaction that erases: one that ends before the file is scrubbed leaves that to the next."""
    scrubbing.owe(session)
    receipts.keep(session, receipt)


def _rows(session: Session, number: int) -> list[dict[str, Any]]:
    """Its events, as they are kept."""
    query = select(tables.events).where(_event.ticket == number).order_by(_event.seq)
    return [dict(row) for row in session.execute(query).mappings()]


def _on_anothers(row: dict[str, Any], person: Person) -> dict[str, Any]:
    return (bare if row["by_key"] == person.address else unnamed)(row, person)


def _rewrite(
    session: Session, number: int, new: dict[int, dict[str, Any]], before: Sequence[dict[str, Any]]
) -> None:
    chain.let_words_go(session, number, before)
    its = (_event.ticket == number, _event.seq == bindparam("its_seq"))
    columns = ("by_key", "by_name", "text", "detail")
    changed = update(tables.events).where(*its).values({name: bindparam(f"new_{name}") for name in columns})
    facts = [{"its_seq": seq} | {f"new_{name}": each[name] for name in columns} for seq, each in new.items()]
    if facts:
        session.execute(changed, facts)


def _record(session: Session, number: int, deed: Deed, seqs: Sequence[int]) -> None:
    """In its history, and in the chain: what is left must stay as it is."""
    link = tables.links.c
    its = (link.ticket == _event.ticket) & (link.seq == _event.seq)
    gone = select(tables.events).join(tables.links, its).where(_event.ticket == number, link.salt.is_(None))
    left = chain.left_of(session.execute(gone.order_by(_event.seq)).mappings())
    tickets.get(session, number).erase(seqs, left=left, by=deed.by, at=deed.at)
    session.flush()
    session.histories.forget(number)
    chain.take_in(session, number)


def _said_in_slack(session: Session, number: int) -> set[Place]:
    """The ticket's card, and what the desk said in its thread and to the leads."""
    card = cards.place_of(session, number)
    if card is None:
        return set()
    told = (_owed.ticket == number, _owed.state == DeliveryState.DONE, _owed.reference != "")
    in_thread = select(_owed.reference).where(*told, _owed.audience == Audience.AGENTS)
    return {card, *(Place(card.channel, ts) for ts in session.scalars(in_thread))}


def _redraw_shared(session: Session, number: int, at: datetime) -> set[str]:
    """What the leads read of it together with others is drawn anew without it; what they read of it alone."""
    leads = (_owed.audience == Audience.LEADS, _owed.reference != "")
    mine = set(session.scalars(select(_owed.reference).where(_owed.ticket == number, *leads)))
    others = select(_owed.ticket, _owed.seq, _owed.reference)
    shared = set()
    for other, seq, reference in session.execute(
        others.where(_owed.reference.in_(mine), _owed.ticket != number, *leads)
    ).all():
        shared.add(reference)
        outbox.owe_again(session, other, [seq], at=at)
    return mine - shared


def _redraw_likenesses(session: Session, number: int, at: datetime) -> None:
    """Messages on other tickets that name this one as alike say its subject."""
    query = select(_event.ticket, _event.seq, _event.detail).where(_event.kind == Kind.RESEMBLES)
    for other, seq, detail in session.execute(query).all():
        if number in detail.get("others", ()):
            outbox.owe_again(session, other, [seq], at=at)


def _raws(db: Database, person: Person, deed: Deed) -> None:
    """What lies in the inbox and on no ticket of theirs, and the bytes of mails to others."""
    after = 0
    while True:
        with db.change() as session:
            theirs, others, after = traces.raws_naming(session, person.address, after)
            counts = {"raw_mails": traces.empty(session, theirs)}
            counts["raw_mails_of_others"] = traces.unname_raws(session, others, person)
            if any(counts.values()):
                _keep(session, deed.receipt(counts))
        if not after:
            break
    with db.change() as session:
        traces.unname_ours(session, person)
        counts = {
            "blocks": traces.unblock(session, person.address),
            "reports": reports.unname(session, person, now=deed.at),
        }
        _keep(session, deed.receipt(counts))
