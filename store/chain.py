"""The trail that shows tampering: every event is a link, and each link holds on to the one before.

A link is made of a leaf, and a leaf of an event's facts and of a digest of its words.  The digest is salted,
so that words which were erased cannot be guessed from it; it takes their place in the chain when they go."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_bytes
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, or_, select, update

from store import tables
from store.fixed import Fixed
from store.session import Session

BEGINNING = bytes(32)
"""What the first link holds on to."""

AT_ONCE = 100
"""Events that one transaction adds: a click waits no longer than for these."""

_SALT = 16
"""Bytes."""
_link, _event, _ticket = tables.links.c, tables.events.c, tables.tickets.c
_CHAINED = Fixed(
    update(tables.tickets).where(_ticket.number == bindparam("its_number")).values(chained=bindparam("seq"))
)
_FACTS = ("ticket", "seq", "kind", "at", "by_role", "by_door", "status", "priority")
_WORDS = ("by_key", "by_name", "text", "key", "detail")


@dataclass(frozen=True)
class Head:
    """The newest link: how many there are, and its value.  As text it is the anchor that is kept outside."""

    position: int
    link: bytes

    def __str__(self) -> str:
        return f"{self.position}-{self.link.hex()}"

    @classmethod
    def read(cls, said: str) -> "Head":
        """Back from that text.  Raises ValueError."""
        position, _, link = said.strip().partition("-")
        if not position.isdecimal() or len(link) != 2 * len(BEGINNING):
            raise ValueError(f"that is no anchor: {said!r}")
        return cls(int(position), bytes.fromhex(link))


def head(session: Session, *, before: int | None = None) -> Head:
    """Where the chain ends now.  before: or ended when that position was not taken yet."""
    newest = select(_link.position, _link.link).order_by(_link.position.desc()).limit(1)
    found = session.execute(newest if before is None else newest.where(_link.position < before)).first()
    return Head(found.position, found.link) if found else Head(0, BEGINNING)


def head_before(session: Session, moment: datetime) -> Head:
    """Where the chain ends before the first link of what happened then or later: that much of it stood."""
    its_event = and_(_event.ticket == _link.ticket, _event.seq == _link.seq)
    query = select(func.min(_link.position)).outerjoin(tables.events, its_event)
    query = query.outerjoin(tables.receipts, tables.receipts.c.id == _link.receipt)
    later = session.scalar(query.where(or_(_event.at >= moment, tables.receipts.c.at >= moment)))
    return head(session, before=later)


def grow(session: Session, *, most: int = AT_ONCE) -> int:
    """Add events that are committed and not in the chain yet, in order for each ticket; how many.

    Of two processes that do so at once the second meets a position that is taken: Conflict, and nothing is
    changed."""
    waiting = select(_ticket.number).where(_ticket.chained < _ticket.version).order_by(_ticket.number)
    numbers: Sequence[int] = session.scalars(waiting.limit(most)).all()
    return _add(session, numbers, most) if numbers else 0


def take_in(session: Session, number: int) -> None:
    """Add all of that ticket's events."""
    while _add(session, [number], AT_ONCE):
        pass


def take_receipt(session: Session, receipt: int) -> None:
    """Add what a receipt says."""
    row = session.execute(select(tables.receipts).where(tables.receipts.c.id == receipt)).mappings().one()
    _append(session, [{"receipt": receipt, "leaf": leaf_of_receipt(row)}])


def let_words_go(session: Session, number: int, rows: Iterable[Mapping[Any, Any]]) -> None:
    """The words of these events, as they were, are about to go: their digests take their place."""
    query = select(_link.seq, _link.salt).where(_link.ticket == number, _link.salt.is_not(None))
    salts = {row.seq: row.salt for row in session.execute(query)}
    for row in rows:
        if row["seq"] in salts:
            its = update(tables.links).where(_link.ticket == number, _link.seq == row["seq"])
            session.execute(its.values(salt=None, words=digest_of(row, salts[row["seq"]])))


def digest_of(row: Mapping[Any, Any], salt: bytes) -> bytes:
    """What stands for the words of an event."""
    return hashlib.sha256(salt + _canonical([row[name] for name in _WORDS])).digest()


def leaf_of(row: Mapping[Any, Any], words: bytes) -> bytes:
    """What stands for an event.  words: their digest."""
    facts = [_plain(row[name]) for name in _FACTS]
    return hashlib.sha256(b"event" + _canonical([*facts, words.hex()])).digest()


def leaf_of_receipt(row: Mapping[Any, Any]) -> bytes:
    facts = [_plain(row[name]) for name in ("id", "deed", "what", "at", "by", "counts", "removed")]
    return hashlib.sha256(b"receipt" + _canonical(facts)).digest()


def link_of(before: bytes, leaf: bytes) -> bytes:
    return hashlib.sha256(before + leaf).digest()


def left_of(rows: Iterable[Mapping[Any, Any]]) -> str:
    """What stands for that which is left of events whose words went, in their order."""
    left = [[row["seq"], *(row[name] for name in _WORDS)] for row in rows]
    return hashlib.sha256(_canonical(left)).hexdigest()


def _add(session: Session, numbers: Sequence[int], most: int) -> int:
    known = and_(_link.ticket == _event.ticket, _link.seq == _event.seq)
    behind = and_(_ticket.number == _event.ticket, _event.seq > _ticket.chained)
    query = select(tables.events).join(tables.tickets, behind).outerjoin(tables.links, known)
    fresh = query.where(_event.ticket.in_(numbers), _link.position.is_(None))
    rows = session.execute(fresh.order_by(_event.ticket, _event.seq).limit(most)).mappings().all()
    new = []
    for row in rows:
        salt = token_bytes(_SALT)
        leaf = leaf_of(row, digest_of(row, salt))
        new.append({"ticket": row["ticket"], "seq": row["seq"], "salt": salt, "leaf": leaf})
    _append(session, new)
    _note(session, {row["ticket"]: row["seq"] for row in rows})
    return len(rows)


def _append(session: Session, new: Sequence[dict[str, Any]]) -> None:
    last = head(session)
    position, link = last.position, last.link
    for each in new:
        position, link = position + 1, link_of(link, each["leaf"])
        each |= {"position": position, "link": link}
    if new:
        session.execute(insert(tables.links), list(new))


def _note(session: Session, reached: dict[int, int]) -> None:
    session.do(_CHAINED, *({"its_number": number, "seq": seq} for number, seq in reached.items()))


def _canonical(facts: Sequence[Any]) -> bytes:
    """The same bytes for the same facts, on each engine."""
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def _plain(fact: Any) -> Any:
    return fact.astimezone(UTC).isoformat() if isinstance(fact, datetime) else fact
