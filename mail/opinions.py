"""A reply that says only whether its writer was helped well: kept as that answer, and nothing is opened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from desk.actor import Actor
from desk.errors import DeskError
from desk.event import Kind
from desk.satisfaction import judge
from desk.ticket import Ticket
from mail.reading import InboundEmail
from store import emails
from store.database import Session


def hear(
    session: Session,
    ticket: Ticket,
    mail: InboundEmail,
    text: str,
    detail: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
) -> bool:
    """Whether that mail is an answer to our question, which is then on the ticket; else it is a reply.

    text: without what it quotes; detail: what else is known of it."""
    opinion = judge(text, by.name)
    if opinion is None or by.key != ticket.customer or "files" in detail or "sensitive" in detail:
        return False
    if ticket.budget.unanswered(at):
        return False  # "good" may be about the money
    solved = _solution_answered(session, ticket, mail)
    if solved is None:
        return False
    evidence = {"via": "mail", "message_id": mail.message_id or "", "inbox": detail["inbox"]}
    try:
        ticket.rate(solved, opinion, text.strip(), by=by, at=at, evidence=evidence)
    except DeskError:  # it was cancelled since
        return False
    return True


def _solution_answered(session: Session, ticket: Ticket, mail: InboundEmail) -> int | None:
    """The event that resolved the ticket and whose very mail is answered, which only its reader can name."""
    named = (*mail.in_reply_to, *mail.references)[:1]
    for event in reversed(ticket.history):
        if event.kind is Kind.RESOLVED:
            sent = emails.about(session, ticket.number, event.seq)
            if sent is not None and (sent.message_id,) == named:
                return event.seq
    return None
