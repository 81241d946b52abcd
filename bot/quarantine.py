"""Mail that claims a ticket and cannot prove it: an agent says where it belongs."""

from collections.abc import Callable
from datetime import datetime

from slack_bolt import Ack, App

from bot.click import Click
from bot.house import House
from desk.actor import Actor
from store import quarantine
from store.database import Session


def register(app: App) -> None:
    """Listen to the three buttons under a held mail."""
    app.action("accept")(on_accept)
    app.action("detach")(on_detach)
    app.action("drop")(on_drop)


def on_accept(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    _decide(
        click, actor, house, lambda session, at: quarantine.accept(session, *_held(click), by=actor, at=at)
    )
    ack()


def on_detach(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    contract_of = house.policy.contract_of

    def detach(session: Session, at: datetime) -> object:
        return quarantine.detach(session, *_held(click), by=actor, at=at, contract_of=contract_of)

    _decide(click, actor, house, detach)
    ack()


def on_drop(ack: Ack, click: Click, actor: Actor, house: House) -> None:
    _decide(click, actor, house, lambda session, at: quarantine.drop(session, *_held(click), by=actor, at=at))
    ack()


def _decide(
    click: Click, actor: Actor, house: House, decision: Callable[[Session, datetime], object]
) -> None:
    """Its buttons hold whatever else happened to the ticket: no version is compared."""
    house.once(click.key, decision)
    house.acted(actor.key)


def _held(click: Click) -> tuple[int, int]:
    """The ticket, and the event that holds the mail."""
    return click.number, click.seq
