"""Senders whose mail is kept and not read: addresses and whole domains that somebody blocked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, bindparam, delete, select

from desk.actor import Actor
from desk.blocking import names_of
from desk.errors import DeskError
from store import tables
from store.database import Session, insert_once

_row = tables.blocks.c


class BlocksTheDesk(DeskError):
    """Whoever was to be blocked is the desk, or its address is within that domain."""

    def __init__(self, sender: str) -> None:
        super().__init__(f"{sender} is the desk itself, or holds an address of it.")


@dataclass(frozen=True)
class Block:
    """sender: an address or a domain, in lower case; by: who blocked it."""

    sender: str
    by: str
    at: datetime


def add(session: Session, sender: str, *, by: Actor, at: datetime, ours: Iterable[str]) -> bool:
    """Block an address or a domain with all below it; False where it is blocked already.

    ours: the addresses of the desk.  Raises BlocksTheDesk."""
    if any(sender.lower() in names_of(address) for address in ours):
        raise BlocksTheDesk(sender)
    session.foreseen.pop(_BLOCKS, None)
    new = insert_once(session, tables.blocks).values(sender=sender.lower(), by=by.name, at=at)
    return session.execute(new.returning(_row.sender)).first() is not None


def remove(session: Session, sender: str) -> bool:
    """Hear that sender again; False where it was not blocked."""
    session.foreseen.pop(_BLOCKS, None)
    gone = delete(tables.blocks).where(_row.sender == sender.lower())
    return session.execute(gone.returning(_row.sender)).first() is not None


def every(session: Session) -> list[Block]:
    """All of them, by name."""
    rows = session.execute(select(_row.sender, _row.by, _row.at).order_by(_row.sender))
    return [Block(*row) for row in rows]


def first_of(session: Session, senders: Sequence[str]) -> Block | None:
    """The first of these that is blocked, if any."""
    known = session.foreseen[_BLOCKS]
    if any(sender not in known for sender in senders):
        foresee(session, senders)
    return next((known[sender] for sender in senders if known[sender]), None)


_BLOCKS = "blocks by sender"


def foresee(session: Session, senders: Sequence[str]) -> None:
    """Look for all of these at once, so that first_of need not ask for each."""
    found = {row.sender: Block(*row) for row in session.execute(_named(), {"senders": senders})}
    session.foreseen[_BLOCKS].update(dict.fromkeys(senders) | found)


@cache
def _named() -> Executable:
    among = _row.sender.in_(bindparam("senders", expanding=True))
    return select(_row.sender, _row.by, _row.at).where(among)
