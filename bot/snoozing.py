"""Snooze: the window under More, the button that ends it, and how both are said."""

from datetime import date, datetime, time, timedelta
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import blocks, fields
from bot.blocks import Block, one_line, plain
from bot.click import Click, value
from bot.fields import about, day_of
from bot.filled import value_of
from bot.house import House
from bot.words import moment, ticket_name
from desk.actor import Actor
from desk.errors import DeskError
from desk.ticket import Ticket
from sla.hours import BusinessHours
from sla.walltime import midnight_of, shown_once

_USUAL = time(9)
_WEEK = 7
_KEEPS = "What was promised is promised still: warnings come as before. An answer of the customer ends it."


def register(app: App) -> None:
    """Listen to the window's answer, and to the button beside the snooze on the card."""
    app.view("snooze")(on_snooze)
    app.action("wake")(on_wake)


def open_snooze(
    ack: Ack, body: dict[str, Any], client: WebClient, click: Click, actor: Actor, house: House
) -> None:
    ticket = house.look(click, actor)
    client.views_open(trigger_id=body["trigger_id"], view=_window(ticket, house))
    ack()


def on_snooze(ack: Ack, view: dict[str, Any], click: Click, actor: Actor, house: House) -> None:
    until, field = _chosen(view["state"], house)

    def snooze(ticket: Ticket, at: datetime) -> None:
        with about(field):
            ticket.snooze(until, by=actor, at=at)

    house.act(click, actor, snooze)
    ack()


def on_wake(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    house.act(click, actor, lambda ticket, at: ticket.unsnooze(by=actor, at=at))
    ack()


def choices(hours: BusinessHours, *, now: datetime) -> dict[datetime, str]:
    """The moments that are offered, by name: when the desk opens tomorrow, on Monday, in a week."""
    zone = hours.calendar.zone
    today = now.astimezone(zone).date()
    days = {
        "Tomorrow": today + timedelta(days=1),
        "Monday": today + timedelta(days=_WEEK - today.weekday()),
        "In a week": today + timedelta(days=_WEEK),
    }
    offered: dict[datetime, str] = {}
    for name, day in days.items():
        opens = hours.next_opening(midnight_of(day, zone))
        same_day = opens.astimezone(zone).date() == day
        offered.setdefault(opens, f"{name if same_day else 'When we open'}, {moment(opens, zone)}")
    return offered


def _window(ticket: Ticket, house: House) -> Block:
    offered = choices(house.policy.hours_of(ticket), now=house.clock())
    options = {until.isoformat(): called for until, called in offered.items()}
    parts = [
        fields.choice("until", "Until", options, next(iter(options))),
        fields.day("day", "Or another day", hint="A day that is chosen here counts instead.", optional=True),
        fields.clock("clock", "At what time", _USUAL, hint="Only for another day."),
    ]
    name = f"{ticket_name(house.style.prefix, ticket.number)} · {one_line(ticket.subject, 300)}"
    head, foot = blocks.context(plain(f"About: {name}")), blocks.context(plain(_KEEPS))
    memory = value(ticket.number, ticket.version)
    return blocks.modal("snooze", "Snooze", "Snooze", [head, *parts, foot], memory=memory)


def _chosen(state: dict[str, Any], house: House) -> tuple[datetime, str]:
    """The moment, and the field it came from."""
    day = value_of(state, "day")
    if day:
        with about("day"):
            return _at(day_of(day), value_of(state, "clock"), house), "day"
    try:
        return datetime.fromisoformat(value_of(state, "until")), "until"
    except ValueError as wrong:
        raise DeskError("Choose until when.") from wrong


def _at(day: date, clock: str, house: House) -> datetime:
    try:
        at = time.fromisoformat(clock) if clock else _USUAL
        return shown_once(datetime.combine(day, at), house.style.zone)
    except ValueError as wrong:
        raise DeskError(f"{str(wrong).capitalize()}.") from wrong
