"""Logging time: the window under More, the correction below an entry, and /ticket time."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import blocks, fields, purse
from bot.blocks import Block, one_line, plain
from bot.click import Click, value
from bot.fields import about, day_of
from bot.filled import value_of
from bot.house import House
from bot.words import ticket_name
from desk import span
from desk.actor import Actor
from desk.errors import DeskError
from desk.priority import Priority
from desk.ticket import Ticket
from desk.worked import Work
from sla.walltime import midnight_of
from store import tickets

Body = dict[str, Any]
Answer = tuple[str, list[Block]]

_COUNTS = {
    "billable": "Billable",
    "free": "Not billable",
    "emergency": "Billable, emergency",
    "emergency_free": "Not billable, emergency",
}
_FLAGS = {"free": "free", "gratis": "free", "emergency": "emergency", "spoed": "emergency"}
"""Words that may follow the span in a command."""

_HOW = "Write it like /ticket time 42 1h30 what you did. “free” or “emergency” may follow the span."
_LONGEST_SPAN = 4
"""Words: "1 hour 30 minutes"."""


@dataclass(frozen=True)
class Filled:
    """What stands in the form before anybody writes in it."""

    on: date
    counts: str = "billable"
    span: str = ""
    what: str = ""


def register(app: App) -> None:
    """Listen to the two windows' answers, and to Correct below an entry."""
    app.action("log_time")(open_time)
    app.action("correct_time")(open_correction)
    app.view("time")(on_time)
    app.view("correction")(on_correction)


def open_time(ack: Ack, body: Body, client: WebClient, click: Click, actor: Actor, house: House) -> None:
    """The entry of More, and the button on a resolved ticket."""
    ticket = house.look(click, actor)
    filled = Filled(_today(house), _usual(ticket))
    view = _window("time", "Log time", "Log", ticket, house, _form(filled), click.picture)
    client.views_open(trigger_id=body["trigger_id"], view=view)
    ack()


def open_correction(ack: Ack, body: Body, client: WebClient, click: Click, house: House) -> None:
    """An entry holds whatever else happened to the ticket: no version is compared."""
    with house.db.read() as session:
        ticket = tickets.get(session, click.number)
    entry = ticket.entry(click.seq)
    counts = next(key for key in _COUNTS if _flags(key) == (entry.work.billable, entry.work.emergency))
    filled = Filled(entry.work.on, counts, span.words(entry.work.minutes), entry.what)
    parts = _form(filled, hint="0 strikes it out. What was logged before stays on record.")
    memory = value(ticket.number, ticket.version, str(entry.seq))
    view = _window("correction", "Correct time", "Correct", ticket, house, parts, memory)
    client.views_open(trigger_id=body["trigger_id"], view=view)
    ack()


def on_time(ack: Ack, view: Body, click: Click, actor: Actor, house: House) -> None:
    state = view["state"]
    with about("span"):
        minutes = span.minutes_of(value_of(state, "span"))
    on, what = _day(state), value_of(state, "what")

    def log(ticket: Ticket, at: datetime) -> None:
        work = work_on(ticket, on, minutes, value_of(state, "counts"), house, at)
        with about("counts"):
            ticket.log_time(work, what, rate=house.policy.rate_of(ticket), by=actor, at=at)

    house.act(click, actor, log)
    ack()


def on_correction(ack: Ack, view: Body, click: Click, actor: Actor, house: House) -> None:
    state = view["state"]
    written = value_of(state, "span").strip()
    with about("span"):
        minutes = 0 if written == "0" else span.minutes_of(written)
    on, what, seq = _day(state), value_of(state, "what"), click.seq

    def correct(ticket: Ticket, at: datetime) -> None:
        work = work_on(ticket, on, minutes, value_of(state, "counts"), house, at)
        with about("counts"):
            ticket.correct_time(seq, work, what, rate=house.policy.rate_of(ticket), by=actor, at=at)

    house.once(click.key, lambda session, at: correct(tickets.get(session, click.number), at))
    house.acted(actor.key)
    ack()


