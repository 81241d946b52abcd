"""The list More on a card: what is done seldom, by what it is about, as far as the ticket's status allows."""

from collections.abc import Set
from dataclasses import dataclass

from bot import blocks
from bot.blocks import Block, plain
from bot.click import value
from desk.priority import Priority
from desk.status import OPEN, Status
from desk.ticket import Ticket

_RESOLVED = frozenset({Status.RESOLVED})
_ENDED = _RESOLVED | {Status.CANCELLED}

_CUSTOMER, _AMONG_US, _READING = "With the customer", "Among us", "To read"


@dataclass(frozen=True)
class Entry:
    """key: what a click on it carries; where: the statuses in which it can be done."""

    key: str
    label: str
    group: str
    where: Set[Status]


ENTRIES = (
    Entry("reply", "Reply to customer", _CUSTOMER, _RESOLVED),
    Entry("ask", "Ask the customer and wait", _CUSTOMER, OPEN | _RESOLVED),
    Entry("resolve", "Resolve with a message", _CUSTOMER, OPEN),
    Entry("cancel", "Cancel, or a duplicate", _CUSTOMER, OPEN),
    Entry("budget", "Approval for emergency work", _CUSTOMER, OPEN),
    Entry("note", "Write a note", _AMONG_US, OPEN | _ENDED),
    Entry("hand", "Hand over", _AMONG_US, OPEN),
    Entry("snooze", "Snooze", _AMONG_US, OPEN),
    Entry("time", "Log time", _AMONG_US, OPEN),
    Entry("why", "Why this date", _READING, OPEN | _ENDED),
    Entry("whole", "The whole mail", _READING, OPEN | _ENDED),
    Entry("export", "Export", _READING, OPEN | _ENDED),
)
"""What else a resolved or cancelled ticket can do has a button of its own beside the list."""


def draw(ticket: Ticket) -> Block:
    """The list: three dots would take five entries at the most."""
    offered = [each for each in ENTRIES if ticket.status in each.where]
    groups = [
        {
            "label": plain(group, 75),
            "options": [_option(ticket, each) for each in offered if each.group == group],
        }
        for group in dict.fromkeys(each.group for each in offered)
    ]
    drawn = blocks.select("more", "More", [])
    del drawn["options"]
    return drawn | {"option_groups": groups}


def _option(ticket: Ticket, entry: Entry) -> Block:
    is_wish = entry.key == "budget" and ticket.priority is Priority.IMPROVEMENT
    return blocks.option(
        "Budget" if is_wish else entry.label, value(ticket.number, ticket.version, entry.key)
    )
