"""Which ticket a mail says it belongs to, and whether that may be believed."""

from dataclasses import dataclass

from desk.errors import NotFound
from desk.ticket import Ticket
from mail.authenticity import is_forged
from mail.bounces import Bounce
from mail.house import House
from mail.reading import InboundEmail
from store import emails, tickets
from store.database import Session
from store.emails import Direction


@dataclass(frozen=True, slots=True)
class Claim:
    """A mail's claim to a ticket.  answers_us: it names a mail that we sent, which nobody can guess."""

    ticket: Ticket
    answers_us: bool = False


def claim_of(session: Session, email: InboundEmail) -> Claim | None:
    """The ticket that a mail claims: by a mail of ours, another mail on it, or its subject's number."""
    found = _by_reference(session, email.references)
    if found is None and email.claimed_number is not None:
        found = _ticket(session, email.claimed_number, answers_us=False)
    return found


def returned_to(session: Session, bounce: Bounce, email: InboundEmail) -> Claim | None:
    """The ticket whose mail came back; None when it was no mail of ours."""
    returned = (bounce.returned_id,) if bounce.returned_id else ()
    found = _by_reference(session, returned + email.references)
    return found if found and found.answers_us else None


def why_doubted(email: InboundEmail, claim: Claim, house: House) -> str:
    """Why this mail may not act on the ticket it claims, in words for agents; empty where it may."""
    if email.sender is None:
        return "it does not say who wrote it"
    if email.senders > 1:
        return "it names more than one sender"
    if email.sender.key not in claim.ticket.participants:
        return f"{email.sender.key} is not on this ticket"
    if is_forged(email.headers, house.trusted_authserv):
        return f"its sender may be forged: {house.trusted_authserv} says that DMARC fails"
    return ""


def _by_reference(session: Session, message_ids: tuple[str, ...]) -> Claim | None:
    known = emails.owner_of(session, message_ids)
    if known is None:
        return None
    if known[1] is Direction.IN:  # a customer chose that id, so one that we made counts more
        each = (emails.owner_of(session, (message_id,)) for message_id in message_ids)
        known = next((owner for owner in each if owner and owner[1] is Direction.OUT), known)
    return _ticket(session, known[0], answers_us=known[1] is Direction.OUT)


def _ticket(session: Session, number: int, *, answers_us: bool) -> Claim | None:
    try:
        return Claim(tickets.get(session, number), answers_us)
    except NotFound:
        return None
