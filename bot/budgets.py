"""Budgets: asked for in a window, taken back, planned, and what a client's mail meant."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import budgetform, guard
from bot.blocks import Block
from bot.click import Click
from bot.fields import about, day_of
from bot.filled import value_of
from bot.house import House
from desk.actor import Actor
from desk.answer import Answer
from desk.errors import DeskError
from desk.priority import Priority
from desk.ticket import Ticket
from store import tickets

Body = dict[str, Any]


def register(app: App) -> None:
    """Listen to the buttons about money, and to what comes back from their windows."""
    app.action("budget")(open_budget)
    app.action("more_hours")(open_more)
    app.view("budget")(on_budget)
    app.view("take_back")(on_take_back)
    app.view("plan")(on_plan)
    for action, meant in _MEANT.items():
        app.action(action)(_clarifies(meant))


def open_budget(ack: Ack, body: Body, client: WebClient, click: Click, actor: Actor, house: House) -> None:
    """The entry of More, and the button beside the money on the card: whichever window is the next step."""
    ticket = house.look(click, actor)
    client.views_open(trigger_id=body["trigger_id"], view=_next_window(ticket, house))
    ack()


def open_more(ack: Ack, body: Body, client: WebClient, click: Click, actor: Actor, house: House) -> None:
    """Ask for more hours: from the card, from the thread, or in the window for planning."""
    ticket = house.look(click, actor)
    asked = ticket.budget.unanswered(house.clock())
    view = budgetform.waiting(ticket, asked, house) if asked else budgetform.ask(ticket, house)
    if body.get("view"):
        client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)
    else:
        client.views_open(trigger_id=body["trigger_id"], view=view)
    ack()


def on_budget(ack: Ack, view: Body, click: Click, actor: Actor, house: House) -> None:
    """Sent once to see the amount, and once more to mail it: never before somebody has read it."""
    ticket = house.look(click, actor)
    with about("scope"):
        guard.check(value_of(view["state"], "scope"))
    proposal = budgetform.proposal_in(view, ticket, house)
    if click.choice != budgetform.shown_as(proposal):
        ack(response_action="update", view=budgetform.preview(view, ticket, proposal))
        return
    house.act(click, actor, lambda current, at: current.propose(proposal, by=actor, at=at))
    ack()


def on_take_back(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    house.act(click, actor, lambda ticket, at: ticket.withdraw(by=actor, at=at))
    ack()


def on_plan(ack: Ack, view: Body, click: Click, actor: Actor, house: House) -> None:
    with about("day"):
        day = day_of(value_of(view["state"], "day"))

    def plan(ticket: Ticket, at: datetime) -> None:
        with about("day"):
            if day < at.astimezone(house.style.zone).date():
                raise DeskError("That day has passed.")
        ticket.schedule(day, by=actor, at=at)

    house.act(click, actor, plan)
    ack()


_MEANT = {"client_yes": Answer.YES, "client_no": Answer.NO, "client_neither": Answer.UNCLEAR}


def _clarifies(meant: Answer) -> Callable[[Ack, Click, Actor, House], None]:
    def on_clarified(ack: Ack, click: Click, actor: Actor, house: House) -> None:
        """The question holds whatever else happened to the ticket: no version is compared."""
        seq = click.seq
        house.once(
            click.key,
            lambda session, at: tickets.get(session, click.number).clarify(seq, meant, by=actor, at=at),
        )
        house.acted(actor.key)
        ack()

    return on_clarified


def _next_window(ticket: Ticket, house: House) -> Block:
    budget = ticket.budget
    asked = budget.unanswered(house.clock())
    if asked:
        return budgetform.waiting(ticket, asked, house)
    if ticket.priority is Priority.IMPROVEMENT and budget.approved_minutes:
        return budgetform.plan(ticket, house)
    return budgetform.ask(ticket, house)
