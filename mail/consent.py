"""A verified reply that may answer a budget: believed where it is plain, else an agent is asked."""

from dataclasses import dataclass
from datetime import datetime

from desk.answer import Answer, judge
from desk.budget import Round
from desk.event import Event
from desk.ticket import Ticket
from mail.reading import InboundEmail
from store import emails
from store.database import Session


@dataclass(frozen=True, slots=True)
class Heard:
    """A reply that is on its ticket already.  event: what holds it; inbox: where its bytes are kept."""

    mail: InboundEmail
    event: Event
    inbox: int


def hear(session: Session, ticket: Ticket, heard: Heard, *, at: datetime) -> None:
    """Take it for a yes or a no, ask an agent, or let it be where it has nothing to do with money."""
    asked = ticket.budget.unanswered(at)
    by = heard.event.by
    if asked is None or by.key not in asked.proposal.approvers:
        return
    answers = _answers(session, ticket, asked, heard.mail)
    meant = judge(heard.event.text, by.name)
    if meant is Answer.UNCLEAR and not answers:
        return
    evidence = {
        "via": "mail",
        "sender": by.key,
        "message_id": heard.mail.message_id or "",
        "inbox": heard.inbox,
        "of": heard.event.seq,
    }
    doubt = _doubt(heard, meant, answers=answers)
    if doubt:
        ticket.doubt(asked.number, doubt, by=by, at=at, evidence=evidence)
    elif meant is Answer.YES:
        ticket.approve(asked.number, by=by, at=at, evidence=evidence)
    else:
        ticket.decline(asked.number, by=by, at=at, evidence=evidence)


def _doubt(heard: Heard, meant: Answer, *, answers: bool) -> str:
    """Why no machine should decide, in words for agents; empty where it may."""
    if not answers:
        return "it does not answer the mail that asked"
    if meant is Answer.UNCLEAR:
        return "it is not a plain yes or no"
    if heard.event.detail.get("files"):
        return "it brings a file, which may say more"
    return "its text is hidden" if heard.event.detail.get("sensitive") else ""


def _answers(session: Session, ticket: Ticket, asked: Round, mail: InboundEmail) -> bool:
    """Whether it answers the very mail of that round, whose name nobody can guess who did not get it."""
    named = (*mail.in_reply_to, *mail.references)[:1]
    sent = emails.about(session, ticket.number, asked.seq)
    return sent is not None and (sent.message_id,) == named
