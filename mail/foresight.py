"""What several mails will ask of the database, asked once for all of them."""

from collections.abc import Sequence

from desk.blocking import names_of
from mail import copies
from mail.addresses import Address, addresses_in
from mail.reading import InboundEmail, Unreadable
from store import blocks, emails, tickets
from store.database import Session
from store.inbox import Arrival, Kept


def foresee(session: Session, read: Sequence[tuple[Kept, InboundEmail | Unreadable]]) -> None:
    """Look for all that the filing of these mails usually looks for; whatever else it needs it asks for."""
    senders = {(mail.sender or handed_over_by(kept.arrival)).key for kept, mail in read}
    named = {mid for _, mail in read for mid in _names(mail)}
    copies.foresee(session, [mail for _, mail in read])
    blocks.foresee(session, sorted({name for sender in senders for name in names_of(sender)}))
    tickets.foresee(session, sorted(senders))
    owned = emails.foresee(session, sorted(named))
    if owned:
        tickets.some(session, sorted(owned))


def handed_over_by(arrival: Arrival) -> Address:
    """Whose mail it is by what SMTP said of it."""
    named = addresses_in(str(arrival.envelope.get("sender") or ""))
    return named[0] if named else Address("unknown")


def _names(mail: InboundEmail | Unreadable) -> list[str]:
    """The Message-IDs that decide on which ticket it is."""
    references = mail.references if isinstance(mail, InboundEmail) else ()
    return [mid for mid in (mail.message_id, *references) if mid]
