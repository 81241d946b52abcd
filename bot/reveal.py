"""A hidden mail: shown to whoever asks for it, in a window of their own, and that is on record."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import wholemail
from bot.click import Click
from bot.house import House
from bot.wholemail import Place
from desk.actor import Actor
from store import tickets


def register(app: App) -> None:
    """Listen to the button that shows it."""
    app.action("reveal")(on_reveal)


def on_reveal(
    ack: Ack, body: dict[str, Any], client: WebClient, click: Click, actor: Actor, house: House
) -> None:
    seq = click.seq
    house.once(
        click.key,
        lambda session, at: tickets.get(session, click.number).look_at(seq, by=actor, at=at),
    )
    with house.db.read() as session:
        ticket = tickets.get(session, click.number)
    place, language = Place(seq, shown=True), house.people.language(actor.key)
    view = wholemail.window(house, ticket, ticket.event(seq), place, language)
    client.views_open(trigger_id=body["trigger_id"], view=view)
    ack()
