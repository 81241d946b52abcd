"""The card: a picture of a ticket as it is, drawn whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import asleep, blocks, handmade, more, opinions, purse
from bot.blocks import Block, Post, escape, one_line, plain
from bot.click import value
from bot.hidden import hidden
from bot.named import files_of
from bot.promises import promise
from bot.saying import remarks
from bot.style import Style
from bot.words import MARKS, called, elapsed, moment, plural, ticket_name
from desk.event import HUMAN_MAILS, Event, Kind
from desk.status import OPEN, TRANSITIONS, Status
from desk.ticket import CARD_HOLDS, Ticket
from sla.clock import Clock

_FROM_CUSTOMER = frozenset({Kind.OPENED, Kind.CUSTOMER_WROTE})
_BEHIND_THE_SCENES = frozenset(
    {Kind.SENT, Kind.QUARANTINED, Kind.DISMISSED, Kind.SUPERSEDED, Kind.MACHINE_WROTE}
    | {Kind.NOTE_EDITED, Kind.NOTE_DELETED, Kind.FILES_MISSED}
    | {Kind.RESEMBLES, Kind.SOLVED_ELSEWHERE, Kind.HOURS_WARNED, Kind.EXPORTED}
)
_FILES_NAMED = 5
_STATUS_CHOICES = {
    Status.WAITING_FOR_SUPPORT: ("Waiting for support", "Back on the pile"),
    Status.IN_PROGRESS: ("In progress", "I work on it"),
    Status.WAITING_FOR_CUSTOMER: ("Waiting for customer", "Ask by mail, then wait"),
    Status.RESOLVED: ("Resolved", "Say what was done"),
    Status.CANCELLED: ("Cancelled", "With a reason for the customer"),
    Status.CLOSED: ("Closed", "For good; team leads only"),
}


@dataclass(frozen=True)
class Moment:
    """When the card is drawn, and what time decides: when a waiting ticket resolves by itself, if it does.

    writers: who is writing to the customer."""

    now: datetime
    resolves_at: datetime | None = None
    writers: tuple[str, ...] = ()


def draw(ticket: Ticket, clocks: Sequence[Clock], style: Style, at: Moment) -> Post:
    """Draw the card."""
    drawn = [
        blocks.header(f"{ticket_name(style.prefix, ticket.number)} · {ticket.subject or '(no subject)'}"),
        _customer(ticket, style),
        *_words(ticket),
        facts(ticket, clocks, style, at),
        *purse.on_card(ticket, now=at.now),
        *_silence(ticket, style, at),
        *_writers(at),
        *asleep.on_card(ticket, style),
        *_controls(ticket),
        _footer(ticket, style, at),
    ]
    return Post(headline(ticket, style), drawn)


def headline(ticket: Ticket, style: Style) -> str:
    """The card in one line, for notifications and screen readers."""
    name = ticket_name(style.prefix, ticket.number)
    who = one_line(ticket.customer_name or ticket.customer, 100)
    line = f"{name} {one_line(ticket.subject, 300)} ({who}): {ticket.status.words}, {ticket.priority.words}"
    return escape(line)


def _customer(ticket: Ticket, style: Style) -> Block:
    parts = [f"👤 {called(ticket)}"]
    parts += [f"🏢 {ticket.client}"] if ticket.client else []
    parts += [f"{handmade.mark(ticket.history[0])} {moment(ticket.opened_at, style.zone)}"]
    parts += [f"↩️ follows {ticket_name(style.prefix, ticket.follows)}"] if ticket.follows else []
    return blocks.context(*(plain(one_line(part, 400)) for part in parts))


def _words(ticket: Ticket) -> list[Block]:
    """What they wrote first; the thread holds the rest."""
    first = ticket.history[0]
    said = blocks.clean(first.text).strip()
    drawn = hidden(ticket, first) or [blocks.quote(blocks.cut(said, CARD_HOLDS) if said else "(no text)")]
    notes = [f"📎 {_named(files)}" for files in [files_of(first)] if files]
    notes += [one_line(each, 900) for each in remarks(first)]
    notes += ["The whole mail is in the thread."] if len(said) > CARD_HOLDS else []
    return [*drawn, blocks.context(*map(plain, notes))] if notes else drawn


def _named(files: Sequence[str]) -> str:
    names = ", ".join(one_line(name, 60) for name in files[:_FILES_NAMED])
    others = f" and {len(files) - _FILES_NAMED} more" if len(files) > _FILES_NAMED else ""
    return f"{plural(len(files), 'file')}: {names}{others}"


def facts(ticket: Ticket, clocks: Sequence[Clock], style: Style, at: Moment) -> Block:
    """Where it stands: status, priority, owner, who waits, what is promised."""
    nobody = "_nobody yet_" if ticket.status in OPEN else "_nobody_"
    owner = escape(one_line(ticket.owner_name, 80)) if ticket.owner else nobody
    pairs = [
        ("Status", f"{MARKS[ticket.status]} {ticket.status.words}"),
        ("Priority", ticket.priority.words),
        ("Owner", owner),
        ("Customer waits", _waits(ticket, style, at)),
    ]
    pairs += [promise(clock, style.zone) for clock in clocks]
    pairs += opinions.fact(ticket)
    return blocks.fields(pairs)


def _waits(ticket: Ticket, style: Style, at: Moment) -> str:
    """How long the customer has really waited, nights and weekends included."""
    since = waiting_since(ticket)
    if since is None:
        return "no"
    return f"{elapsed(at.now - since.at)}, since {moment(since.at, style.zone)}"


def waiting_since(ticket: Ticket) -> Event | None:
    """The first mail of the customer that no human has answered yet, while somebody still should."""
    if ticket.status not in OPEN or ticket.status is Status.WAITING_FOR_CUSTOMER:
        return None
    waiting: Event | None = None
    for event in ticket.counted:
        if event.kind in _FROM_CUSTOMER:
            waiting = waiting or event
        elif event.kind in HUMAN_MAILS:
            waiting = None
    return waiting


def _silence(ticket: Ticket, style: Style, at: Moment) -> list[Block]:
    if ticket.status is not Status.WAITING_FOR_CUSTOMER:
        return []
    extend = blocks.button("extend", "Extend", value(ticket.number, ticket.version))
    if at.resolves_at is None:
        return [blocks.section("Our question is on its way to the customer.", extend)]
    when = moment(at.resolves_at, style.zone)
    return [blocks.section(f"Resolves by itself *{when}* if the customer stays silent.", extend)]


def _writers(at: Moment) -> list[Block]:
    if not at.writers:
        return []
    names, verb = ", ".join(at.writers), "is" if len(at.writers) == 1 else "are"
    return [blocks.context(plain(f"✍️ {one_line(names, 200)} {verb} replying…"))]


def _controls(ticket: Ticket) -> list[Block]:
    if ticket.status is Status.CLOSED:
        return []
    controls = _five(ticket) if ticket.status in OPEN else _ended(ticket)
    return [blocks.actions(controls, f"controls:{ticket.number}:{ticket.version}")]


def _five(ticket: Ticket) -> list[Block]:
    picture = value(ticket.number, ticket.version)
    mine = ticket.status is Status.IN_PROGRESS
    take = "Take over" if mine and ticket.owner else "Take it"
    return [
        blocks.button("take", take, picture, style=None if ticket.owner else "primary"),
        blocks.button("reply", "Reply to customer", picture, style="primary" if ticket.owner else None),
        blocks.select(
            "status", "Status", [_choice(ticket, status) for status in Status if _follows(ticket, status)]
        ),
        blocks.button("priority", "Priority", picture),
        more.draw(ticket),
    ]


def _follows(ticket: Ticket, status: Status) -> bool:
    return status in TRANSITIONS[ticket.status]


def _choice(ticket: Ticket, status: Status) -> Block:
    label, description = _STATUS_CHOICES[status]
    mark = MARKS[status]
    return blocks.option(f"{mark} {label}", value(ticket.number, ticket.version, status), description)


def _ended(ticket: Ticket) -> list[Block]:
    picture = value(ticket.number, ticket.version)
    log = [blocks.button("log_time", "Log time", picture)] if ticket.status is Status.RESOLVED else []
    return [
        blocks.button("reopen", "Reopen", picture),
        blocks.button("close", "Close", picture),
        *log,
        more.draw(ticket),
    ]


def _footer(ticket: Ticket, style: Style, at: Moment) -> Block:
    last = next(event for event in reversed(ticket.history) if event.kind not in _BEHIND_THE_SCENES)
    said = f"As of {moment(at.now, style.zone)} · last: {last.kind.words} by {one_line(last.by.name, 60)}"
    return blocks.context(plain(said))
