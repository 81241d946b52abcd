"""Windows with a form: opened by a click on the card, sent with one more."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import (
    budgets,
    exporting,
    fields,
    forms,
    handing,
    replying,
    snoozing,
    wholemail,
    why,
    worktime,
)
from bot.blocks import Block
from bot.click import Click
from bot.house import House
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
    app.view("priority")(on_priority)


def open_priority(ack: Ack, body: Body, client: WebClient, click: Click, actor: Actor, house: House) -> None:
    ticket = house.look(click, actor)
    client.views_open(trigger_id=body["trigger_id"], view=_priority(house, ticket, ticket.priority))
    ack()


def on_level(ack: Ack, body: Body, client: WebClient, click: Click, actor: Actor, house: House) -> None:
    ticket = house.look(click, actor)
    view = _priority(house, ticket, click.one_of(Priority))
    client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)
    ack()


def on_priority(ack: Ack, view: Body, click: Click, actor: Actor, house: House) -> None:
    level = fields.one_of(view["state"], "level", Priority)
    house.act(click, actor, lambda ticket, at: _prioritise(house, ticket, level, actor, at))
    ack()


def _opening(then: str) -> Callable[..., None]:
    """What opens the window for words to the customer, with that choice of what comes after them."""

    def open_window(
        ack: Ack, body: Body, client: WebClient, click: Click, actor: Actor, house: House
    ) -> None:
        ticket = house.look(click, actor)
        replying.open_window(house, client, body["trigger_id"], ticket, actor, then)
        ack()

    return open_window


open_reply, open_ask, open_resolve, open_cancel = map(
    _opening, (forms.KEEP, forms.ASK, forms.RESOLVE, forms.CANCEL)
)

OPENED_BY_STATUS = {
    Status.WAITING_FOR_CUSTOMER: open_ask,
    Status.RESOLVED: open_resolve,
    Status.CANCELLED: open_cancel,
}
"""Which window asks for the words that go with a status."""

OPENED_BY_MORE = {
    "reply": open_reply,
    "note": handing.open_note,
    "hand": handing.open_hand,
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
