"""A whole ticket in plain words: each thing that happened, with the lines that its thread reads of it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import lines, purse
from bot.blocks import Block, one_line
from bot.hidden import is_hidden
from bot.markup import unmarked
from bot.style import Style
from bot.words import ticket_name
from desk.actor import Door
from desk.breach import BreachReason
from desk.erasing import is_erased
from desk.event import Event, Kind
from desk.files import in_words, named_in
from desk.ticket import Ticket
from store.emails import Email

_DOORS = {
    Door.BUTTON: "in Slack",
    Door.COMMAND: "by command",
    Door.THREAD: "in the thread",
    Door.MAIL: "by mail",
    Door.LINK: "by link",
    Door.SCHEDULER: "",
    Door.TERMINAL: "at the terminal",
}

_REPEATED = frozenset({Kind.SENT, Kind.WITHDRAWN, Kind.TIME_LOGGED})
"""Events whose text stands elsewhere already."""


@dataclass(frozen=True)
class Enclosed:
    """A file that the ticket names.  path: where it lies in the export; why: it does not, and why not."""

    name: str
    size: str
    path: str = ""
    why: str = ""


@dataclass(frozen=True)
class Passage:
    """One thing that happened.  lines: what is said of it; words: those of people; mail: as it came or left,
    where it says more than the words; when, who: with the door they came through."""

    seq: int
    when: str
    who: str
    lines: Sequence[str]
    words: str = ""
    mail: Email | None = None
    files: Sequence[Enclosed] = ()


def passages(
    ticket: Ticket, style: Style, mails: Mapping[int, Email], files: Mapping[int, Sequence[Enclosed]]
) -> list[Passage]:
    """All of them, in order.  mails, files: by the event they are of."""
    return [
        Passage(
            event.seq, stamp(event.at, style), _who(event), _lines(ticket, event, style),
            _words(event), _mail(event, mails.get(event.seq)), files.get(event.seq, ()),
        )
        for event in ticket.history
    ]  # fmt: skip


def stamp(at: datetime, style: Style) -> str:
    """A moment with its year: "Mon 30 Nov 2026 16:30"."""
    local = at.astimezone(style.zone)
    return f"{purse.day(local.date())} {local:%H:%M}"


def why_not(event: Event) -> str:
    """Why none of the files of that event are in the export; "" where they are."""
    if is_hidden(event):
        return "the mail is hidden"
    return "the mail is held back" if event.kind is Kind.QUARANTINED else ""


def named_files(event: Event) -> list[Mapping[str, object]]:
    """The files of an event, but for an earlier export of the ticket."""
    return [] if event.kind is Kind.EXPORTED else [dict(file) for file in named_in(event.detail)]


def size_of(file: Mapping[str, object]) -> str:
    """How large a file is, where that is known."""
    size = file.get("bytes")
    return in_words(int(str(size))) if size else ""


def _who(event: Event) -> str:
    door = _DOORS[event.by.door]
    return f"{one_line(event.by.name, 200)}{f', {door}' if door else ''}"


def _lines(ticket: Ticket, event: Event, style: Style) -> list[str]:
    said = None if is_erased(event) else _SAID.get(event.kind)
    if said:
        return [said(event, style)]
    found = [line for block in lines.draw(ticket, event, style).blocks for line in _told(block)]
    return [line for line in found if line and not line.startswith("📎")]


def _words(event: Event) -> str:
    if is_hidden(event):
        return f"Hidden: it holds {event.detail['sensitive']}."
    return "" if event.kind in _REPEATED else event.text.strip()


def _mail(event: Event, mail: Email | None) -> Email | None:
    """A mail of which more is known than what the agents read, which the hidden ones keep to themselves."""
    says_more = mail is not None and mail.body.split() != event.text.split()
    return mail if says_more and not is_hidden(event) else None


def _told(block: Block) -> list[str]:
    """What a block says; people's own words, which are quoted, stand in the event."""
    match block["type"]:
        case "context":
            return [_plain(each) for each in block["elements"]]
        case "section":
            return [_plain(each) for each in (block.get("text"), *block.get("fields", ())) if each]
        case "rich_text":
            return ["".join(_element(each) for each in part["elements"])
                    for part in block["elements"] if part["type"] == "rich_text_section"]  # fmt: skip
    return []


def _plain(text: Block) -> str:
    said = str(text["text"])
    return re.sub(r"\*([^*\n]+)\*", r"\1", unmarked(said)) if text["type"] == "mrkdwn" else said


def _element(element: Block) -> str:
    match element["type"]:
        case "link":
            return f"{element['text']} ({element['url']})"
        case "user":
            return f"@{element['user_id']}"
    return str(element.get("text", ""))


def _breach_explained(event: Event, _style: Style) -> str:
    return f"Why a promise was broken: {BreachReason(event.detail['reason']).words}"


def _resembles(event: Event, style: Style) -> str:
    others = ", ".join(ticket_name(style.prefix, int(number)) for number in event.detail["others"])
    return f"It may be about the same as {others}"


def _dismissed(event: Event, style: Style) -> str:
    new = event.detail.get("ticket")
    became = f"became {ticket_name(style.prefix, int(new))}" if new else "was dropped"
    return f"The mail that was held back {became}"


def _superseded(event: Event, _style: Style) -> str:
    goal = str(event.detail["goal"]).replace("_", " ")
    return f"{event.detail['level']} % of the {goal} passed untold: a later warning told more"


_SAID: dict[Kind, Callable[[Event, Style], str]] = {
    Kind.BREACH_EXPLAINED: _breach_explained,
    Kind.RESEMBLES: _resembles,
    Kind.DISMISSED: _dismissed,
    Kind.SUPERSEDED: _superseded,
    Kind.NOTED: lambda _event, _style: "A note",
    Kind.NOTE_EDITED: lambda _event, _style: "A note was written anew",
    Kind.NOTE_DELETED: lambda _event, _style: "A note was taken back",
    Kind.REPLIED: lambda _event, _style: "A reply to the customer",
    Kind.ASKED: lambda _event, _style: "A question to the customer",
    Kind.RESENT: lambda _event, _style: "The mail was to be sent again",
    Kind.ERASED: lambda _event, _style: "Words and names were erased",
}
"""What the thread says only by drawing another message anew, or not at all."""
