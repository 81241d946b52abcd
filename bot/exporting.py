"""Export: the whole ticket as a file in its thread, where the people of its desk are and no customer."""

import logging
from http.client import HTTPException
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot import hook, tongue
from bot.blocks import escape
from bot.click import Click
from bot.house import House
from bot.parcel import name_of
from bot.request import Answer, Request, told
from bot.words import ticket_name
from desk.actor import Actor
from store import cards, tickets

log = logging.getLogger(__name__)


def on_export(
    ack: Ack, body: dict[str, Any], _client: WebClient, click: Click, actor: Actor, house: House
) -> None:
    """The entry of More."""
    _owe(house, click.key, click.number, actor)
    _say_so(body, house, _answer(house, click.number, house.people.language(actor.key)))
    ack()


def _say_so(body: dict[str, Any], house: House, said: Answer) -> None:
    """It is on its way whether or not anybody hears so."""
    answer = {"response_type": "ephemeral", "replace_original": False, "text": said[0], "blocks": said[1]}
    try:
        hook.send(house.slack, str(body.get("response_url")), answer, patience=1)
    except (SlackClientError, OSError, HTTPException) as unheard:
        log.warning("nobody was told that an export is on its way: %s", unheard)


def answer(request: Request) -> Answer:
    """`/ticket export 42`, whatever its status.  Raises NotFound."""
    _owe(request.house, request.key, request.number, request.actor)
    return _answer(request.house, request.number, request.language)


def _owe(house: House, key: str, number: int, actor: Actor) -> None:
    file = name_of(number, house.style.prefix)
    house.once(key, lambda session, at: tickets.get(session, number).export(file, by=actor, at=at))


def _answer(house: House, number: int, language: str) -> Answer:
    with house.db.read() as session:
        place = cards.place_of(session, number)
    name = escape(ticket_name(house.style.prefix, number))
    linked = f"<{house.permalink(place)}|{name}>" if place else name
    return told(
        tongue.pick(
            language,
            f"📦 The whole of {linked} comes into its thread as a file, in a moment.",
            f"📦 Heel {linked} komt zo als bestand in de draad.",
        )
    )
