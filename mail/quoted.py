"""The history below an agent's words: what customer and desk mailed each other before."""

from collections.abc import Iterator
from dataclasses import dataclass

from desk.actor import Role
from desk.event import PROVED_MAILS, Event, Kind
from desk.ticket import Ticket

_MOST_QUOTED = 5
_LONGEST_QUOTE = 2000


@dataclass(frozen=True)
class Quoted:
    """A mail that was exchanged before."""

    heading: str
    lines: tuple[str, ...]


def is_automatic(event: Event) -> bool:
    """Whether the mail about that event holds no words that a person wrote for the customer."""
    by_hand = event.by.is_staff and event.kind in (Kind.RESOLVED, Kind.CANCELLED) and event.text.strip()
    return event.kind not in PROVED_MAILS and not by_hand


def is_by_customer(event: Event) -> bool:
    return event.by.role is Role.CUSTOMER


def exchanged_before(ticket: Ticket, event: Event) -> Iterator[Event]:
    """What customer and desk mailed each other before that event, the newest first; never a note."""
    before = (each for each in ticket.counted if each.seq < event.seq)
    mailed = [each for each in before if _was_mailed(each, ticket)]
    return reversed(mailed[-_MOST_QUOTED:])


def shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE].rstrip() + " […]"


def _was_mailed(event: Event, ticket: Ticket) -> bool:
    """Whether the customer wrote or was sent these very words."""
    if not event.text.strip() or event.detail.get("sensitive"):
        return False
    if event.kind in (Kind.OPENED, Kind.CUSTOMER_WROTE):
        return is_by_customer(event) and event.by.key == ticket.customer
    if event.detail.get("to", ticket.customer) != ticket.customer:
        return False  # somebody else was asked to agree to it
    return not is_automatic(event) and not _never_arrived(event, ticket)


def _never_arrived(event: Event, ticket: Ticket) -> bool:
    """Whether the last that was heard of that mail is that it was given up."""
    heard = [each for each in ticket.history if each.kind in _OUTCOMES and each.detail["of"] == event.seq]
    return bool(heard) and heard[-1].kind is Kind.MAIL_FAILED and bool(heard[-1].detail["certain"])


_OUTCOMES = frozenset({Kind.SENT, Kind.MAIL_FAILED})
