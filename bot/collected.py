"""Mails of a flood that a ticket counts: an agent may have them read after all."""

from slack_bolt import Ack, App

from bot.click import Click
from bot.house import House
from desk.actor import Actor
from desk.errors import DeskError
from store import inbox


def register(app: App) -> None:
    """Listen to the button under the message that counts a flood."""
    app.action("let_in")(on_let_in)


def on_let_in(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    def read_again() -> None:
        with house.db.change(urgent=True) as session:
            if not inbox.let_in(session, click.number, now=house.clock()):
                raise DeskError("Nothing of that waits any more.")

    read_again()
    house.acted(actor.key)
    ack()
