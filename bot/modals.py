"""Windows with a form: opened by a click on the card, sent with one more."""

from datetime import datetime
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import (
    budgets,
    exporting,
    fields,
    forms,
    guard,
    replying,
    resembling,
    snoozing,
    wholemail,
    why,
    worktime,
)
from bot.blocks import Block, value_of
from bot.click import Click
from bot.house import House
from bot.outgoing import Outgoing
from bot.promises import promised
from desk.actor import Actor
from desk.priority import Priority
from desk.status import Status
from desk.ticket import Ticket

Body = dict[str, Any]


def register(app: App) -> None:
    """Listen to the controls that open a window, and to what comes back from it."""
    app.action("reply")(open_reply)
    app.action("priority")(open_priority)
    app.action("level")(on_level)
    app.view("resolve")(on_resolve)
    app.view("cancel")(on_cancel)
    app.view("priority")(on_priority)


def open_reply(ack: Ack, body: Body, client: WebClient, click: Click, actor: Actor, house: House) -> None:
    ticket = house.look(click, actor)
    replying.open_window(house, client, body["trigger_id"], ticket, actor, forms.KEEP)
    ack()


def open_ask(ack: Ack, body: Body, client: WebClient, click: Click, actor: Actor, house: House) -> None:
    ticket = house.look(click, actor)
    replying.open_window(house, client, body["trigger_id"], ticket, actor, forms.ASK)
    ack()


def open_resolve(ack: Ack, body: Body, client: WebClient, click: Click, actor: Actor, house: House) -> None:
    ticket = house.look(click, actor)
    opens = house.people.home().opens_files
    view = forms.resolve(ticket, house.style.prefix, opens_files=opens)
    client.views_open(trigger_id=body["trigger_id"], view=view)
    ack()


def open_cancel(ack: Ack, body: Body, client: WebClient, click: Click, actor: Actor, house: House) -> None:
    ticket = house.look(click, actor)
    client.views_open(trigger_id=body["trigger_id"], view=forms.cancel(ticket, house.style.prefix))
    ack()


def open_priority(ack: Ack, body: Body, client: WebClient, click: Click, actor: Actor, house: House) -> None:
    ticket = house.look(click, actor)
    client.views_open(trigger_id=body["trigger_id"], view=_priority(house, ticket, ticket.priority))
    ack()


def on_level(ack: Ack, body: Body, client: WebClient, click: Click, actor: Actor, house: House) -> None:
    ticket = house.look(click, actor)
    view = _priority(house, ticket, click.one_of(Priority))
    client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)
    ack()


def on_resolve(ack: Ack, view: Body, click: Click, actor: Actor, house: House) -> None:
    replying.send(Outgoing.read(view["state"], forms.RESOLVE), click, actor, house)
    ack()


def on_cancel(ack: Ack, view: Body, click: Click, actor: Actor, house: House) -> None:
    text = value_of(view["state"], "text")
    other = value_of(view["state"], "duplicate")
    guard.check(text)
    if other.strip():
        resembling.cancel(house, click, actor, other, text)
    else:
        house.act(click, actor, lambda ticket, at: ticket.cancel(text, by=actor, at=at))
    ack()


def on_priority(ack: Ack, view: Body, click: Click, actor: Actor, house: House) -> None:
    level = fields.one_of(view["state"], "level", Priority)
    house.act(click, actor, lambda ticket, at: _prioritise(house, ticket, level, actor, at))
    ack()


OPENED_BY_STATUS = {
    Status.WAITING_FOR_CUSTOMER: open_ask,
    Status.RESOLVED: open_resolve,
    Status.CANCELLED: open_cancel,
}
"""Which window asks for the words that go with a status."""

OPENED_BY_MORE = {
    "ask": open_ask,
    "resolve": open_resolve,
    "cancel": open_cancel,
    "snooze": snoozing.open_snooze,
    "time": worktime.open_time,
    "budget": budgets.open_budget,
    "why": why.on_why,
    "whole": wholemail.on_whole,
    "export": exporting.on_export,
}
"""The entries of More."""


def _priority(house: House, ticket: Ticket, level: Priority) -> Block:
    dates = promised(ticket, level, house.policy, house.style.zone, now=house.clock())
    return forms.priority(ticket, level, dates.lines, house.style.prefix)


def _prioritise(house: House, ticket: Ticket, level: Priority, actor: Actor, at: datetime) -> None:
    late = promised(ticket, level, house.policy, house.style.zone, now=at).late
    ticket.prioritise(level, by=actor, at=at, reclassified=late)
