"""Clicks on the card."""

from collections.abc import Callable

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import modals
from bot.click import Click
from bot.house import House
from desk.actor import Actor
from desk.errors import DeskError
from desk.status import Status


def register(app: App) -> None:
    """Listen to the controls of the card; those that open a window are in bot.modals."""
    app.action("take")(on_take)
    app.action("status")(on_status)
    app.action("more")(on_more)
    app.action("extend")(on_extend)
    app.action("reopen")(on_reopen)
    app.action("close")(on_close)


def on_take(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    house.act(click, actor, lambda ticket, at: ticket.take(by=actor, at=at))
    ack()


def on_extend(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    house.act(click, actor, lambda ticket, at: ticket.extend(by=actor, at=at))
    ack()


def on_reopen(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    house.act(click, actor, lambda ticket, at: ticket.reopen(by=actor, at=at))
    ack()


def on_close(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    house.act(click, actor, lambda ticket, at: ticket.close(by=actor, at=at))
    ack()


AT_ONCE: dict[Status, Callable[[Ack, Click, Actor, House], None]] = {
    Status.WAITING_FOR_SUPPORT: on_reopen,
    Status.IN_PROGRESS: on_take,
    Status.CLOSED: on_close,
}
"""Statuses that need no words; the others open a window, for the customer is to read why."""


def on_status(
    ack: Ack, body: dict[str, str], client: WebClient, click: Click, actor: Actor, house: House
) -> None:
    wanted = click.one_of(Status)
    if wanted in AT_ONCE:
        AT_ONCE[wanted](ack, click, actor, house)
    elif wanted in modals.OPENED_BY_STATUS:
        modals.OPENED_BY_STATUS[wanted](ack, body, client, click, actor, house)
    else:
        raise DeskError("That entry is no longer there. Look at the card again.")


def on_more(
    ack: Ack, body: dict[str, str], client: WebClient, click: Click, actor: Actor, house: House
) -> None:
    if click.choice not in modals.OPENED_BY_MORE:
        raise DeskError("That entry is no longer there. Look at the card again.")
    modals.OPENED_BY_MORE[click.choice](ack, body, client, click, actor, house)
