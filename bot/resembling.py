"""A new ticket that may repeat another: a line in its thread, and the click that cancels it for that one."""

import re
from collections.abc import Mapping
from datetime import datetime

from slack_bolt import Ack, App

from bot import blocks
from bot.blocks import Block, Post, escape, one_line, plain
from bot.click import Click, value
from bot.gate import refusal
from bot.house import House, seen
from bot.style import Style
from bot.words import ticket_name
from desk.actor import Actor
from desk.errors import DeskError, NotAllowed
from desk.event import Event
from desk.reach import Reach
from desk.status import Status
from desk.ticket import Ticket
from store import tickets
from store.database import Session

DUPLICATE = "duplicate"


def register(app: App) -> None:
    """Listen to the button."""
    app.action(DUPLICATE)(on_duplicate)


def draw(ticket: Ticket, event: Event, others: Mapping[int, tuple[str, str]], style: Style) -> Post:
    """The line.  others: the subject and the card's address of each ticket it may repeat."""
    name = ticket_name(style.prefix, ticket.number)
    known = [number for number in event.detail["others"] if number in others]
    named = [block for number in known for block in _entry(ticket, number, *others[number], style)]
    said = f"{name} may be about the same as another ticket"
    return Post(said, [blocks.context(plain("👯 This may be about the same:")), *named])


def on_duplicate(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    done: list[Ticket] = []
    reach = house.people.reach(actor.key)

    def change(session: Session, at: datetime) -> None:
        other = original(session, house, reach, click.choice)
        ticket = seen(session, click, actor)
        if ticket.cancel_as_duplicate(other, by=actor, at=at, undo=house.undo):
            done[:] = [ticket]

    house.once(click.key, change)
    house.acted(actor.key)
    for ticket in done:
        house.offer(ticket, actor)
    ack()


def original(session: Session, house: House, reach: Reach, of: str) -> Ticket:
    """The ticket with that number ("HD-41", "41"), of which another is a duplicate.  reach: the desks of
    whoever says so.  Raises DeskError."""
    found = re.fullmatch(r"\s*(?:#|[A-Za-z][A-Za-z0-9]*-?)?(\d{1,12})\s*", of)
    if not found:
        raise DeskError("Which ticket is it a duplicate of? Write its number, like 41.")
    other = tickets.get(session, int(found[1]))
    if not reach.holds(other.desk):
        raise NotAllowed(refusal(house.people.desk(other.desk)))
    return other


def _entry(ticket: Ticket, number: int, subject: str, link: str, style: Style) -> list[Block]:
    name = ticket_name(style.prefix, number)
    linked = f"<{link}|{name}>" if link else f"*{name}*"
    text = f"{linked} {escape(one_line(subject, 150))}"
    if ticket.status is Status.CANCELLED or ticket.status is Status.CLOSED:
        return [blocks.section(text)]
    picture = value(ticket.number, ticket.version, str(number))
    button = blocks.button(DUPLICATE, f"Cancel as a duplicate of {name}", picture)
    confirm = {
        "title": plain("Cancel as a duplicate?", 100),
        "text": plain(f"The customer is told by mail, and hears of {name} from then on.", 300),
        "confirm": plain("Cancel it", 30),
        "deny": plain("Back", 30),
    }
    return [blocks.section(text), blocks.actions([button | {"confirm": confirm}])]
