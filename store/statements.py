"""The statements of the outbox, each built once: a courier asks every second."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
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
    or_,
    select,
    update,
)

from desk.delivery import Audience, DeliveryState
from store import tables
from store.fixed import Fixed

S = DeliveryState
PENDING = (S.READY, S.SENDING, S.UNCERTAIN)
"""Where a delivery stands while it is still owed."""

BEHIND = {Audience.FILES: Audience.AGENTS, Audience.CUSTOMER: Audience.DESK}
"""What of one event goes after what: files after the words they came with, a mail after what it takes."""

IN_A_THREAD = (Audience.AGENTS, Audience.FILES)
"""What needs a card to stand under."""

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
        _one_of(earlier.state, PENDING),
        or_(earlier.attempts > 0, earlier.not_before <= bindparam("soon")),  # else it is put off
    ]
    in_front += [earlier.id.not_in(bindparam("beside", expanding=True))] if only_new else []
    waits_for_another = exists().where(*in_front)
    behind = [_behind(row, audience, first) for audience, first in BEHIND.items() if audience in audiences]
    has_card = exists().where(tables.cards.c.ticket == row.ticket)
    new = (row.state == S.READY, row.reference == "") if only_new else (_one_of(row.state, PENDING),)
    return (
        select(tables.outbox)
        .where(
            *new,
            _one_of(row.audience, audiences),
            row.not_before <= now,
            or_(row.lease_until.is_(None), row.lease_until <= now),
            or_(~_one_of(row.audience, IN_A_THREAD), has_card),
            ~waits_for_another,
            *behind,
        )
        .order_by(_rank(row), row.not_before, row.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True, of=tables.outbox)
    )


def _rank(row: Any) -> ColumnElement[int]:
    """What goes first where Slack's pace makes all of it wait: warnings to the leads, then what people wrote
    and did, then new cards, and last what is only told again."""
    is_new_card = and_(row.audience == Audience.CARD, row.reference == "")
    return case((row.audience == Audience.LEADS, 0), (row.repeated, 3), (is_new_card, 2), else_=1)


def _behind(row: Any, audience: Audience, first: Audience) -> ColumnElement[bool]:
    """What is owed to that audience about an event waits until nothing is owed to the other any more."""
    other = tables.outbox.alias().c
    same = (other.ticket == row.ticket, other.seq == row.seq, other.audience == first)
    waits = exists().where(*same, _one_of(other.state, PENDING))
    return or_(row.audience != audience, ~waits)


def _one_of(column: ColumnElement[Any], values: Sequence[StrEnum]) -> ColumnElement[bool]:
    """Where in_ would have the statement's text made anew each time."""
    return or_(*(column == each for each in values))


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
    return Fixed(its.values(anew).returning(row.id))


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
