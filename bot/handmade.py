"""Tickets that an agent wrote down: by which way the request came, and what card and thread say of it."""

from enum import StrEnum

from bot import blocks
from bot.blocks import Block, one_line
from desk.event import Event
from desk.ticket import CARD_HOLDS


class CameBy(StrEnum):
    """How a request reached us that nobody mailed."""

    PHONE = "phone"
    PERSON = "person"
    CHAT = "chat"
    OTHER = "other"


MARKS = {CameBy.PHONE: "☎️", CameBy.PERSON: "🗣️", CameBy.CHAT: "💬", CameBy.OTHER: "✍️"}
WORDS = {
    CameBy.PHONE: ("Phone call", "Telefoongesprek"),
    CameBy.PERSON: ("In person", "Persoonlijk gesprek"),
    CameBy.CHAT: ("A message in Slack", "Bericht in Slack"),
    CameBy.OTHER: ("Something else", "Iets anders"),
}
SPOKEN = frozenset({CameBy.PHONE, CameBy.PERSON})
"""A human has answered them already."""

_SAID = {
    CameBy.PHONE: "wrote this down after a phone call",
    CameBy.PERSON: "wrote this down after talking with them",
    CameBy.CHAT: "made this ticket of a message",
    CameBy.OTHER: "wrote this down",
}


def mark(opening: Event) -> str:
    """The sign for how it came in; a letter for a mail."""
    return MARKS[_way(opening)] if opening.by.is_staff else "✉️"


def draw(opening: Event) -> list[Block]:
    """What the thread says: who wrote it down, after what, and what the card could not hold."""
    way = _way(opening)
    said = [blocks.word(f"{MARKS[way]} {one_line(opening.by.name, 80)} {_SAID[way]}")]
    link = opening.detail.get("message")
    said += [blocks.word(": "), blocks.link(str(link), "the message")] if link else []
    whole = blocks.quotes(opening.text, limit=8700) if len(opening.text) > CARD_HOLDS else []
    return [blocks.paragraph(*said), *whole]


def _way(opening: Event) -> CameBy:
    return CameBy(opening.detail.get("came_by", CameBy.OTHER))
