"""Which ticket, and so which desk, a request from Slack is about."""

from typing import Any

from bot import asked
from bot.click import Click
from store import cards, tickets
from store.cards import Place
from store.database import Database, Session


def desk_of(body: dict[str, Any], db: Database) -> str | None:
    """The desk of the ticket; None where there is no such ticket, or a message stands below no card.

    Raises DeskError when a control carries nothing we know."""
    with db.read() as session:
        number = _number(body, session)
        return None if number is None else tickets.desk_of(session, number)


def thread_of(event: dict[str, Any]) -> str | None:
    """Where that event happened; an edit tells of a message that tells where."""
    told = (event, event.get("message") or {}, event.get("previous_message") or {})
    return next((str(each["thread_ts"]) for each in told if each.get("thread_ts")), None)


def _number(body: dict[str, Any], session: Session) -> int | None:
    if "command" in body:
        return asked.read(str(body.get("text") or "")).number
    if "event" in body:
        return _below(body["event"].get("channel"), thread_of(body["event"]), session)
    if body.get("type") == "message_action":
        message = body.get("message") or {}
        place = message.get("thread_ts") or message.get("ts")
        return _below((body.get("channel") or {}).get("id"), place, session)
    if body.get("type") == "view_closed":
        first = str(body["view"].get("private_metadata") or "").partition(":")[0]
        return int(first) if first.isdecimal() else None
    return Click.read(body).number


def _below(channel: str | None, thread: str | None, session: Session) -> int | None:
    return cards.ticket_at(session, Place(channel, thread)) if channel and thread else None
