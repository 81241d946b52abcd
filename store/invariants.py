"""What must always be true of the database, looked at without changing it.

Written against the tables alone, not with the functions that keep them so: a fault there must show here.
The letters are those of the promises in docs/reliability.md."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    text,
)

from desk.delivery import Audience, DeliveryState
from desk.event import HUMAN_MAILS, OWED_TO, Kind
from desk.priority import Priority
from desk.release import Stand
from desk.status import RUNNING, TRANSITIONS, Status
from store import tables, turns
from store.database import Session
from store.emails import Direction
from store.inbox import State

_ticket, _event, _owed = tables.tickets.c, tables.events.c, tables.outbox.c
_mail, _came, _card = tables.emails.c, tables.inbox.c, tables.cards.c
_report = tables.reports.c

GRACE = timedelta(minutes=15)
"""How long work may be under way before it counts as stuck."""

_NAMED = 20
"""How many places of one kind are named; all are counted."""

Places = Iterator[str]


@dataclass(frozen=True)
class Invariant:
    """Something that is always true.  words: what it promises; look: yields each place where it is not so."""

    name: str
    words: str
    look: Callable[[Session, datetime], Places]


@dataclass(frozen=True)
class Verdict:
    """What one look came to.  places: the first of them, in words; count: how many there are."""

    invariant: Invariant
    count: int
    places: tuple[str, ...]


def examine(session: Session, invariant: Invariant, *, now: datetime) -> Verdict:
    """Look at one invariant.  Raises store.database.Unavailable."""
    named, count = [], 0
    for place in invariant.look(session, now):
        count += 1
        if count <= _NAMED:
            named.append(place)
    return Verdict(invariant, count, tuple(named))


def _sound(session: Session, _now: datetime) -> Places:
    if not session.is_sqlite:
        unproved = text("SELECT conname FROM pg_constraint WHERE NOT convalidated")
        broken = text("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
        for statement in (unproved, broken):
            yield from (f"{name} is not valid" for name in session.execute(statement).scalars())
        return
    for said in session.execute(text("PRAGMA integrity_check")).scalars():
        if said != "ok":
            yield said
    for table, rowid, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
        yield f"row {rowid} of {table} points at nothing in {parent}"


def _gapless(session: Session, _now: datetime) -> Places:
    counted = (
        select(
            _event.ticket,
            func.count().label("many"),
            func.min(_event.seq).label("first"),
            func.max(_event.seq).label("last"),
        )
        .group_by(_event.ticket)
        .subquery()
    )
    whole = and_(counted.c.first == 1, counted.c.last == _ticket.version, counted.c.many == _ticket.version)
    query = select(_ticket.number, counted.c.many, _ticket.version).outerjoin(
        counted, counted.c.ticket == _ticket.number
    )
    for number, many, version in session.execute(query.where(or_(counted.c.ticket.is_(None), not_(whole)))):
        yield f"ticket {number} is at version {version} and has {many or 0} events"


def _as_last(session: Session, _now: datetime) -> Places:
    other = or_(_event.status != _ticket.status, _event.priority != _ticket.priority)
    last = and_(_event.ticket == _ticket.number, _event.seq == _ticket.version)
    query = select(_ticket.number, _ticket.status, _event.status, _ticket.priority, _event.priority)
    query = query.join(tables.events, last).where(other)
    for number, status, then, priority, level in session.execute(query):
        yield f"ticket {number} is {status}, {priority}; its last event left it {then}, {level}"


def _allowed_steps(session: Session, _now: datetime) -> Places:
    before = func.lag(_event.status).over(partition_by=_event.ticket, order_by=_event.seq)
    step = select(_event.ticket, _event.seq, _event.kind, _event.status, before.label("before")).subquery()
    first = and_(step.c.seq == 1, step.c.kind != Kind.OPENED)
    known = or_(*(and_(step.c.before == a, step.c.status.in_(to | {a})) for a, to in TRANSITIONS.items()))
    back = or_(*(and_(step.c.status == a, step.c.before.in_(to)) for a, to in TRANSITIONS.items()))
    known = or_(known, and_(step.c.kind == Kind.WITHDRAWN, back))
    unknown = and_(step.c.before.is_not(None), not_(known))
    for number, seq, kind, status, came in session.execute(select(step).where(or_(first, unknown))):
        yield f"ticket {number}, event {seq} ({kind}): {came or 'nothing'} became {status}"


def _asked_first(session: Session, _now: datetime) -> Places:
    before = func.lag(_event.status).over(partition_by=_event.ticket, order_by=_event.seq)
    step = select(_event.ticket, _event.seq, _event.kind, _event.status, before.label("before")).subquery()
    entered = and_(
        step.c.status == Status.WAITING_FOR_CUSTOMER,
        or_(step.c.before.is_(None), step.c.before != Status.WAITING_FOR_CUSTOMER),
        step.c.kind.not_in((Kind.ASKED, Kind.WITHDRAWN)),  # what is taken back leads back
    )
    for number, seq, kind, *_ in session.execute(select(step).where(entered)):
        yield f"ticket {number} waits for its customer since event {seq} ({kind}), which asked nothing"


def _words_leave(session: Session, _now: datetime) -> Places:
    theirs, other = _delivery_of(Audience.CUSTOMER), tables.events.alias().c
    key = literal("withdrawn:") + cast(_event.seq, String)
    gone = exists().where(other.ticket == _event.ticket, other.key == key)
    query = select(_event.ticket, _event.seq, _event.kind).where(_event.kind.in_(HUMAN_MAILS), ~theirs, ~gone)
    for number, seq, kind in session.execute(query):
        yield f"ticket {number}, event {seq} ({kind}) is owed to nobody"


def _warnings_told(session: Session, _now: datetime) -> Places:
    told = or_(_delivery_of(Audience.AGENTS), _delivery_of(Audience.LEADS))
    query = select(_event.ticket, _event.seq).where(_event.kind == Kind.WARNED, ~told)
    for number, seq in session.execute(query):
        yield f"ticket {number}, warning {seq} is owed to nobody"


def _delivery_of(audience: Audience) -> ColumnElement[bool]:
    mine = (_owed.ticket == _event.ticket, _owed.seq == _event.seq, _owed.audience == audience)
    return exists().where(*mine)


def _no_strangers_told(session: Session, _now: datetime) -> Places:
    """Only the card and who is named for that kind may be owed anything; a retold event is the exception."""
    silent = [kind for kind, audiences in OWED_TO.items() if not audiences and kind is not Kind.NOTED]
    query = select(_owed.id, _event.ticket, _event.seq, _event.kind)
    query = query.join(tables.events, and_(_event.ticket == _owed.ticket, _event.seq == _owed.seq))
    for id_, number, seq, kind in session.execute(query.where(_event.kind.in_(silent))):
        yield f"delivery {id_} tells of event {seq} ({kind}) of ticket {number}, which is told to nobody"


def _one_card(session: Session, _now: datetime) -> Places:
    cards = select(_owed.ticket).where(_owed.audience == Audience.CARD)
    for number in session.scalars(select(_ticket.number).where(_ticket.number.not_in(cards))):
        yield f"ticket {number} owes no card"
    posted = exists().where(_card.ticket == _owed.ticket)
    done = (_owed.audience == Audience.CARD, _owed.state == DeliveryState.DONE)
    for number in session.scalars(select(_owed.ticket).where(*done, ~posted)):
        yield f"the card of ticket {number} arrived, and nobody knows where"


def _no_old_claims(session: Session, now: datetime) -> Places:
    claimed = (turns.owed(_owed), _owed.state == DeliveryState.SENDING, _owed.lease_until < now - GRACE)
    for id_, number in session.execute(select(_owed.id, _owed.ticket).where(*claimed)):
        yield f"delivery {id_} of ticket {number} is claimed by a process that let go of it"
    undated = (turns.owed(_owed), _owed.state == DeliveryState.SENDING, _owed.lease_until.is_(None))
    for id_ in session.scalars(select(_owed.id).where(*undated)):
        yield f"delivery {id_} is being sent without end"


def _sent_is_on_record(session: Session, _now: datetime) -> Places:
    """A human's mail that arrived is an event, from which clocks and silence are reckoned."""
    sent = tables.events.alias().c
    of = sent.detail["of"].as_integer()
    known = exists().where(sent.ticket == _owed.ticket, sent.kind == Kind.SENT, of == _owed.seq)
    query = (
        select(_owed.id, _owed.ticket, _owed.seq)
        .join(tables.events, and_(_event.ticket == _owed.ticket, _event.seq == _owed.seq))
        .where(_owed.audience == Audience.CUSTOMER, _owed.state == DeliveryState.DONE)
        .where(_event.kind.in_(HUMAN_MAILS), ~known)
    )
    for id_, number, seq in session.execute(query):
        yield f"delivery {id_}: event {seq} of ticket {number} was mailed, and its history does not say so"


