"""How a snooze is said: on the card, in lists, and in the thread."""

import re
from datetime import datetime

from bot import blocks
from bot.blocks import Block, one_line, plain
from bot.click import value
from bot.style import Style
from bot.words import moment
from desk.event import Event, Kind
from desk.ticket import Ticket

KINDS = frozenset({Kind.SNOOZED, Kind.WOKEN})


def on_card(ticket: Ticket, style: Style) -> list[Block]:
    """Until when, and the button that ends it."""
    if ticket.snoozed_until is None:
        return []
    wake = blocks.button("wake", "Wake it", value(ticket.number, ticket.version))
    when = moment(ticket.snoozed_until, style.zone)
    return [blocks.section(f"💤 Snoozed until *{when}*. Its promises run on.", wake)]


def line(ticket: Ticket, event: Event, style: Style) -> list[Block]:
    """What the thread reads; at its time the owner is called, and where nobody is, the channel reads it."""
    who = one_line(event.by.name, 80)
    if event.kind is Kind.SNOOZED:
        until = datetime.fromisoformat(event.detail["until"])
        return [blocks.context(plain(f"💤 {who} snoozed it until {moment(until, style.zone)}"))]
    if event.by.is_staff:
        return [blocks.context(plain(f"⏰ {who} ended the snooze"))]
    by = one_line(ticket.event(int(event.detail["of"])).by.name, 80)
    return [
        blocks.paragraph(blocks.word("⏰ "), _whose(ticket), blocks.word(f": {by} snoozed it until now."))
    ]


def is_loud(ticket: Ticket, event: Event) -> bool:
    """Whether the channel reads it: a reminder that is nobody's."""
    return event.kind is Kind.WOKEN and ticket.owner is None and not event.by.is_staff


def _whose(ticket: Ticket) -> Block:
    if not (ticket.owner or ticket.owner_name):
        return blocks.word("Nobody owns this", bold=True)
    return called(ticket.owner or "", ticket.owner_name)


def called(key: str, name: str) -> Block:
    """Calls somebody; whoever acts at the terminal is only named, for Slack does not know them."""
    if re.fullmatch(r"[UW][A-Z0-9]+", key):
        return {"type": "user", "user_id": key}
    return blocks.word(one_line(name, 80) or "nobody", bold=True)
