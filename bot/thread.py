"""What agents type in a card's thread is an internal note, also when they write it anew or take it back."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from slack_bolt import Ack, App

from bot.attachable import named
from bot.house import House
from desk.actor import Actor, Role
from desk.ticket import Ticket
from store import cards, retelling, tickets
from store.cards import Place
from store.database import Session

_TYPED = frozenset({None, "file_share", "thread_broadcast"})
"""Kinds of messages that people type; the others are Slack's own."""


KEY = "slack:"
"""Begins the key of a note; its ts follows."""


def register(app: App) -> None:
    """Listen to what is written in the channel."""
    app.event("message")(on_message)


def on_message(ack: Ack, event: dict[str, Any], body: dict[str, Any], actor: Actor, house: House) -> None:
    what_to_do = _CHANGES.get(event.get("subtype", "")) or (keep if is_note(event) else None)
    if what_to_do and house.is_ours(event.get("channel")):
        house.once(f"event:{body['event_id']}", lambda session, at: what_to_do(session, event, actor, at))
    ack()


def keep(session: Session, event: dict[str, Any], actor: Actor, at: datetime) -> bool:
    """Keep a message in a thread as a note, if it is the thread of a card.

    at: when the desk heard of it.  The message's ts is its key: should Slack make two events of one message,
    it is one note all the same."""
    number = cards.ticket_at(session, Place(event["channel"], event["thread_ts"]))
    if number is None:
        return False
    ticket = tickets.get(session, number)
    files = [named(file) for file in event.get("files", [])]
    facts = {"ts": event["ts"], **({"files": files} if files else {})}
    return ticket.note(event.get("text", ""), by=actor, at=at, key=f"{KEY}{event['ts']}", **facts)


def on_edit(session: Session, event: dict[str, Any], actor: Actor, at: datetime) -> bool:
    """Somebody wrote a note of theirs anew.  What Slack itself changes (a preview of a link) is no edit."""
    now = event["message"]
    ticket = _ticket_of(session, event["channel"], now)
    if ticket is None or not now.get("edited"):
        return False
    return ticket.edit_note(
        f"{KEY}{now['ts']}", now.get("text", ""), by=actor, at=at, edited=str(now["edited"]["ts"])
    )


def on_delete(session: Session, event: dict[str, Any], actor: Actor, at: datetime) -> bool:
    """A note was deleted.  Slack does not say by whom: it counts as its writer's own doing."""
    before = event.get("previous_message") or {}
    if actor.role is Role.SYSTEM:
        return bring_back(session, event["channel"], before, at)
    ticket = _ticket_of(session, event["channel"], before)
    return ticket is not None and ticket.delete_note(f"{KEY}{event['deleted_ts']}", by=actor, at=at)


def bring_back(session: Session, channel: str, before: dict[str, Any], at: datetime) -> bool:
    """A message of the desk itself was deleted: a card comes back with its thread, a line of one alone."""
    number = cards.ticket_at(session, Place(channel, str(before.get("ts"))))
    if number is not None:
        retelling.card(session, tickets.get(session, number), at=at)
        return True
    ticket = _ticket_of(session, channel, before)
    return ticket is not None and retelling.lines(session, ticket.number, [before["ts"]], at=at) > 0


_CHANGES: dict[str, Callable[[Session, dict[str, Any], Actor, datetime], bool]] = {
    "message_changed": on_edit,
    "message_deleted": on_delete,
}


def _ticket_of(session: Session, channel: str, message: dict[str, Any]) -> Ticket | None:
    """The ticket in whose thread that message stands, or stood."""
    root = message.get("thread_ts")
    number = cards.ticket_at(session, Place(channel, root)) if root and root != message.get("ts") else None
    return tickets.get(session, number) if number is not None else None


def is_note(event: Mapping[str, Any]) -> bool:
    """A message of a person, in a thread."""
    typed = event.get("subtype") in _TYPED and not event.get("bot_id")
    return typed and event.get("thread_ts", event["ts"]) != event["ts"]
