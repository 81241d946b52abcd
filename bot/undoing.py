"""Undo: whoever sends a mail is offered to take it back for a while, and gets the words again."""

import logging
from collections.abc import Mapping
from concurrent.futures import Executor, Future
from http.client import HTTPException
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot import blocks, hook, replying
from bot.blocks import escape, one_line
from bot.click import Click, value
from bot.forms import THEN_OF
from bot.house import House
from bot.words import ticket_name
from desk.actor import Actor
from desk.errors import DeskError
from desk.event import Event
from desk.ticket import Ticket
from store.withdrawing import withdraw

log = logging.getLogger(__name__)

_NO_ANSWER = (SlackClientError, OSError, HTTPException)


class Offers:
    """Offers Undo to the one who wrote.  It is not owed: who does not see it has sent a mail as ever.

    threads: where it is done, so that no window waits for it."""

    def __init__(self, house: House, threads: Executor) -> None:
        self._house = house
        self._threads = threads

    def mailed(self, ticket: Ticket, by: Actor) -> None:
        """Offer to take back the last thing that happened."""
        event = ticket.history[-1]
        carried = value(ticket.number, ticket.version, str(event.seq))
        seconds = int(self._house.undo.total_seconds())
        name = ticket_name(self._house.style.prefix, ticket.number)
        said = f"⏳ {name}: your mail to {one_line(ticket.customer, 200)} goes out in {seconds} seconds."
        drawn = [blocks.section(escape(said), blocks.button("undo", "Undo", carried))]
        place = self._house.channel_of(ticket.desk)
        self._threads.submit(self._offer, place, by.key, escape(said), drawn).add_done_callback(_complain)

    def _offer(self, place: str, user: str, text: str, drawn: list[blocks.Block]) -> None:
        try:
            self._house.slack.chat_postEphemeral(channel=place, user=user, text=text, blocks=drawn)
        except _NO_ANSWER as unheard:
            log.warning("nobody was offered to take a mail back: %s", unheard)


def register(app: App) -> None:
    """Listen to the button."""
    app.action("undo")(on_undo)


def on_undo(
    ack: Ack, body: dict[str, Any], client: WebClient, click: Click, actor: Actor, house: House
) -> None:
    """Take it back, and open the window with what was written in it."""
    seq, back = click.seq, list[Ticket]()
    house.once(
        click.key,
        lambda session, at: back.append(withdraw(session, click.number, seq, by=actor, at=at)),
    )
    house.acted(actor.key)
    if back:
        _open_again(body, client, back[-1], back[-1].event(seq), actor, house)
        _say_so(body, house)
    ack()


def _open_again(
    body: Mapping[str, Any], client: WebClient, ticket: Ticket, event: Event, actor: Actor, house: House
) -> None:
    try:
        replying.open_window(
            house, client, body["trigger_id"], ticket, actor, THEN_OF.get(event.kind, ""), text=event.text,
            files=event.detail.get("files", ()), other=str(event.detail.get("duplicate_of") or ""),
        )  # fmt: skip
    except _NO_ANSWER as error:
        raise DeskError("It is taken back. The window did not open: your words are in the thread.") from error


def _say_so(body: Mapping[str, Any], house: House) -> None:
    answer = {"replace_original": True, "text": "↩️ Taken back: nothing was mailed."}
    try:
        hook.send(house.slack, body["response_url"], answer, patience=1)
    except _NO_ANSWER as unheard:
        log.warning("an offer still stands that was taken: %s", unheard)


def _complain(done: Future[None]) -> None:
    """A fault of ours; nobody waits for what comes of this thread."""
    if fault := done.exception():
        log.error("Undo could not be offered: %s", fault, exc_info=fault)
