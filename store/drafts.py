"""Mails that somebody writes at this moment: who is at which ticket, and what they mean to send."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from desk.actor import Actor
from store import outbox, tables, tickets
from store.session import Session

_row = tables.drafts.c

LATELY = timedelta(minutes=10)
"""For so long after the window was opened its writer counts as being at it."""


@dataclass(frozen=True)
class Draft:
    """by_key, by_name: whose it is; mail: what was written, as far as it was handed over."""

    ticket: int
    by_key: str
    by_name: str
    opened_at: datetime
    mail: Mapping[str, Any]


def begin(session: Session, token: str, number: int, *, by: Actor, at: datetime) -> None:
    """Somebody has opened the window."""
    facts = {"by_key": by.key, "by_name": by.name, "opened_at": at, "mail": {}}
    session.execute(insert(tables.drafts).values(token=token, ticket=number, **facts))


def keep(
    session: Session, token: str, number: int, mail: Mapping[str, Any], *, by: Actor, at: datetime
) -> None:
    """Keep what they mean to send, in place of what was kept before."""
    mine = update(tables.drafts).where(_row.token == token, _row.ticket == number)
    if session.execute(mine.values(mail=dict(mail)).returning(_row.token)).first() is None:
        begin(session, token, number, by=by, at=at)
        session.execute(mine.values(mail=dict(mail)))


def take(session: Session, token: str, number: int) -> Draft | None:
    """The draft, which is over with that."""
    mine = (_row.token == token, _row.ticket == number)
    found = session.execute(select(tables.drafts).where(*mine)).first()
    session.execute(delete(tables.drafts).where(*mine))
    return _draft(found) if found else None


def writers(session: Session, number: int, *, now: datetime) -> list[Draft]:
    """Who is writing to that ticket's customer now, the first of them first."""
    query = select(tables.drafts).where(_row.ticket == number, _row.opened_at > now - LATELY)
    return [_draft(found) for found in session.execute(query.order_by(_row.opened_at, _row.token))]


def redraw(session: Session, *, now: datetime) -> None:
    """Let cards show that nobody is at it any more whose window has been open for too long."""
    over = _row.opened_at.between(now - 2 * LATELY, now - LATELY)
    for number in sorted(set(session.scalars(select(_row.ticket).where(over)))):
        outbox.owe_card(session, tickets.get(session, number))


def tidy(session: Session, *, before: datetime) -> None:
    """Forget what nobody sends any more."""
    session.execute(delete(tables.drafts).where(_row.opened_at < before))


def _draft(found: Any) -> Draft:
    return Draft(found.ticket, found.by_key, found.by_name, found.opened_at, found.mail)