def _mails_once(session: Session, _now: datetime) -> Places:
    ours = select(_mail.message_id, func.count()).where(_mail.direction == Direction.OUT)
    for name, many in session.execute(ours.group_by(_mail.message_id).having(func.count() > 1)):
        yield f"{many} mails left as <{name}>"
    theirs = select(_mail.inbox, func.count()).where(_mail.inbox.is_not(None))
    for inbox, many in session.execute(theirs.group_by(_mail.inbox).having(func.count() > 1)):
        yield f"mail {inbox} of the inbox is on tickets {many} times"


def _mails_settled(session: Session, now: datetime) -> Places:
    stuck = (_came.state == State.NEW, _came.not_before < now - GRACE)
    for id_, attempts in session.execute(select(_came.id, _came.attempts).where(*stuck)):
        yield f"mail {id_} of the inbox is not read yet (begun {attempts} times)"
    astray = select(_came.id, _came.state).where(_came.state.not_in([state.value for state in State]))
    for id_, state in session.execute(astray):
        yield f"mail {id_} of the inbox is {state!r}, which means nothing"
    nowhere = (_came.state == State.COLLECTED, _came.ticket.is_(None))
    for id_ in session.scalars(select(_came.id).where(*nowhere)):
        yield f"mail {id_} of the inbox was collected by no ticket"


