"""Which ticket a mail says it belongs to, and whether that may be believed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from desk.errors import NotFound
from desk.ticket import Ticket
from mail.addresses import addresses_in
from mail.authenticity import is_forged
from mail.bounces import Bounce
from mail.house import House
from mail.message import is_ours
from mail.reading import InboundEmail
from mail.seals import ticket_sealed_in
from store import emails, tickets
from store.database import Session
from store.emails import Direction


@dataclass(frozen=True, slots=True)
class Claim:
    """A mail's claim to a ticket.  answers_us: it names a mail that we sent, which nobody can guess;
    returned: it is that mail coming back."""

    ticket: Ticket
    answers_us: bool = False
    returned: bool = False


def claim_of(
    session: Session, email: InboundEmail, house: House, recipients: Iterable[str] = ()
) -> Claim | None:
    """The ticket that a mail claims: by our sealed address that it was sent to, by a mail of ours, by another
    mail on the ticket, or by its subject's number.

    recipients: whom the mail server had it for."""
    sent_to = [each for each in _addressed(email, recipients) if house.owns(each)]
    sealed = ticket_sealed_in(sent_to, secret=house.secret)
    found = _ticket(session, sealed, answers_us=True) if sealed is not None else None
    found = found or _by_reference(session, email.references)
    if found is None and email.claimed_number is not None:
        found = _ticket(session, email.claimed_number, answers_us=_is_sealed(email, house))
    return found


def returned_to(session: Session, bounce: Bounce, email: InboundEmail) -> Claim | None:
    """The ticket whose mail came back; None when it was no mail of ours."""
    returned = (bounce.returned_id,) if bounce.returned_id else ()
    found = _by_reference(session, returned + email.references)
    return replace(found, returned=True) if found and found.answers_us else None


def is_named_by_us(email: InboundEmail, house: House) -> bool:
    """Whether the mail has a name that only the desk can give, even where it has forgotten that it did."""
    number, name = email.claimed_number, email.message_id
    return bool(number and name and house.secret) and is_ours(
        name or "", ticket=number or 0, secret=house.secret
    )


def why_doubted(email: InboundEmail, claim: Claim | None, house: House) -> str:
    """Why this mail may not act on the ticket it claims, or is not sure to be its sender's, in words for
    agents; empty where it may and is."""
    if email.sender is None or not email.senders:  # whom another header than From names counts for nothing
        return "it does not say who wrote it"
    if email.senders > 1:
        return "it names more than one sender"
    if claim and email.sender.key not in claim.ticket.participants:
        return f"{email.sender.key} is not on this ticket"
    if is_forged(email.headers, house.trusted_authserv):
        return f"its sender may be forged: {house.trusted_authserv} says that DMARC fails"
    return ""


_SENT_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
"""Where mail servers write whom they had a mail for."""


def _addressed(email: InboundEmail, recipients: Iterable[str]) -> Iterator[str]:
    """Every address that the mail was sent to, as far as it or its server says so."""
    yield from recipients
    yield from (person.address for person in (*email.to, *email.cc))
    for name in _SENT_TO:
        for value in email.headers.all(name)[:5]:
            yield from (person.address for person in addresses_in(value))


def _is_sealed(email: InboundEmail, house: House) -> bool:
    """Whether it answers a mail of ours about that number which the desk itself has forgotten."""
    number, secret = email.claimed_number, house.secret
    if number is None or not secret:
        return False
    return any(is_ours(each, ticket=number, secret=secret) for each in email.references)


def _by_reference(session: Session, message_ids: tuple[str, ...]) -> Claim | None:
    known = emails.owner_of(session, message_ids)
    if known is None:
        return None
    if known[1] is Direction.IN:  # a customer chose that id, so one that we made counts more
        each = (emails.owner_of(session, (message_id,)) for message_id in message_ids)
        known = next((owner for owner in each if owner and owner[1] is Direction.OUT), known)
    return _ticket(session, known[0], answers_us=known[1] is Direction.OUT)


def _ticket(session: Session, number: int, *, answers_us: bool) -> Claim | None:
    """None, too, where whose it was is forgotten: whoever writes begins anew."""
    try:
        ticket = tickets.get(session, number)
    except NotFound:
        return None
    return None if ticket.is_forgotten else Claim(ticket, answers_us)
