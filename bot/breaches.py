"""Why a promise was broken: asked below the warning, answered with one click."""

import re

from slack_bolt import Ack, App

from bot.click import Click
from bot.house import House
from desk.actor import Actor
from desk.breach import BreachReason
from desk.errors import DeskError
from store import tickets


def register(app: App) -> None:
    """Listen to the list below a breach."""
    app.action("breach")(on_breach)


def on_breach(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    """The question holds whatever else happened to the ticket: no version is compared."""
    seq, reason = _chosen(click)
    house.once(
        click.key,
        lambda session, at: tickets.get(session, click.number).explain_breach(seq, reason, by=actor, at=at),
    )
    ack()


def _chosen(click: Click) -> tuple[int, BreachReason]:
    seq, _, reason = click.choice.partition("_")
    if not re.fullmatch(r"[0-9]{1,9}", seq) or reason not in set(BreachReason):
        raise DeskError("This choice is from another version of the desk. Open the ticket with /ticket.")
    return int(seq), BreachReason(reason)