def answer(house: House, actor: Actor, words: str, *, key: str) -> Answer:
    """/ticket time 42 1h30 what for: do it and say so.  key: of this command alone.  Raises DeskError."""
    found = re.fullmatch(r"(?:#|[A-Za-z][A-Za-z0-9]*-)?(\d{1,12})\s+(\S.*)", words.strip())
    if not found:
        raise DeskError(_HOW)
    number, minutes, counts, what = int(found[1]), *_told(found[2].split())

    def log(ticket: Ticket, at: datetime) -> None:
        chosen = counts or _usual(ticket)
        work = work_on(ticket, _today(house), minutes, chosen, house, at)
        ticket.log_time(work, what, rate=house.policy.rate_of(ticket), by=actor, at=at)

    house.once(f"command:{key}", lambda session, at: log(tickets.get(session, number), at))
    house.acted(actor.key)
    with house.db.read() as session:
        budget = tickets.get(session, number).budget
    said = f"⏱️ {span.words(minutes)} logged on {ticket_name(house.style.prefix, number)}"
    said += f": {purse.used(budget)}" if budget.approved_minutes else ""
    return blocks.escape(said), [blocks.context(plain(said))]


def work_on(ticket: Ticket, on: date, minutes: int, counts: str, house: House, at: datetime) -> Work:
    """That much work on that day.  Raises Misfilled for a day that cannot be."""
    zone = house.style.zone
    with about("on"):
        if on > at.astimezone(zone).date():
            raise DeskError("That day is still to come.")
        if on < ticket.opened_at.astimezone(zone).date():
            raise DeskError("The ticket was not there yet on that day.")
    billable, emergency = _flags(counts)
    return Work(
        minutes=minutes, on=on, begins=midnight_of(on, zone), billable=billable, emergency=emergency
    )  # fmt: skip


def _told(words: list[str]) -> tuple[int, str, str]:
    """The span, what it counts as ("" for as usual), and what for.  Raises DeskError."""
    refused: DeskError = DeskError(_HOW)
    for length in range(min(_LONGEST_SPAN, len(words)), 0, -1):
        try:
            minutes = span.minutes_of(" ".join(words[:length]))
        except DeskError as refusal:
            refused = refusal
            continue
        rest = words[length:]
        flag = _FLAGS.get(rest[0].lower(), "") if rest else ""
        return minutes, flag, " ".join(rest[1:] if flag else rest)
    raise refused


def _usual(ticket: Ticket) -> str:
    """How work counts where nobody says: an improvement is billed once a budget is approved."""
    is_wish = ticket.priority is Priority.IMPROVEMENT
    return "free" if is_wish and not ticket.budget.approved_minutes else "billable"


def _flags(counts: str) -> tuple[bool, bool]:
    """Whether it is billable, and an emergency."""
    return counts in ("billable", "emergency"), counts.startswith("emergency")


def _day(state: Body) -> date:
    with about("on"):
        return day_of(value_of(state, "on"))


def _today(house: House) -> date:
    return house.clock().astimezone(house.style.zone).date()


def _form(filled: Filled, *, hint: str = "") -> list[Block]:
    return [
        fields.line("span", "How long", filled.span, placeholder="1h30, 90m or 1,5u", hint=hint),
        fields.line("what", "What for", filled.what, placeholder="Only colleagues read this", optional=True),
        fields.choice("counts", "It counts as", _COUNTS, filled.counts),
        fields.day("on", "On", filled.on),
    ]


def _window(
    callback: str, title: str, submit: str, ticket: Ticket, house: House, parts: list[Block], memory: str
) -> Block:
    name = f"{ticket_name(house.style.prefix, ticket.number)} · {one_line(ticket.subject, 200)}"
    hours = [purse.used(ticket.budget)] if ticket.budget.approved_minutes else []
    head = blocks.context(*map(plain, [name, *hours]))
    return blocks.modal(callback, title, submit, [head, *parts], memory=memory)
