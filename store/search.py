"""Full-text search: an index over what was said on each ticket, and finding tickets by it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from operator import itemgetter
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    TextClause,
    bindparam,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    table,
    text,
)

from desk.event import Event, Kind
from desk.folding import words_of
from desk.query import Clause, Filter, Owner, Query, Words
from desk.reach import EVERYTHING, Reach
from desk.ticket import Ticket
from store import loading, tables
from store.fixed import Facts, Fixed
from store.pouring import pour
from store.reaching import within
from store.session import Session

TOLD = frozenset(
    {Kind.OPENED, Kind.CUSTOMER_WROTE, Kind.REPLIED, Kind.ASKED, Kind.RESOLVED, Kind.CANCELLED, Kind.NOTED}
    | {Kind.RATED}
)
"""Kinds of events whose text can be found."""

WHO = 0
"""Where a ticket's customer stands in the index; its events stand at their own numbers."""

EVENTS = 1 << 20
"""An id in the index is the ticket's number times this, plus the event's."""

_row = tables.tickets.c
_text = tables.texts.c
_NEW = Fixed(insert(tables.texts))


@dataclass(frozen=True)
class Found:
    """The tickets of one page, the newest first.  total: how many there are in all."""

    tickets: Sequence[Ticket]
    total: int


@dataclass(frozen=True)
class Seeker:
    """Who looks, for `owner:me`, in which zone days begin, and of which desks they are."""

    key: str
    zone: ZoneInfo
    reach: Reach = EVERYTHING


def index(session: Session, ticket: Ticket, events: Iterable[Event]) -> None:
    """Put what these events say into the index.  What is sensitive is left out."""
    session.later(_NEW, *_rows(session, ticket, events))


def reindex(session: Session, some: Sequence[Ticket]) -> None:
    """Make the part of the index anew that these tickets have, from what their histories hold now."""
    session.execute(delete(tables.texts).where(_text.ticket.in_([ticket.number for ticket in some])))
    rows = (row for ticket in some for row in _rows(session, ticket, ticket.history))
    pour(session, tables.texts, ("id", "ticket", "words"), map(itemgetter("id", "ticket", "words"), rows))


def replace(session: Session, number: int, seq: int, words: str) -> None:
    """That event says something else now, or, where there are no words, nothing any more."""
    session.execute(delete(tables.texts).where(_text.id == number * EVENTS + seq))
    session.later(_NEW, *_indexed(session, number, [(seq, words)]))


def drop(session: Session, number: int) -> None:
    """Take everything of a ticket out of the index."""
    session.execute(delete(tables.texts).where(_text.ticket == number))


def find(session: Session, query: Query, seeker: Seeker, *, limit: int, skip: int = 0) -> Found:
    """The tickets for which all clauses hold."""
    which = [*within(seeker.reach), *(_holds(session, clause, seeker) for clause in query.clauses)]
    counted = select(_row.number, func.count().over()).where(*which).order_by(_row.number.desc())
    page = session.execute(counted.limit(limit).offset(skip)).all()
    if not page and skip:
        first = session.execute(counted.limit(1)).first()
        return Found((), first[1] if first else 0)
    numbers = [number for number, _ in page]
    chosen = select(tables.tickets).where(_row.number.in_(numbers)).order_by(_row.number.desc())
    return Found(loading.some(session, chosen), page[0][1] if page else 0)


def words_for(session: Session, words: Sequence[str]) -> str:
    """Words as the column of the index holds them, in the way of the engine."""
    if session.is_sqlite:
        return " ".join(words)
    return " ".join(f"'{word}':{place}" for place, word in enumerate(words, start=1))


def _told(ticket: Ticket, event: Event) -> Iterator[tuple[int, str]]:
    said = "" if event.detail.get("sensitive") else event.text
    if event.kind is Kind.OPENED:
        yield WHO, f"{ticket.customer_name} {ticket.customer} {ticket.client}"
        said = f"{ticket.subject}\n{said}"
    yield event.seq, said


def _rows(session: Session, ticket: Ticket, events: Iterable[Event]) -> Iterator[Facts]:
    told = (each for event in events if event.kind in TOLD for each in _told(ticket, event))
    return _indexed(session, ticket.number, told)


def _indexed(session: Session, number: int, told: Iterable[tuple[int, str]]) -> Iterator[Facts]:
    return (
        {"id": number * EVENTS + seq, "ticket": number, "words": words_for(session, words)}
        for seq, said in told
        if seq < EVENTS and (words := words_of(said))
    )


def _holds(session: Session, clause: Clause, seeker: Seeker) -> ColumnElement[bool]:
    holds = _condition(session, clause, seeker)
    return holds if clause.wanted else ~holds


def _condition(session: Session, clause: Clause, seeker: Seeker) -> ColumnElement[bool]:
    match clause:
        case Clause(Filter.WORDS, Words() as words):
            return _are_said(session, words)
        case Clause(Filter.FROM, Words() as words):
            return _are_said(session, words, seq=WHO)
        case Clause(Filter.STATUS, frozenset() as statuses):
            return _row.status.in_(statuses)
        case Clause(Filter.PRIORITY, frozenset() as levels):
            return _row.priority.in_(levels)
        case Clause(Filter.OWNER, Owner() as owner):
            mine = func.coalesce(_row.owner, "") == seeker.key
            return mine if owner is Owner.ME else _row.owner.is_(None)
        case Clause(Filter.OWNER, Words() as words):
            return func.coalesce(_row.owner, "").in_(_owners_called(session, words))
        case Clause(Filter.BEFORE, date() as day):
            return _row.opened_at < _begin(day, seeker.zone)
        case Clause(Filter.AFTER, date() as day):
            return _row.opened_at >= _begin(day, seeker.zone)
    raise TypeError(f"nothing of that kind can be looked for: {clause}")


def _are_said(session: Session, words: Words, *, seq: int | None = None) -> ColumnElement[bool]:
    """Whether these words stand on a ticket.  They are letters and digits: nothing is syntax."""
    if session.is_sqlite:
        asked = f'"{" ".join(words.words)}"' + "*" * words.begins
        found = select(_FTS5.rowid // literal(EVENTS)).where(_with(_IN_FTS5, asked), *_at(_FTS5.rowid, seq))
        return _row.number.in_(found)
    asked = " <-> ".join(f"'{word}'" for word in words.words) + ":*" * words.begins
    # Not `in`: denied, it would be looked through anew for every ticket.
    its = _text.ticket == _row.number
    return exists().where(its, _with(_IN_TSVECTOR, asked), *_at(_text.id, seq)).correlate(tables.tickets)


def _with(stands: TextClause, asked: str) -> TextClause:
    return stands.bindparams(bindparam("asked", asked, unique=True))


def _at(id_: ColumnElement[int], seq: int | None) -> list[ColumnElement[bool]]:
    return [] if seq is None else [id_ % literal(EVENTS) == seq]


_FTS5 = table("texts_index", column("rowid", BigInteger)).c
_IN_FTS5 = text("texts_index MATCH :asked")
_IN_TSVECTOR = text("texts.words @@ CAST(:asked AS tsquery)")


def _owners_called(session: Session, words: Words) -> list[str]:
    """The ids of owners whose name, or id, has these words; there are not many owners."""
    query = select(_row.owner, func.max(_row.owner_name)).where(_row.owner.is_not(None)).group_by(_row.owner)
    return [owner for owner, name in session.execute(query) if _is_called(words, f"{owner} {name}")]


def _is_called(words: Words, name: str) -> bool:
    parts = words_of(name)
    return all(any(part.startswith(word) for part in parts) for word in words.words)


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
