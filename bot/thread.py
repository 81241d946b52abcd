"""What agents type in a card's thread is an internal note."""

from datetime import datetime
from typing import Any

from slack_bolt import Ack, App

from bot.house import House
from desk.actor import Actor
from store import cards, tickets
from store.cards import Place
from store.database import Session

_TYPED = frozenset({None, "file_share", "thread_broadcast"})
"""Kinds of messages that people type; the others are Slack's own, edits and deletions."""


def register(app: App) -> None:
    """Listen to what is written in the channel."""
    app.event("message")(on_message)


def on_message(ack: Ack, event: dict[str, Any], body: dict[str, Any], actor: Actor, house: House) -> None:
    if _is_note(event, house.channel):
        house.once(f"event:{body['event_id']}", lambda session, at: keep(session, event, actor, at))
    ack()


def keep(session: Session, event: dict[str, Any], actor: Actor, at: datetime) -> bool:
    """Keep a message in a thread as a note, if it is the thread of a card.

    at: when the desk heard of it.  The message's ts is its key: should Slack make two events of one message,
    it is one note all the same."""
    number = cards.ticket_at(session, Place(event["channel"], event["thread_ts"]))
    if number is None:
        return False
    ticket = tickets.get(session, number)
    files = [{"name": file.get("name"), "slack_file": file.get("id")} for file in event.get("files", [])]
    facts = {"ts": event["ts"], **({"files": files} if files else {})}
    return ticket.note(event.get("text", ""), by=actor, at=at, key=f"slack:{event['ts']}", **facts)


def _is_note(event: dict[str, Any], channel: str) -> bool:
    """A message of a person, in a thread of the support channel."""
    typed = event.get("subtype") in _TYPED and not event.get("bot_id")
    return typed and event.get("channel") == channel and event.get("thread_ts", event["ts"]) != event["ts"]
