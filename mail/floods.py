"""Too many mails: what is beyond the limits is counted on a ticket instead of being told one by one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.actor import Actor
from desk.errors import NotFound
from desk.ticket import Ticket
from mail.claims import Claim
from mail.house import House
from mail.limits import Limits
from store import inbox, keepsakes, tickets
from store.database import Session

NOBODY = "unknown"
"""The customer of a ticket that nobody's address is known for."""

_BY = Actor.system("mail")
_KEEPSAKE = "ticket of many senders"
_LASTS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Flood:
    """Why a mail is only counted, and on which ticket; None where none is at hand."""

    reason: str
    ticket: int | None


@dataclass(frozen=True, slots=True)
class Comer:
    """Whose mail it is, and the ticket it claims.

    doubt: why it is not believed; those whom nobody believes are counted apart, so that they can silence
    nobody by using up what a customer is allowed."""

    sender: str
    claim: Claim | None = None
    doubt: str = ""


def flood_of(session: Session, comer: Comer, house: House, limits: Limits, *, at: datetime) -> Flood | None:
    """The flood that this mail belongs to, if it is beyond a limit.

    at: when it came; an old mailbox that is read at once is no flood."""
    most, sender, claim = limits.intakes, comer.sender, comer.claim
    of_ticket = claim.ticket.number if claim else None
    is_returned = claim is not None and claim.returned  # what returns our mails may return many
    if not is_returned and not limits.hears_sender(session, sender, doubted=bool(comer.doubt), at=at):
        target = of_ticket or tickets.newest_of(session, sender)
        return Flood(f"more than {most.of_sender} mails of {sender} in ten minutes", target)
    if of_ticket is not None and not limits.hears_on(session, of_ticket, doubted=bool(comer.doubt), at=at):
        return Flood(f"more than {most.on_ticket} mails on this ticket in ten minutes", of_ticket)
    if claim or house.client_of(sender) or tickets.newest_of(session, sender) is not None:
        return None
    if not limits.hears_strangers(session, at=at):
        reason = f"more than {most.of_strangers} people in a minute who never wrote before"
        return Flood(reason, None)
    return None


def collect(session: Session, flood: Flood, house: House, *, at: datetime) -> int:
    """Count one more mail of the flood; the ticket tells it at 1, 2, 5, 10, 20, 50 ... mails."""
    number = flood.ticket if flood.ticket is not None else _of_many(session, house, at)
    count = inbox.collected(session, number) + 1
    if str(count).rstrip("0") in {"1", "2", "5"}:
        tickets.get(session, number).collect(count, by=_BY, at=at, reason=flood.reason)
    return number


def _of_many(session: Session, house: House, at: datetime) -> int:
    """The ticket that counts the mails of many senders: a new one each day that it comes to that."""
    kept = keepsakes.held(session, _KEEPSAKE)
    try:
        ticket = tickets.get(session, int(kept)) if kept else None
    except NotFound:
        ticket = None
    if ticket is None or not ticket.takes_replies or at - ticket.opened_at > _LASTS:
        ticket = tickets.add(session, _opened(house, at))
        keepsakes.keep(session, _KEEPSAKE, str(ticket.number))
    return ticket.number


def _opened(house: House, at: datetime) -> Ticket:
    return Ticket.open(
        by=Actor.customer(NOBODY, "Many senders"),
        at=at,
        subject="Many mails at once",
        text="More mails came in at once, from people who never wrote before, than can be shown one by one. "
        "They are kept in the inbox as they arrived, and counted here.",
        confirm=False,
        language=house.language,
        priority=house.priority,
    )
