"""The files of an event, by their names, as people read them."""

from collections.abc import Iterator

from bot import blocks
from bot.blocks import Block, one_line, plain
from bot.click import value
from desk.event import TAKES_FILES, Event
from desk.files import left_out_of, named_in
from desk.ticket import Ticket


def files_of(event: Event) -> list[str]:
    """The names of the files that came, or go, with a mail."""
    return [str(file.get("name") or "unnamed") for file in named_in(event.detail)]


def left_out(event: Event) -> Iterator[str]:
    """One line about those that Slack does not get."""
    files = left_out_of(event.detail)
    if files:
        why = "; ".join(f"{file['name']} ({file['left_out']})" for file in files)
        yield f"⛔ Kept with the mail and not put into Slack: {why}"


def not_sent(ticket: Ticket, of: Event) -> list[Block]:
    """What an agent reads of a mail that does not leave without its files: their words, and a way on."""
    names = files_of(of)
    if not names or of.kind not in TAKES_FILES:
        return []
    again = blocks.button("send_again", "Try again", value(ticket.number, ticket.version, str(of.seq)))
    said = blocks.context(plain("Nothing was sent. This is what you wrote:"))
    files = blocks.context(plain(one_line(f"📎 {', '.join(names)}", 900)))
    return [said, *blocks.quotes(of.text, limit=_WORDS), files, blocks.actions([again])]


_WORDS = 3000
"""Characters; no window takes more."""
