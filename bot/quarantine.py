"""Mail that claims a ticket and cannot prove it: an agent says where it belongs."""

from dataclasses import replace
from datetime import datetime

from slack_bolt import Ack, App

from bot.click import Click
from bot.house import House
from desk.actor import Actor
from desk.errors import DeskError
from desk.event import Event, Kind
from desk.status import Status
from desk.ticket import Ticket
from sla.policy import Policy
from store import emails, inbox, tickets
from store.database import Session
from store.emails import Email


def register(app: App) -> None:
    """Listen to the two buttons under a held mail."""
    app.action("accept")(on_accept)
    app.action("detach")(on_detach)


def on_accept(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    house.once(click.key, lambda session, at: accept(session, click, actor, at))
    house.acted(actor.key)
    ack()


def on_detach(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    house.once(click.key, lambda session, at: detach(session, click, actor, house.policy, at))
    house.acted(actor.key)
    ack()


def accept(session: Session, click: Click, actor: Actor, at: datetime) -> None:
    """Let the mail into the ticket it claims.  Raises DeskError when somebody decided before."""
    ticket, held = _held(session, click)
    _decide(session, ticket, held, at)
    ticket.accept(held.seq, by=actor, at=at)


def detach(session: Session, click: Click, actor: Actor, policy: Policy, at: datetime) -> Ticket:
    """Open a ticket of its own for the mail.  Raises DeskError when somebody decided before."""
    ticket, held = _held(session, click)
    _decide(session, ticket, held, at)
    mail = _mail_of(session, ticket, held)
    new = tickets.add(session, _own_ticket(ticket, held, mail, policy))
    if mail:
        emails.keep(
            session, replace(mail, ticket=new.number, message_id="")
        )  # its Message-ID stays where it is
    if ticket.status is not Status.CLOSED:
        ticket.note(
            f"Made ticket {new.number} of a held mail.", by=actor, at=at, of=held.seq, ticket=new.number
        )
    return new


def _held(session: Session, click: Click) -> tuple[Ticket, Event]:
    """The held mail.  Its buttons hold whatever else happened to the ticket: no version is compared."""
    ticket = tickets.get(session, click.number)
    held = ticket.event(int(click.choice or 0))
    if held.kind is not Kind.QUARANTINED:
        raise DeskError("That is not a held mail.")
    return ticket, held


def _decide(session: Session, ticket: Ticket, held: Event, at: datetime) -> None:
    """Of two agents, and of two buttons, the first one counts."""
    if not inbox.is_first(session, f"held:{ticket.number}:{held.seq}", at=at):
        raise DeskError("Somebody has decided about this mail already: look at the thread.")


def _mail_of(session: Session, ticket: Ticket, held: Event) -> Email | None:
    """The mail as it was kept, with its own subject."""
    kept = held.detail.get("inbox")
    known = emails.of_ticket(session, ticket.number)
    return next((mail for mail in known if kept is not None and mail.inbox == kept), None)


def _own_ticket(ticket: Ticket, held: Event, mail: Email | None, policy: Policy) -> Ticket:
    """Its clocks start when the mail came in.  Its sender proved nothing, so no machine answers it."""
    contract = policy.contract_of(held.by.key)
    return Ticket.open(
        by=held.by,
        at=held.at,
        subject=mail.subject if mail else ticket.subject,
        text=held.text,
        confirm=False,
        detail={name: fact for name, fact in held.detail.items() if name != "reason"},
        client=contract.name if contract else held.by.key.rpartition("@")[2],
        language=(contract and contract.language) or ticket.language,
    )
