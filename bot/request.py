"""One line after /ticket, with all that is needed to answer it."""

from dataclasses import dataclass
from typing import Any

from bot import tongue
from bot.asked import Asked
from bot.blocks import Block, context, escape, plain, section
from bot.house import House
from desk.actor import Actor

Answer = tuple[str, list[Block]]
"""What comes back, to that person only: a line for notifications, and blocks."""


@dataclass(frozen=True)
class Request:
    """asked: the line, read; body: as Slack sent it."""

    asked: Asked
    actor: Actor
    house: House
    body: dict[str, Any]

    @property
    def language(self) -> str:
        """The language of the word that was used, else the person's."""
        return "nl" if self.asked.dutch else self.house.people.language(self.actor.key)

    @property
    def key(self) -> str:
        """The same for every copy of this command, and no other."""
        return f"command:{self.body['trigger_id']}"

    @property
    def number(self) -> int:
        """The ticket it is about, where its verb needs one."""
        assert self.asked.number is not None
        return self.asked.number

    def pick(self, english: str, dutch: str) -> str:
        return tongue.pick(self.language, english, dutch)


def said(text: str) -> Answer:
    """An answer of one line; the text may be anybody's."""
    return escape(text), [context(plain(text))]


def told(markdown: str) -> Answer:
    """An answer in Slack's markup, in which other people's words were escaped."""
    return markdown, [section(markdown)]
