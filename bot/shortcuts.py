"""Shortcuts: a new ticket from anywhere in Slack or of a message; a message that a customer is to get."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import forms, newticket, replying
from bot.blocks import cut
from bot.handmade import CameBy
from bot.house import House
from bot.markup import as_markdown, unmarked
from bot.newticket import Source
from desk.actor import Actor
from desk.errors import DeskError
from store import cards, tickets
from store.cards import Place


def register(app: App) -> None:
    """Listen to them."""
    app.shortcut("new_ticket")(on_new)
    app.shortcut("make_ticket")(on_message)
    app.shortcut("send_to_customer")(on_send)
    newticket.register(app)


def on_new(ack: Ack, body: dict[str, Any], client: WebClient, actor: Actor, house: House) -> None:
    desks = house.people.standing_in(actor.key, "")
    view = newticket.draw(house, house.people.language(actor.key), desks, way=CameBy.PHONE)
    client.views_open(trigger_id=body["trigger_id"], view=view)
    ack()


def on_message(ack: Ack, body: dict[str, Any], client: WebClient, actor: Actor, house: House) -> None:
    place = Place(body["channel"]["id"], body["message"]["ts"])
    source = Source(f"{place.channel}:{place.ts}", house.permalink(place))
    text = unmarked(str(body["message"].get("text") or ""))
    subject = next((line for line in text.splitlines() if line.strip()), "")
    language = house.people.language(actor.key)
    desks = house.people.standing_in(actor.key, place.channel)
    view = newticket.draw(house, language, desks, subject=subject, text=text, way=CameBy.CHAT, source=source)
    client.views_open(trigger_id=body["trigger_id"], view=view)
    ack()


def on_send(ack: Ack, body: dict[str, Any], client: WebClient, actor: Actor, house: House) -> None:
    """Open the reply with the words of a message in a ticket's thread."""
    message = body["message"]
    place = Place(body["channel"]["id"], message.get("thread_ts") or message["ts"])
    with house.db.read() as session:
        number = cards.ticket_at(session, place)
        ticket = None if number is None else tickets.get(session, number)
    if ticket is None or place.ts == message["ts"] or message.get("bot_id"):
        raise DeskError("Choose this on what somebody of the team wrote in the thread of a ticket's card.")
    text = as_markdown(str(message.get("text") or ""))
    replying.open_window(house, client, body["trigger_id"], ticket, actor, forms.KEEP, text=cut(text, 3000))
    ack()
