"""Mails with a code or a link that lets somebody in: hidden from the channel, shown to who asks for them."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import blocks
from bot.blocks import Block, plain
from bot.click import Click, value
from bot.house import House
from desk.actor import Actor
from desk.event import Event
from desk.ticket import Ticket
from store import tickets

_SHOWN = 20_000
"""Characters of a mail that the window holds."""


def register(app: App) -> None:
    """Listen to the button that shows a hidden mail."""
    app.action("reveal")(on_reveal)


def is_hidden(event: Event) -> bool:
    """Whether the channel does not get to read this mail."""
    return bool(event.detail.get("sensitive"))


def hidden(ticket: Ticket, event: Event) -> list[Block]:
    """What is shown instead of the words of such a mail; nothing for any other."""
    if not is_hidden(event):
        return []
    show = blocks.button("reveal", "Show it to me", value(ticket.number, ticket.version, str(event.seq)))
    said = f"🔒 Hidden: it holds {event.detail['sensitive']}. Who reads it is on record."
    return [blocks.section(blocks.escape(said), show)]


def on_reveal(
    ack: Ack, body: dict[str, Any], client: WebClient, click: Click, actor: Actor, house: House
) -> None:
    seq = int(click.choice or 0)
    house.once(
        click.key,
        lambda session, at: tickets.get(session, click.number).look_at(seq, by=actor, at=at),
    )
    with house.db.read() as session:
        event = tickets.get(session, click.number).event(seq)
    said = [blocks.context(plain("🔒 Only you see this.")), *blocks.quotes(event.text, limit=_SHOWN)]
    client.views_open(trigger_id=body["trigger_id"], view=blocks.reading("A hidden mail", said))
    ack()
