"""A message that says once more what was told in a thread that is gone: it says so, and calls nobody."""

from dataclasses import replace

from bot import blocks
from bot.blocks import Post, plain
from bot.style import Style
from bot.words import moment
from desk.event import Event, Kind
from desk.ticket import Ticket


def again(post: Post, ticket: Ticket, event: Event, style: Style) -> Post:
    """The same message, marked with when it was first told, and not sent to the channel."""
    said = f"🔁 Repeated · {moment(event.at, style.zone)}"
    drawn = post.blocks
    if event.kind is Kind.NOTED:  # its own words are about a message that stood below it
        edited = " (edited)" if ticket.is_edited(event) else ""
        said, drawn = f"{said} · 📝 {blocks.one_line(event.by.name, 80)} noted{edited}", drawn[1:]
    return replace(post, blocks=[blocks.context(plain(said)), *drawn], broadcast=False)
