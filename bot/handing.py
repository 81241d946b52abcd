"""Among us: the window for a note, and the one that hands a ticket to a colleague."""

from datetime import datetime
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import blocks, fields
from bot.blocks import Block, one_line, plain
from bot.click import Click, value
from bot.fields import Misfilled, about
from bot.filled import value_of
from bot.house import House
from bot.words import short_day, ticket_name
from desk.actor import Actor, Door
from desk.ticket import Ticket
from store import absences, tickets
from store.database import Session


def register(app: App) -> None:
    """Listen to what comes back from the windows."""
    app.view("note")(on_note)
    app.view("hand")(on_hand)


def open_note(
    ack: Ack, body: dict[str, Any], client: WebClient, click: Click, _actor: Actor, house: House
) -> None:
    """A note holds whatever else happened: no picture is too old for it."""
    with house.db.read() as session:
        ticket = tickets.get(session, click.number)
    words = fields.text("text", "Your note", hint="It stands in the thread. The customer never sees it.")
    view = blocks.modal(
        "note", "Write a note", "Keep it", [_about(ticket, house), words], memory=_memory(ticket)
    )
    client.views_open(trigger_id=body["trigger_id"], view=view)
    ack()


def on_note(ack: Ack, view: dict[str, Any], click: Click, actor: Actor, house: House) -> None:
    text = value_of(view["state"], "text")

    def write(session: Session, at: datetime) -> None:
        with about("text"):
            tickets.get(session, click.number).write_note(text, by=actor, at=at)

    house.once(click.key, write)
    house.acted(actor.key)
    ack()


def open_hand(
    ack: Ack, body: dict[str, Any], client: WebClient, click: Click, actor: Actor, house: House
) -> None:
    ticket = house.look(click, actor)
    people: Block = {"type": "users_select", "action_id": "heir", "placeholder": plain("Choose a colleague")}
    heir: Block = {
        "type": "input",
        "block_id": "heir",
        "optional": True,
        "label": plain("To whom"),
        "hint": plain("Nobody chosen: it is nobody's again, and whoever has time takes it."),
        "element": people,
    }
    parts = [_about(ticket, house), heir, *_absent(house)]
    view = blocks.modal("hand", "Hand over", "Hand over", parts, memory=_memory(ticket))
    client.views_open(trigger_id=body["trigger_id"], view=view)
    ack()


def on_hand(ack: Ack, view: dict[str, Any], click: Click, actor: Actor, house: House) -> None:
    chosen = value_of(view["state"], "heir")
    heir = _heir(chosen, click, house) if chosen else None  # Slack is asked before the database is kept

    def hand_over(ticket: Ticket, at: datetime) -> None:
        if heir:
            ticket.assign(heir.key, heir.name, by=actor, at=at)
        else:
            ticket.release(by=actor, at=at)

    house.act(click, actor, hand_over)
    ack()


def _heir(chosen: str, click: Click, house: House) -> Actor:
    """The colleague who was chosen.  Raises Misfilled for whoever is not of the ticket's desk."""
    with house.db.read() as session:
        desk = tickets.desk_of(session, click.number)
    heir = house.people.actor(chosen, door=Door.BUTTON, at=desk)
    if heir is None:
        raise Misfilled("Choose one of the people of this desk.", "heir")
    return heir


def _absent(house: House) -> list[Block]:
    """Who is away, below the list of people."""
    with house.db.read() as session:
        away = absences.now_away(session, now=house.clock())
    zone = house.style.zone
    said = [
        f"{one_line(each.name, 80)} is away until {short_day(each.until.astimezone(zone).date())}"
        for each in away.values()
    ]
    return [blocks.context(plain(one_line("; ".join(said), 900)))] if said else []


def _about(ticket: Ticket, house: House) -> Block:
    name = f"{ticket_name(house.style.prefix, ticket.number)} · {one_line(ticket.subject, 300)}"
    return blocks.context(plain(f"About: {name}"))


def _memory(ticket: Ticket) -> str:
    return value(ticket.number, ticket.version)
