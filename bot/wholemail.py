"""The whole mail: what somebody wrote to us, untrimmed, below its headers, in a window that turns pages."""

import re
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import blocks
from bot.blocks import Block, one_line, plain
from bot.click import Click, value
from bot.hidden import is_hidden
from bot.house import House
from bot.named import files_of, left_out
from bot.words import moment, ticket_name
from desk.actor import Actor
from desk.erasing import is_erased
from desk.errors import DeskError
from desk.event import Event
from desk.ticket import Ticket
from store import emails, tickets

_A_PAGE = 12_000
"""Characters; a window holds more, and nobody reads them at once."""

_A_HEADER = 500
"""Characters of one."""
_MOST = 100
"""Mails that a list in Slack holds."""


@dataclass(frozen=True)
class Place:
    """What the window shows.  seq: the event of the mail; page: counts from 0; shown: though it is hidden."""

    seq: int
    page: int = 0
    shown: bool = False

    def __str__(self) -> str:
        """As a control carries it."""
        return f"{self.seq}_{self.page}{'_shown' * self.shown}"

    @classmethod
    def read(cls, carried: str) -> "Place":
        """Raises DeskError where no control of ours carries that."""
        found = re.fullmatch(r"(\d{1,9})_(\d{1,4})(_shown)?", carried)
        if not found:
            raise DeskError("This button is from another version of the desk. Open the mail again.")
        return cls(int(found[1]), int(found[2]), bool(found[3]))


def register(app: App) -> None:
    """Listen to the button below a mail, and to the controls of the window."""
    app.action("whole")(on_whole)
    for turn in ("whole_of", "whole_back", "whole_on", "whole_show"):
        app.action(turn)(on_turn)


def on_whole(
    ack: Ack, body: dict[str, Any], client: WebClient, click: Click, actor: Actor, house: House
) -> None:
    """Open the window: with that mail, or with the newest.  However old the picture is, it only shows."""
    with house.db.read() as session:
        ticket = tickets.get(session, click.number)
    event = ticket.event(click.seq) if click.choice.isdecimal() else _newest(ticket)
    view = window(house, ticket, event, Place(event.seq), house.people.language(actor.key))
    client.views_open(trigger_id=body["trigger_id"], view=view)
    ack()


def on_turn(
    ack: Ack, body: dict[str, Any], client: WebClient, click: Click, actor: Actor, house: House
) -> None:
    """Another page, another mail, or what is hidden: that somebody looked at it is on record."""
    place = Place.read(click.choice)
    if place.shown:
        house.once(
            click.key,
            lambda session, at: tickets.get(session, click.number).look_at(place.seq, by=actor, at=at),
        )
    with house.db.read() as session:
        ticket = tickets.get(session, click.number)
    view = window(house, ticket, ticket.event(place.seq), place, house.people.language(actor.key))
    client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)
    ack()


def came_in(ticket: Ticket) -> list[Event]:
    """The events of mails that came in, each mail once, the newest first."""
    first: dict[object, Event] = {}
    for event in ticket.history:
        if "inbox" in event.detail and not is_erased(event):
            first.setdefault(event.detail["inbox"], event)
    return list(reversed(first.values()))


def window(house: House, ticket: Ticket, event: Event, place: Place, language: str) -> Block:
    """The window, drawn."""
    words = _WORDS[language]
    name = f"{ticket_name(house.style.prefix, ticket.number)} · {one_line(ticket.subject, 300)}"
    drawn = [
        blocks.context(plain(name)),
        *_choice(house, ticket, event, words),
        *_headers(house, event, words),
        *_files(event),
        *_text(house, ticket, event, place, words),
    ]
    view = blocks.reading(words["title"], drawn)
    return view | {"private_metadata": value(ticket.number, ticket.version)}


def _newest(ticket: Ticket) -> Event:
    found = came_in(ticket)
    if not found:
        raise DeskError("No mail came in on this ticket: somebody wrote it down.")
    return found[0]


