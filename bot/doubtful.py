"""A mail of which nobody can tell whether it left: an agent says what is known, or has it sent again."""

from slack_bolt import Ack, App

from bot.click import Click
from bot.house import House
from desk.actor import Actor
from store import undelivered


def register(app: App) -> None:
    """Listen to the two buttons under a mail in doubt."""
    app.action("send_again")(on_send_again)
    app.action("it_arrived")(on_it_arrived)


def on_send_again(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    number, seq = click.number, click.seq
    house.once(click.key, lambda session, at: undelivered.send_again(session, number, seq, by=actor, at=at))
    house.acted(actor.key)
    ack()


def on_it_arrived(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    number, seq = click.number, click.seq
    house.once(click.key, lambda session, at: undelivered.it_arrived(session, number, seq, by=actor, at=at))
    house.acted(actor.key)
    ack()
