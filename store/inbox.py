"""What came in, kept raw before anyone reads it: mails, and the keys of Slack's clicks and events."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from store import tables
from store.database import Session, insert_once_on
from store.fixed import Fixed

_row = tables.inbox.c


class State(StrEnum):
    """NEW: nobody read it yet.  DONE: it is on a ticket.  DUPLICATE: the same mail was here before.  DROPPED:
    our own mail coming back, or a blocked sender's.  COLLECTED: one of too many, which a ticket counts."""

    NEW = "new"
    DONE = "done"
    DUPLICATE = "duplicate"
    DROPPED = "dropped"
    COLLECTED = "collected"


IS_NEW = _row.state == bindparam("new", State.NEW.value, literal_execute=True)
"""Which mails nobody has read; said in the statement itself, so that the partial index over them serves."""


_FIRST_WITH = Fixed(select(_row.id).where(_row.content_key == bindparam("content_key")))
_BECAME = Fixed(select(_row.state, _row.ticket, _row.remark).where(_row.id == bindparam("its_id")))
_DEALT_WITH = Fixed(
    update(tables.inbox)
    .where(_row.id == bindparam("its_id"))
    .values({name: bindparam(f"new_{name}") for name in ("state", "remark", "ticket", "content_key")})
)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A mail as it arrived.  source: the way in ("imap help@…", "smtp", "terminal"); at: when our mailbox or
    listener accepted it; uidvalidity, uid: where in a mailbox (RFC 9051); envelope: what SMTP said of it."""

    source: str
    raw: bytes
    at: datetime
    uidvalidity: int | None = None
    uid: int | None = None
    envelope: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """A mail in the inbox.  attempts: how often reading it was begun before."""

    id: int
    arrival: Arrival
    attempts: int


_OF_ARRIVAL = [each.name for each in _row if each.name not in ("id", "content_key", "ticket")]


def keep(session: Session, arrival: Arrival) -> int | None:
    """Keep a mail and return its id; None when this place in this mailbox is already kept."""
    values = {
        "source": arrival.source,
        "uidvalidity": arrival.uidvalidity,
        "uid": arrival.uid,
        "envelope": arrival.envelope,
        "raw": arrival.raw,
        "arrived_at": arrival.at,
        "not_before": arrival.at,
        "state": State.NEW,
        "attempts": 0,
        "remark": "",
    }
    new = session.first(_kept(is_sqlite=session.is_sqlite), **values)
    return new[0] if new else None


@cache
def _kept(*, is_sqlite: bool) -> Fixed:
    new = insert_once_on(tables.inbox, is_sqlite=is_sqlite).returning(_row.id)
    return Fixed(new, columns=_OF_ARRIVAL)


def first_with(session: Session, content_key: str) -> int | None:
    """The inbox id of the mail with that content, when one has been dealt with before."""
    known: dict[str, int | None] = session.foreseen[_CONTENTS]
    if content_key in known:
        return known[content_key]
    found = session.first(_FIRST_WITH, content_key=content_key)
    return found[0] if found else None


_CONTENTS = "inbox ids by content"


def foresee(session: Session, content_keys: Sequence[str]) -> None:
    """Look for all of these at once, so that first_with need not ask for each."""
    known = session.foreseen[_CONTENTS]
    known.update(dict.fromkeys(content_keys))
    query = select(_row.content_key, _row.id).where(_row.content_key.in_(content_keys))
    for row in session.execute(query):
        known[row.content_key] = row.id


def dealt_with(
    session: Session,
    inbox_id: int,
    state: State,
    *,
    remark: str = "",
    ticket: int | None = None,
    content_key: str | None = None,
) -> None:
    """Say what became of a mail.  content_key is unique: of two copies read at once, one is refused."""
    if content_key is not None:
        session.foreseen[_CONTENTS][content_key] = inbox_id
    became = {"state": state, "remark": remark, "ticket": ticket, "content_key": content_key}
    session.later(
        _DEALT_WITH, {"its_id": inbox_id} | {f"new_{name}": value for name, value in became.items()}
    )


def raw_of(session: Session, inbox_id: int) -> bytes | None:
    """The bytes as they came in."""
    return session.execute(select(_row.raw).where(_row.id == inbox_id)).scalar()


def beginning_of(session: Session, inbox_id: int, size: int) -> bytes:
    """The first bytes of it; none where it is no longer kept."""
    cut = select(func.substr(_row.raw, 1, size)).where(_row.id == inbox_id)
    return bytes(session.execute(cut).scalar() or b"")


def uids_kept(session: Session, source: str, uidvalidity: int) -> set[int]:
    """Which messages of a mailbox are in the ledger."""
    query = select(_row.uid).where(_row.source == source, _row.uidvalidity == uidvalidity)
    return {uid for uid in session.scalars(query) if uid is not None}


def what_became(session: Session, inbox_id: int) -> tuple[State, int | None, str]:
    """What became of a mail: its state, the ticket it is on, and the remark that was made."""
    state, ticket, remark = session.first(_BECAME, its_id=inbox_id) or (State.NEW, None, "")
    return State(state), ticket, remark


def waiting(session: Session) -> int:
    """How many mails nobody has read yet."""
    return session.execute(select(func.count()).select_from(tables.inbox).where(IS_NEW)).scalar_one()


def stuck(session: Session, *, attempts: int) -> int:
    """How many mails were tried that often and still are on no ticket."""
    query = select(func.count()).select_from(tables.inbox).where(IS_NEW, _row.attempts >= attempts)
    count: int = session.execute(query).scalar_one()
    return count


def oldest_new(session: Session) -> datetime | None:
    """Since when the first of the mails that nobody has read has been here; None when there is none."""
    first = select(_row.arrived_at).where(IS_NEW).order_by(_row.id + 0).limit(1)
    oldest: datetime | None = session.execute(first).scalar()
    return oldest


def collected(session: Session, ticket: int) -> int:
    """How many mails of a flood that ticket has collected."""
    mine = (_row.state == State.COLLECTED, _row.ticket == ticket)
    return session.execute(select(func.count()).where(*mine)).scalar_one()


def floods(session: Session) -> list[tuple[int, int]]:
    """The tickets that have collected mails, and how many each."""
    query = select(_row.ticket, func.count()).where(_row.state == State.COLLECTED)
    return [(ticket, count) for ticket, count in session.execute(query.group_by(_row.ticket)) if ticket]


def let_in(session: Session, ticket: int, *, now: datetime, most: int, only: int | None = None) -> int:
    """Have the first of what a ticket collected read once more, as if no other mail had come; returns how
    many those are.  only: none but that mail."""
    mine = select(_row.id, _row.envelope).where(_row.state == State.COLLECTED, _row.ticket == ticket)
    mine = mine if only is None else mine.where(_row.id == only)
    waiting = session.execute(mine.order_by(_row.id).limit(most)).all()
    for kept, envelope in waiting:
        again = {"state": State.NEW, "attempts": 0, "not_before": now, "content_key": None, "ticket": None}
        marked = {"envelope": envelope | {LET_IN: True}, "remark": ""}
        session.execute(update(tables.inbox).where(_row.id == kept).values(again | marked))
    return len(waiting)


LET_IN = "let_in"
"""What the envelope of such a mail says, so that it is not collected again."""


def claim_rest(session: Session, key: str, *, now: datetime, rest: timedelta) -> bool:
    """Have that key now, unless somebody had it less than `rest` ago."""
    return session.first(_rested(session), key=key, at=now, rested=now - rest) is not None


def is_first(session: Session, key: str, *, at: datetime) -> bool:
    """Whether this click or event comes in for the first time.  Kept in the same commit as what it does, so a
    second delivery of the same one does nothing."""
    return session.first(_click(session), key=key, at=at) is not None


def _click(session: Session) -> Fixed:
    return _clicked(is_sqlite=session.is_sqlite)


@cache
def _clicked(*, is_sqlite: bool) -> Fixed:
    """Built once for each kind of database."""
    return Fixed(insert_once_on(tables.clicks, is_sqlite=is_sqlite).returning(tables.clicks.c.key))


def _rested(session: Session) -> Fixed:
    return _again(is_sqlite=session.is_sqlite)


@cache
def _again(*, is_sqlite: bool) -> Fixed:
    row = tables.clicks.c
    new = sqlite.insert(tables.clicks) if is_sqlite else postgresql.insert(tables.clicks)
    rested = row.at <= bindparam("rested", type_=row.at.type)
    later = new.on_conflict_do_update(index_elements=[row.key], set_={"at": new.excluded.at}, where=rested)
    return Fixed(later.returning(row.key))


def forget_clicks(session: Session, *, before: datetime) -> None:
    """Drop keys that Slack can no longer repeat."""
    session.execute(delete(tables.clicks).where(tables.clicks.c.at < before))
