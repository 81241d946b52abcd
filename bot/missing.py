"""What is missing in Slack of a ticket: its card, or lines of its thread; and the button to bring it back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import blocks, hook, tongue
from bot.blocks import Block
from bot.click import Click, value
from bot.house import House
from bot.outcome import MessageGone, told
from desk.actor import Actor
from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryUncertain, DeskError
from desk.ticket import Ticket
from store import cards, retelling, tickets
from store.cards import Place
from store.database import Database, Session

BRING_BACK = "bring_back"

_PATIENCE = 1
"""Seconds for a look while somebody waits for an answer."""


@dataclass(frozen=True)
class Missing:
    """place: where the card was when it was looked for.  card: whether it is gone, with all below it; lines:
    what Slack called those that are gone from its thread."""

    number: int
    place: Place | None
    card: bool = False
    lines: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self.card or bool(self.lines)


def register(app: App) -> None:
    """Listen to the button."""
    app.action(BRING_BACK)(on_bring_back)


def look(db: Database, slack: WebClient, number: int) -> Missing:
    """Look in Slack.  Raises NotFound, DeliveryFailed, DeliveryHeld, DeliveryUncertain."""
    with db.read() as session:
        ticket = tickets.get(session, number)
        place = cards.place_of(session, number)
        lines = retelling.told_in_thread(session, number)
        is_owed = retelling.owes_card(session, number)
    if place is None:
        return Missing(ticket.number, None, card=not is_owed)
    standing = _standing(slack, place)
    if standing is None:
        return Missing(number, place, card=True)
    return Missing(number, place, lines=lines - standing)


def owe(session: Session, missing: Missing, *, at: datetime) -> bool:
    """Owe it again, unless the card moved since the look; whether that was so."""
    if cards.place_of(session, missing.number) != missing.place:
        return False
    if missing.card:
        retelling.card(session, tickets.get(session, missing.number), at=at)
        return True
    return retelling.lines(session, missing.number, missing.lines, at=at) > 0


def offer(house: House, ticket: Ticket, place: Place | None, language: str) -> list[Block]:
    """The button, where the card is gone; nothing where Slack does not say so at once."""
    slack = WebClient(house.slack.token, base_url=house.slack.base_url, timeout=_PATIENCE, retry_handlers=[])
    if place is None or _is_there(slack, place):
        return []
    words = tongue.pick(language, "Bring the card back", "Haal de kaart terug")
    was = place.ts.replace(".", "_")
    return [blocks.actions([blocks.button(BRING_BACK, words, value(ticket.number, ticket.version, was))])]


def on_bring_back(ack: Ack, body: dict[str, Any], click: Click, actor: Actor, house: House) -> None:
    house.once(click.key, lambda session, at: _bring_back(session, click, at))
    words = tongue.pick(
        house.people.language(actor.key),
        "The card comes back, with its thread.",
        "De kaart komt terug, met zijn draad.",
    )
    answer = {"response_type": "ephemeral", "replace_original": True, "text": words}
    hook.send(house.slack, body["response_url"], answer)
    ack()


def _bring_back(session: Session, click: Click, at: datetime) -> None:
    place = cards.place_of(session, click.number)
    if place is None or place.ts.replace(".", "_") != click.choice:
        raise DeskError("Its card is back already, or on its way. Ask again with /ticket.")
    retelling.card(session, tickets.get(session, click.number), at=at)


def _is_there(slack: WebClient, place: Place) -> bool:
    """Whether it stands; also where Slack does not say."""
    try:
        with told():
            return _root(slack.conversations_replies(channel=place.channel, ts=place.ts, limit=1)["messages"])
    except MessageGone:
        return False
    except (DeliveryFailed, DeliveryHeld, DeliveryUncertain):
        return True


def _standing(slack: WebClient, place: Place) -> frozenset[str] | None:
    """What stands there, the card with all below it; None where the card does not."""
    found: list[dict[str, Any]] = []
    try:
        with told():
            pages: Iterable[Any] = slack.conversations_replies(channel=place.channel, ts=place.ts, limit=200)
            for page in pages:
                found += page["messages"]
    except MessageGone:
        return None
    return frozenset(str(each["ts"]) for each in found) if _root(found) else None


def _root(messages: list[dict[str, Any]]) -> bool:
    """Whether the first of them is more than the stone that Slack leaves above a thread."""
    return bool(messages) and messages[0].get("subtype") != "tombstone"
