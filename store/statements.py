"""The statements of the outbox, each built once: a courier asks every second."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    literal,
    or_,
    select,
    update,
)

from desk.delivery import Audience, DeliveryState
from store import tables, turns
from store.fixed import Fixed
from store.turns import IN_A_THREAD
from store.turns import one_of as _one_of

S = DeliveryState
BEHIND = {Audience.FILES: Audience.AGENTS, Audience.CUSTOMER: Audience.DESK}
"""What of one event goes after what: files after the words they came with, a mail after what it takes."""

MARKS = ("state", "attempts", "looked", "fence", "not_before", "lease_until", "first_try_at")
"""What a claim changes."""


@cache
def claimed() -> Fixed:
    marks: dict[str, Any] = {name: bindparam(f"new_{name}") for name in MARKS}
    return Fixed(update(tables.outbox).where(tables.outbox.c.id == bindparam("its_id")).values(marks))


@cache
def next_due(audiences: tuple[Audience, ...]) -> Fixed:
    """Takes now, soon and most."""
    return Fixed(_next_due(audiences, only_new=False))


@cache
def next_beside(audiences: tuple[Audience, ...]) -> Select[Any]:
    """New ones that join what was just claimed.  Takes beside, the ids of that, as well."""
    return _next_due(audiences, only_new=True)


def _next_due(audiences: tuple[Audience, ...], *, only_new: bool) -> Select[Any]:
    row = tables.outbox.c
    now: BindParameter[datetime] = bindparam("now")
    earlier = tables.outbox.alias().c
    in_front = [
        earlier.ticket == row.ticket,
        earlier.audience == row.audience,
        earlier.id < row.id,
        turns.is_owed(earlier),
        or_(earlier.attempts > 0, earlier.not_before <= bindparam("soon")),  # else it is put off
    ]
    in_front += [earlier.id.not_in(bindparam("beside", expanding=True))] if only_new else []
    waits_for_another = _is_there(*in_front)
    behind = [_behind(row, audience, first) for audience, first in BEHIND.items() if audience in audiences]
    has_card = _is_there(tables.cards.c.ticket == row.ticket)
    new = (_one_of(row.state, (S.READY,)), row.reference == "") if only_new else ()
    return (
        select(tables.outbox)
        .where(
            turns.owed_to(row, audiences),
            *new,
            row.not_before <= now,
            or_(row.lease_until.is_(None), row.lease_until <= now),
            or_(~_one_of(row.audience, IN_A_THREAD), has_card),
            ~waits_for_another,
            *behind,
        )
        .order_by(*turns.in_order(row, audiences))
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True, of=tables.outbox)
    )


def _behind(row: Any, audience: Audience, first: Audience) -> ColumnElement[bool]:
    """What is owed to that audience about an event waits until nothing is owed to the other any more."""
    other = tables.outbox.alias().c
    same = (other.ticket == row.ticket, other.seq == row.seq, other.audience == first)
    waits = _is_there(*same, turns.is_owed(other))
    return or_(row.audience != audience, ~waits)


def _is_there(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is such a row.  It is asked for each that is looked at: of EXISTS PostgreSQL makes a join
    with all that there are."""
    return select(literal(1)).where(*which).limit(literal(1)).scalar_subquery().is_not(None)


@cache
def settled(*columns: str) -> Fixed:
    return _mine({name: bindparam(f"new_{name}") for name in columns})


@cache
def arrival() -> Fixed:
    row = tables.outbox.c
    stale = row.revision > bindparam("revision_sent")
    return _mine(
        {
            "state": case((stale, S.READY), else_=S.DONE),
            "attempts": case((stale, 0), else_=row.attempts),
            "first_try_at": case((stale, None), else_=row.first_try_at),
            "reference": bindparam("new_reference"),
            "last_error": "",
        }
    )


def _mine(values: dict[str, Any]) -> Fixed:
    row = tables.outbox.c
    mine = (row.id == bindparam("its_id"), row.fence == bindparam("its_fence"))
    return Fixed(update(tables.outbox).where(*mine).values(lease_until=None, **values).returning(row.id))


@cache
def stale_card() -> Fixed:
    row = tables.outbox.c
    at_rest = _one_of(row.state, (S.DONE, S.DOUBTFUL, S.DEAD))
    its = update(tables.outbox).where(row.ticket == bindparam("number"), row.audience == Audience.CARD)
    anew = drawn_anew(at_rest, bindparam("at", type_=row.not_before.type))
    return Fixed(its.values(anew).returning(row.reference))


@cache
def card_missing() -> Fixed:
    """What is owed in a thread waits until there is one.  Takes number."""
    row = tables.outbox.c
    is_there = exists().where(tables.cards.c.ticket == bindparam("number"))
    its = (row.ticket == bindparam("number"), turns.one_of(row.audience, IN_A_THREAD), ~row.cardless)
    return Fixed(update(tables.outbox).where(*its, turns.is_owed(row), ~is_there).values(cardless=True))


def drawn_anew(at_rest: ColumnElement[bool], at: Any) -> dict[str, Any]:
    """It is stale; where nobody is at it, it is due, with its patience whole."""
    row = tables.outbox.c
    return {
        "revision": row.revision + 1,
        "attempts": case((at_rest, 0), else_=row.attempts),
        "first_try_at": case((at_rest, None), else_=row.first_try_at),
        "not_before": case((and_(at_rest, row.not_before < at), at), else_=row.not_before),
        "state": case((at_rest, S.READY), else_=row.state),
    }
