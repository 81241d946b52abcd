"""Shortcuts: a new ticket from anywhere in Slack, or of a message."""

import html
import re
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import newticket
from bot.handmade import CameBy
from bot.house import House
from bot.newticket import Source
from desk.actor import Actor
from store.cards import Place

_LINK = re.compile(r"<(?P<kind>[@#!]?)(?P<target>[^|<>]*)(?:\|(?P<label>[^<>]*))?>")


def register(app: App) -> None:
    """Listen to both."""
    app.shortcut("new_ticket")(on_new)
    app.shortcut("make_ticket")(on_message)
    newticket.register(app)


def on_new(ack: Ack, body: dict[str, Any], client: WebClient, actor: Actor, house: House) -> None:
    view = newticket.draw(house, house.people.language(actor.key), way=CameBy.PHONE)
    client.views_open(trigger_id=body["trigger_id"], view=view)
    ack()


def on_message(ack: Ack, body: dict[str, Any], client: WebClient, actor: Actor, house: House) -> None:
    place = Place(body["channel"]["id"], body["message"]["ts"])
    source = Source(f"{place.channel}:{place.ts}", house.permalink(place))
    text = unmarked(str(body["message"].get("text") or ""))
    subject = next((line for line in text.splitlines() if line.strip()), "")
    language = house.people.language(actor.key)
    view = newticket.draw(house, language, subject=subject, text=text, way=CameBy.CHAT, source=source)
    client.views_open(trigger_id=body["trigger_id"], view=view)
    ack()


def unmarked(text: str) -> str:
    """A message as people read it: its links and mentions in words."""
    return html.unescape(_LINK.sub(_in_words, text))


def _in_words(link: re.Match[str]) -> str:
    kind, target, label = link["kind"], link["target"], link["label"]
    if kind:
        return f"{'@' if kind == '!' else kind}{label or target}"
    target = target.removeprefix("mailto:")
    return f"{label} ({target})" if label and label != target else target
