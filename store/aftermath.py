"""After a restore: what the world knows and the database forgot, and what waits until that is compared."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock

from sqlalchemy import bindparam, func, select

from desk.actor import Role
from desk.delivery import Audience
from desk.event import Event, Kind
from desk.status import OPEN
from desk.ticket import Ticket
from store import counters, keepsakes, outbox, tables
from store.database import Database, Session
from store.fixed import Fixed
from store.marks import mark_of

_NAME = "restored"
_CATCHING_UP = timedelta(minutes=15)
"""What the desk does by itself so soon after it goes on, it may have done before it was restored."""

_APART = 20
"""Numbers of tickets that are left out behind the last one that Slack shows."""

_KEPT = Fixed(select(tables.keepsakes.c.value).where(tables.keepsakes.c.name == bindparam("its_name")))


@dataclass(frozen=True)
class Restored:
    """When the copy was taken, when it was put back, and when the desk went on ("" until then).

    filled: whether all of it is in place; shown: the last number that stood in Slack by then."""

    taken_at: str
    restored_at: str
    filled: bool = False
    released_at: str = ""
    shown: int = 0

    @property
    def is_held(self) -> bool:
        return not self.released_at

    @property
    def since(self) -> datetime:
        """From when on the world may know more than the copy."""
        return datetime.fromisoformat(self.taken_at)

    def may_have_told(self, event: Event) -> bool:
        """Whether news of that event may have gone out before the restore."""
        restored = datetime.fromisoformat(self.restored_at)
        if event.by.role is not Role.SYSTEM or not self.released_at:
            return event.at <= restored
        return event.at <= datetime.fromisoformat(self.released_at) + _CATCHING_UP


def of(session: Session) -> Restored | None:
    """What was restored here, if anything was."""
    found = session.first(_KEPT, its_name=_NAME)
    return Restored(**json.loads(found[0])) if found else None


def begin(session: Session, *, taken_at: datetime, at: datetime) -> None:
    """Hold everything back that is undone."""
    _keep(session, Restored(taken_at.isoformat(), at.isoformat()))


def filled(session: Session) -> None:
    """All of the copy is in place."""
    restored = of(session)
    if restored is not None:
        _keep(session, replace(restored, filled=True))


def release(session: Session, cards: Iterable[tuple[str, int]] = (), *, at: datetime) -> None:
    """Go on.  cards: the marks and numbers of the cards that Slack shows since the copy was taken."""
    restored = of(session)
    if restored is None or not restored.is_held:
        return
    shown = dict(cards)
    for mark, number in shown.items():
        keepsakes.keep(session, _card(mark), str(number))
    last = max(shown.values(), default=0)
    _leave_out(session, last)
    for number in session.scalars(select(tables.tickets.c.number).where(tables.tickets.c.status.in_(OPEN))):
        outbox.owe_card_again(session, number, at=at)
    _keep(session, replace(restored, released_at=at.isoformat(), shown=last))


def last_shown(session: Session) -> int:
    """The last number that stood in Slack before a restore; 0 where nothing was restored."""
    restored = of(session)
    return restored.shown if restored else 0


def number_for(session: Session, ticket: Ticket) -> int | None:
    """The number that a new ticket had before the restore."""
    if not ticket.history[0].key or not _was_restored(session):
        return None
    found = session.first(_KEPT, its_name=_card(mark_of(ticket, None, Audience.CARD)))
    if found is None:
        return None
    row = tables.tickets.c
    is_taken = session.scalar(select(row.number).where(row.number == int(found[0])))
    return None if is_taken else int(found[0])


def _was_restored(session: Session) -> bool:
    """Asked once in a transaction: nothing is restored where tickets are opened already."""
    known = session.foreseen[_NAME]
    if not known:
        known[_NAME] = of(session) is not None
    return bool(known[_NAME])


def unknown(session: Session) -> list[int]:
    """Numbers that stand on cards in Slack and of which no ticket is known here."""
    row, prefix = tables.keepsakes.c, _card("")
    shown = {int(value) for value in session.scalars(select(row.value).where(row.name.like(f"{prefix}%")))}
    known = session.scalars(select(tables.tickets.c.number).where(tables.tickets.c.number.in_(shown)))
    return sorted(shown - set(known))


def note_mail(session: Session, names: Sequence[str]) -> None:
    """A mail of ours came back that has these names; it left, whatever the database knows of it."""
    if of(session) is not None:
        for name in filter(None, names):
            keepsakes.keep(session, _mail(name), "left")


def has_left(session: Session, names: Sequence[str]) -> bool:
    """Whether a mail with one of these names was seen to have left."""
    return any(session.first(_KEPT, its_name=_mail(name)) for name in names if name)


def is_decided(ticket: Ticket, event: Event, restored: Restored) -> bool:
    """Whether a person said after the restore that this mail is to be sent."""
    since = datetime.fromisoformat(restored.restored_at)
    return any(
        each.kind is Kind.RESENT and each.detail.get("of") == event.seq and each.at > since
        for each in ticket.history
    )


class Gate:
    """Closed while what was restored is held back; once open it stays so, and nobody is asked again."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = Lock()
        self._is_open = False

    def is_open(self) -> bool:
        """Raises store.database.Unavailable."""
        with self._lock:
            if not self._is_open:
                with self._db.read() as session:
                    restored = of(session)
                self._is_open = restored is None or not restored.is_held
            return self._is_open

    def guarding(self, run: Callable[[], object]) -> Callable[[], object]:
        """The same job, which does nothing while this is closed."""
        return lambda: run() if self.is_open() else None


def _leave_out(session: Session, shown: int) -> None:
    """Numbers that people may have read are given to nobody else."""
    last = session.scalar(select(func.max(tables.tickets.c.number))) or 0
    counters.go_on_behind(session, "tickets", max(last, shown) + _APART if shown > last else last)


def _card(mark: str) -> str:
    return f"card-{mark}"


def _mail(name: str) -> str:
    return f"left-{sha256(name.encode()).hexdigest()[:48]}"


def _keep(session: Session, restored: Restored) -> None:
    keepsakes.keep(session, _NAME, json.dumps(asdict(restored)))
