"""One mail on the desk's table: where and when it came in, and how it is kept with a ticket."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.actor import Actor
from desk.ticket import Ticket
from mail.addresses import Address
from mail.house import House
from mail.limits import Limits
from mail.particulars import particulars_of
from mail.reading import InboundEmail, Unreadable
from mail.sensitive import masked, why_sensitive
from store import emails
from store.database import Session
from store.emails import Direction, Email
from store.inbox import Kept, State

LONGEST_TEXT = 50_000
"""Characters of a mail that an event holds; all of it is kept with the ticket's mails."""


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a mail, in words, and on which ticket it is.  what: by what it is counted."""

    remark: str
    ticket: int | None
    state: State = State.DONE
    what: str = "opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTheTable:
    """One mail, within the transaction of `session`.  now: the moment of filing, for the limits; words_for:
    the ticket of a copy of it that nobody could read."""

    session: Session
    kept: Kept
    house: House
    limits: Limits
    now: datetime
    words_for: int | None = None

    @property
    def _at(self) -> datetime:
        """When it reached our mailbox: clocks start there, not here."""
        return self.kept.arrival.at

    @property
    def _recipients(self) -> list[str]:
        """Whom the mail server had this mail for."""
        return [str(each) for each in self.kept.arrival.envelope.get("recipients") or ()]

    def _detail(self, mail: InboundEmail) -> dict[str, Any]:
        return {"inbox": self.kept.id} | particulars_of(mail, self.house)

    def _keep(self, mail: InboundEmail, ticket: Ticket, remark: str, what: str = "opened") -> Filed:
        address = mail.sender.key if mail.sender else "unknown"
        subject = masked(mail.subject_line) if why_sensitive(mail) else mail.subject_line
        index = mail.headers.get("thread-index")[:1000]
        self._keep_email(ticket, mail.message_id, address, subject, mail.text, index)
        return Filed(remark, ticket.number, what=what)

    def _keep_email(
        self, ticket: Ticket, message_id: str | None, address: str, subject: str, body: str, index: str = ""
    ) -> None:
        # A Message-ID belongs to the ticket that had it first: a stranger who repeats one must not draw the
        # answers to it towards another ticket.
        if message_id is None or emails.owner_of(self.session, (message_id,)):
            message_id = ""
        email = Email(
            ticket=ticket.number, direction=Direction.IN, message_id=message_id,
            address=address, subject=subject, body=body, at=self._at, inbox=self.kept.id,
            thread_index=index or None,
        )  # fmt: skip
        emails.keep(self.session, email)


def key_of(mail: InboundEmail | Unreadable) -> str:
    return f"mail:{mail.content_key}"


def with_remarks(text: str, mail: InboundEmail) -> str:
    """What an agent reads of a mail: its words, then invitations and notes."""
    return "\n\n".join([text[:LONGEST_TEXT], *mail.remarks])[: LONGEST_TEXT + 5_000]


def writer_of(mail: InboundEmail) -> Actor:
    sender = mail.sender or Address("unknown")
    return Actor.customer(sender.key, sender.name)
