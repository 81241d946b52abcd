"""What stands in the channel instead of a mail whose code or link lets its reader in somewhere."""

from bot import blocks
from bot.blocks import Block, plain
from bot.click import value
from desk.event import Event
from desk.ticket import Ticket


def is_hidden(event: Event) -> bool:
    """Whether the channel does not get to read this mail."""
    return bool(event.detail.get("sensitive"))


def hidden(ticket: Ticket, event: Event) -> list[Block]:
    """What is shown instead of the words of such a mail; nothing for any other."""
    if not is_hidden(event):
        return []
    show = blocks.button("reveal", "Show it to me", value(ticket.number, ticket.version, str(event.seq)))
    said = f"🔒 Hidden: it holds {event.detail['sensitive']}. Who reads it is on record."
    return [blocks.context(plain(said)), blocks.actions([show])]
