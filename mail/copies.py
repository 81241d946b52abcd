"""Whether a mail came in before, though one of its copies could not be read; and who files it."""

from collections.abc import Sequence

from desk.status import OPEN
from mail.keys import bare_key, name_key
from mail.reading import InboundEmail, Unreadable
from store import emails, inbox, tickets, unread
from store.database import Session
from store.inbox import State


def hold(session: Session, mails: Sequence[InboundEmail | Unreadable]) -> None:
    """Let nobody else file a copy of these until the commit, read or not, nor another mail of their name."""
    copies = [key for mail in mails if (key := _keys(mail)[-1])]
    names = [name_key(mail.message_id) for mail in mails if mail.message_id]
    unread.hold_keys(session, [*copies, *names])


def foresee(session: Session, mails: Sequence[InboundEmail | Unreadable]) -> None:
    """Look for the copies of all of these at once."""
    inbox.foresee(session, [key for mail in mails for key in _keys(mail)])


def first_copy(session: Session, mail: InboundEmail | Unreadable) -> int | None:
    """The inbox id of the copy that was dealt with; None for a mail that comes for the first time."""
    known = (inbox.first_with(session, key) for key in _keys(mail))
    first = next((each for each in known if each is not None), None)
    return first if first is not None or isinstance(mail, InboundEmail) else _read_before(session, mail)


def without_words(session: Session, mail: InboundEmail | Unreadable, first: int) -> int | None:
    """The ticket that tells of the first copy that nobody could read it, as long as somebody works on it.

    The copies agree in all below their headers, and the writer must take part: these are its words."""
    if isinstance(mail, Unreadable) or inbox.first_with(session, mail.content_key) is not None:
        return None
    state, number, _ = inbox.what_became(session, first)
    if state is not State.DONE or number is None or mail.sender is None:
        return None
    ticket = tickets.get(session, number)
    return number if ticket.status in OPEN and mail.sender.key in ticket.participants else None


def _keys(mail: InboundEmail | Unreadable) -> list[str]:
    """Its own, and the one that it has where it is not read."""
    return [mail.content_key, mail.bare_key] if isinstance(mail, InboundEmail) else [mail.content_key]


def _read_before(session: Session, mail: Unreadable) -> int | None:
    """A copy that could be read is on record under its name, with another key."""
    if not mail.message_id:
        return None
    for kept in emails.came_under(session, mail.message_id):
        raw = inbox.raw_of(session, kept)
        if raw is not None and bare_key(raw) == mail.content_key:
            return kept
    return None
