"""A hidden mail: shown to whoever asks for it, in a window of their own, and that is on record."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import blocks
from bot.blocks import plain
from bot.click import Click
from bot.house import House
from desk.actor import Actor
from store import tickets

_SHOWN = 20_000
"""Characters of a mail that the window holds."""


_WORDS = {
    "en": ("Only you see this.", "A hidden mail"),
    "nl": ("Alleen jij ziet dit.", "Een verborgen mail"),
}


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
        event = tickets.get(session, click.number).event(seq)
    only_you, title = _WORDS[house.people.language(actor.key)]
    said = [blocks.context(plain(f"🔒 {only_you}")), *blocks.quotes(event.text, limit=_SHOWN)]
    client.views_open(trigger_id=body["trigger_id"], view=blocks.reading(title, said))
    ack()
