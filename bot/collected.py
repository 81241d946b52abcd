"""Mails of a flood that a ticket counts: an agent may have them read after all."""

from datetime import datetime

from slack_bolt import Ack, App

from bot.click import Click
from bot.house import House
from bot.words import plural
from desk.actor import Actor
from desk.errors import DeskError
from store import inbox, tickets
from store.database import Session

AT_ONCE = 50
"""Mails that one click has read: each becomes a ticket or a reply of its own."""


def register(app: App) -> None:
    """Listen to the button under the message that counts a flood."""
    app.action("let_in")(on_let_in)


def on_let_in(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    house.once(click.key, lambda session, at: _let_in(session, click.number, actor, at))
    house.acted(actor.key)
    ack()


def _let_in(session: Session, number: int, actor: Actor, at: datetime) -> None:
    count = inbox.let_in(session, number, now=at, most=AT_ONCE)
    if not count:
        raise DeskError("Nothing of that waits any more.")
    ticket = tickets.get(session, number)
    ticket.note(f"Had {plural(count, 'collected mail')} read after all.", by=actor, at=at)
