"""Whether a mail left before the database was restored: its copy says so, else nobody can tell."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from desk.delivery import Audience
from desk.errors import DeliveryPutOff, DeliveryUncertain
from desk.event import Event
from desk.ticket import Ticket
from store import aftermath, mailboxes
from store.database import Session
from store.emails import Email
from store.marks import mark_of

_LATER = timedelta(seconds=3)


class Journal(Protocol):
    """What keeps a copy of every mail that left, as mail.journal.SentFolder does."""

    def holds(self, message_id: str) -> bool: ...

    def shows(self, *names: str) -> bool: ...


@dataclass(frozen=True)
class Lookback:
    """copied: whether a copy of each mail comes back to one of our mailboxes; journal: where copies lie."""

    copied: bool
    journal: Journal | None

    def has_left(self, session: Session, ticket: Ticket, event: Event, email: Email, now: datetime) -> bool:
        """Whether it surely left.  False: it surely did not, or is of this life of the database.

        Raises DeliveryPutOff while its copy may still be unread, DeliveryUncertain where none is kept,
        DeliveryHeld where nobody can look."""
        restored = aftermath.of(session)
        if restored is None or not restored.may_have_told(event):
            return False
        if aftermath.is_decided(ticket, event, restored):
            return False
        mark = mark_of(ticket, event, Audience.CUSTOMER)
        if email.proved_at or aftermath.has_left(session, (email.message_id, mark)):
            return True
        if self.journal:
            return self.journal.shows(*filter(None, (email.message_id, mark)))
        names = mailboxes.names(session) if self.copied else ()
        if not names:
            raise DeliveryUncertain("it may have left before the desk was restored from a copy")
        read_up_to = mailboxes.all_read_up_to(session, names, now=now)
        if read_up_to is None or read_up_to < datetime.fromisoformat(restored.restored_at):
            raise DeliveryPutOff("its copy may lie in a mailbox that is still read anew", until=now + _LATER)
        return False