def _choice(house: House, ticket: Ticket, event: Event, words: dict[str, str]) -> list[Block]:
    """The other mails of the ticket."""
    options = {
        each.seq: blocks.option(
            one_line(f"{moment(each.at, house.style.zone)} · {each.by.name}", 75), str(Place(each.seq))
        )
        for each in came_in(ticket)[:_MOST]
    }
    if len(options) < 2:
        return []
    chosen = options.get(event.seq)
    return [blocks.actions([blocks.select("whole_of", words["which"], [*options.values()], chosen=chosen)])]


def _headers(house: House, event: Event, words: dict[str, str]) -> list[Block]:
    """As they came; of a hidden mail only who and when, for a code may stand in its subject."""
    known = [] if is_hidden(event) else house.heads(int(event.detail.get("inbox") or 0))
    facts = [(name, one_line(fact, _A_HEADER)) for name, fact in known]
    came = ("Received", moment(event.at, house.style.zone))
    who = ("From", f"{event.by.name} <{event.by.key}>")
    lines = [f"{name}: {fact}" for name, fact in [*(facts or [who]), came]]
    drawn: list[Block] = [{"type": "section", "text": plain("\n".join(lines))}]
    gone = not facts and not is_hidden(event)
    return [*drawn, blocks.context(plain(words["no_headers"]))] if gone else drawn


def _files(event: Event) -> list[Block]:
    said = [f"📎 {', '.join(files_of(event))}"] if files_of(event) else []
    return [blocks.context(plain(one_line(line, 900))) for line in (*said, *left_out(event))]


def _text(house: House, ticket: Ticket, event: Event, place: Place, words: dict[str, str]) -> list[Block]:
    if is_hidden(event) and not place.shown:
        said = words["hidden"].format(event.detail["sensitive"])
        show = blocks.button("whole_show", words["show"], str(Place(place.seq, shown=True)))
        return [blocks.context(plain(said)), blocks.actions([show])]
    text, is_whole = _said(house, ticket, event)
    last = max(0, (len(text) - 1) // _A_PAGE)
    page = min(place.page, last)
    begin = page * _A_PAGE
    drawn = [blocks.context(plain(f"🔒 {words['only_you']}"))] if is_hidden(event) else []
    drawn += [] if is_whole else [blocks.context(plain(words["no_text"]))]
    drawn += blocks.quotes(text[begin : begin + _A_PAGE], limit=_A_PAGE)
    return [*drawn, *_turning(place, page, last, words)]


def _said(house: House, ticket: Ticket, event: Event) -> tuple[str, bool]:
    """All that they wrote, and whether that is all of it."""
    with house.db.read() as session:
        kept = emails.came_as(session, ticket.number, int(event.detail.get("inbox") or 0))
    if kept is None or not kept.body.strip():
        return blocks.clean(event.text).strip(), False
    return blocks.clean(kept.body).strip(), True


def _turning(place: Place, page: int, last: int, words: dict[str, str]) -> list[Block]:
    if not last:
        return []
    turns = [("whole_back", words["back"], page - 1), ("whole_on", words["on"], page + 1)]
    buttons = [
        blocks.button(action, label, str(Place(place.seq, to, place.shown)))
        for action, label, to in turns
        if 0 <= to <= last
    ]
    said = words["page"].format(page + 1, last + 1)
    return [blocks.context(plain(said)), blocks.actions(buttons)]


_WORDS = {
    "en": {
        "title": "The whole mail",
        "which": "Another mail",
        "hidden": "🔒 Hidden: it holds {}. Who reads it is on record.",
        "show": "Show it to me",
        "only_you": "Only you see this.",
        "no_headers": "Its headers are no longer kept.",
        "no_text": "This is what the ticket has of it; the mail itself is no longer kept.",
        "page": "Page {} of {}",
        "back": "Back",
        "on": "Further",
    },
    "nl": {
        "title": "De hele mail",
        "which": "Een andere mail",
        "hidden": "🔒 Verborgen: er staat {} in. Wie het leest, wordt vastgelegd.",
        "show": "Laat het mij zien",
        "only_you": "Alleen jij ziet dit.",
        "no_headers": "De kopregels zijn niet meer bewaard.",
        "no_text": "Dit is wat het ticket ervan heeft; de mail zelf is niet meer bewaard.",
        "page": "Pagina {} van {}",
        "back": "Terug",
        "on": "Verder",
    },
}