def _warned_in_time(session: Session, _now: datetime) -> Places:
    idle = or_(_event.status.not_in(RUNNING), _event.priority == Priority.IMPROVEMENT)
    query = select(_event.ticket, _event.seq, _event.status, _event.priority)
    for number, seq, status, priority in session.execute(query.where(_event.kind == Kind.WARNED, idle)):
        yield f"ticket {number}, warning {seq}: no clock runs while {status}, {priority}"


def _once(session: Session, _now: datetime) -> Places:
    """Unique keys keep it so; this finds a database whose keys were lost."""
    for query, words in _TWICE:
        for row in session.execute(query):
            yield f"{words} {', '.join(map(str, row[:-1]))}: {row[-1]} times"


def _doubled(*columns: ColumnElement[Any], where: ColumnElement[bool]) -> Select[Any]:
    query: Select[Any] = select(*columns, func.count())
    return query.where(where).group_by(*columns).having(func.count() > 1)


def _let_go(session: Session, _now: datetime) -> Places:
    """What is for clients to read leaves by nobody's hand but a lead's."""
    nobody = or_(_report.decided_by == "", _report.decided_at.is_(None))
    query = select(_report.id, _report.stand).where(_report.stand != Stand.ASKED, nobody)
    for number, stand in session.execute(query):
        yield f"report {number} is {stand}, and nobody let it go"


_TWICE = (
    (_doubled(_event.ticket, _event.key, where=_event.key.is_not(None)), "event key"),
    (_doubled(_owed.ticket, _owed.seq, _owed.audience, where=_owed.seq.is_not(None)), "delivery"),
    (_doubled(_owed.ticket, where=_owed.audience == Audience.CARD), "card of ticket"),
    (_doubled(_came.content_key, where=_came.content_key.is_not(None)), "mail content"),
    (_doubled(_came.source, _came.uidvalidity, _came.uid, where=_came.uid.is_not(None)), "mail at"),
)

INVARIANTS = (
    Invariant("sound", "the database itself is whole (I12)", _sound),
    Invariant("once", "nothing that may be there once is there twice (I2, I3, L8)", _once),
    Invariant("gapless", "a ticket's version counts its events, without a gap (I5)", _gapless),
    Invariant("as-last", "a ticket stands where its last event left it (I5)", _as_last),
    Invariant("allowed-steps", "every change of status is one that the rules allow (I5)", _allowed_steps),
    Invariant("asked-first", "nobody waits for a customer who was asked nothing (S3)", _asked_first),
    Invariant("words-leave", "an agent's words to a customer are owed to the customer (I6)", _words_leave),
    Invariant("warnings-told", "a warning on record is owed to somebody (I6)", _warnings_told),
    Invariant("nobody-else", "what is told to nobody is owed to nobody (I6)", _no_strangers_told),
    Invariant("one-card", "every ticket has its card, and it is known where (I4)", _one_card),
    Invariant("no-old-claims", "nothing is claimed by a process that died (I7)", _no_old_claims),
    Invariant("sent-on-record", "an agent's mail that left is in the history (S3)", _sent_is_on_record),
    Invariant("mails-once", "a mail left once, and came in once (I1, I3)", _mails_once),
    Invariant("mails-settled", "every mail that came in has become something (I1)", _mails_settled),
    Invariant("let-go", "a client's month leaves only once a lead let it go (S3)", _let_go),
    Invariant("warned-in-time", "warnings are only about clocks that run (L9)", _warned_in_time),
)
"""All of them, those that say most about the database first."""
