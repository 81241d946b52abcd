"""Mails that nobody has read yet: taken for a while, and left to the next by whoever does not come to it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate, takewhile
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Update, bindparam, func, or_, select, text, update

from store import tables
from store.database import Session
from store.inbox import IS_NEW, Arrival, Kept

_row = tables.inbox.c


def next_new(session: Session, *, now: datetime, lease: timedelta) -> Kept | None:
    """Take the next mail nobody has read, for `lease`: whoever dies over it leaves it to the next."""
    return next(iter(next_some(session, now=now, lease=lease, most=1)), None)


def next_some(session: Session, *, now: datetime, lease: timedelta, most: int) -> list[Kept]:
    """Take the next mails nobody has read, `most` at once and no more than SOME_BYTES, as next_new does.

    A new one is due at once, even where the clock of the server that accepted it is ahead of ours.  What
    somebody died over before is taken alone: else it would take the blame of the others, and they its."""
    due = session.execute(_due_statement(), {"now": now, "most": most}).all()
    chosen = _together(due)
    if not chosen:
        return []
    session.execute(_taken_statement(), {"until": now + lease, "chosen": chosen})
    found = session.execute(_chosen_statement(), {"chosen": chosen}).all()
    return [Kept(row.id, _arrival(row), row.attempts - 1) for row in found]


def give_back(session: Session, taken: Sequence[Kept]) -> None:
    """Leave mails that were taken and not begun to whoever comes next, as if nobody had taken them."""
    for kept in taken:
        back = {"attempts": kept.attempts, "not_before": kept.arrival.at}
        session.execute(update(tables.inbox).where(*_still_ours(kept)).values(back))


def keep_back(session: Session, taken: Sequence[Kept], *, until: datetime) -> None:
    """Have nobody else take them until then: whoever took them is still at work on them."""
    for kept in taken:
        session.execute(update(tables.inbox).where(*_still_ours(kept)).values(not_before=until))


def _still_ours(kept: Kept) -> Sequence[ColumnElement[bool]]:
    return (_row.id == kept.id, _row.attempts == kept.attempts + 1, IS_NEW)


def hold(session: Session, ids: Sequence[int]) -> set[int]:
    """Those of them that still nobody has dealt with, held until the commit.

    Whoever slept over the end of its lease may file a mail at the same moment as the next one who took it."""
    return set(session.scalars(_held_statement(), {"ids": ids}))


def hold_keys(session: Session, keys: Sequence[str]) -> None:
    """Let nobody else file a mail with one of these keys until the commit.  keys: hashes, in hexadecimal.

    A copy that can be read and one that cannot have different keys in the inbox, and different mails may bear
    one name: no index refuses the second of them.  SQLite has one writer at a time; on PostgreSQL all are
    asked for in one order, so that nobody waits in a circle."""
    if not session.is_sqlite and keys:
        numbers = sorted({int(key[:_DIGITS], 16) for key in keys})
        session.execute(_KEYS_HELD, {"numbers": numbers}).all()


_DIGITS = 15
"""Of a key that PostgreSQL's locks have room for."""

_KEYS_HELD = text("SELECT pg_advisory_xact_lock(n) FROM unnest(CAST(:numbers AS bigint[])) AS n")


SOME_BYTES = 2_000_000
"""Of mails taken at once."""


def _together(due: Sequence[Row[Any]]) -> list[int]:
    if not due or due[0].attempts:
        return [row.id for row in due[:1]]
    new = list(takewhile(lambda row: row.attempts == 0, due))
    sizes = accumulate(row.size for row in new)
    return [row.id for row, size in zip(new, sizes, strict=True) if row is new[0] or size <= SOME_BYTES]


@cache
def _due_statement() -> Select[Any]:
    return (
        select(_row.id, _row.attempts, func.length(_row.raw).label("size"))
        .where(IS_NEW, or_(_row.attempts == 0, _row.not_before <= bindparam("now")))
        .order_by(_row.id + 0)  # by the bare id SQLite walks over every mail that was ever read
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )


@cache
def _taken_statement() -> Update:
    chosen = _row.id.in_(bindparam("chosen", expanding=True))
    return (
        update(tables.inbox)
        .where(chosen)
        .values(attempts=_row.attempts + 1, not_before=bindparam("until", type_=_row.not_before.type))
    )


@cache
def _held_statement() -> Select[Any]:
    mine = select(_row.id).where(_row.id.in_(bindparam("ids", expanding=True)), IS_NEW)
    return mine.order_by(_row.id).with_for_update()


@cache
def _chosen_statement() -> Select[Any]:
    return select(tables.inbox).where(_row.id.in_(bindparam("chosen", expanding=True))).order_by(_row.id)


def _arrival(row: Row[Any]) -> Arrival:
    return Arrival(
        source=row.source,
        raw=row.raw,
        at=row.arrived_at,
        uidvalidity=row.uidvalidity,
        uid=row.uid,
        envelope=row.envelope,
    )
