"""Why a date is what it is: the sum in words, for whoever asks."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import blocks
from bot.blocks import Block, one_line, plain
from bot.click import Click
from bot.house import House
from bot.words import ticket_name
from desk.actor import Actor
from desk.ticket import Ticket
from sla.reasons import sums_of
from sla.telling import tell
from store import tickets

_LONGEST = 2900
"""Characters of one paragraph; Slack takes 3,000."""

_TITLES = {"nl": "Waarom deze datum", "en": "Why this date"}


def register(app: App) -> None:
    """Listen to the button on a warning."""
    app.action("why")(on_why)


def on_why(
    ack: Ack, body: dict[str, Any], client: WebClient, click: Click, actor: Actor, house: House
) -> None:
    """Open a window with the sum.  It is about the ticket as it is now, so no picture is too old for it."""
    language = house.people.language(actor.key)
    with house.db.read() as session:
        ticket = tickets.get(session, click.number)
    view = blocks.reading(_TITLES[language], _drawn(house, ticket, language))
    client.views_open(trigger_id=body["trigger_id"], view=view)
    ack()


def answer(house: House, number: int, language: str) -> tuple[str, list[Block]]:
    """The sum as an answer that only one person sees.  Raises NotFound."""
    with house.db.read() as session:
        ticket = tickets.get(session, number)
    name = ticket_name(house.style.prefix, number)
    return f"{_TITLES[language]}: {name}", _drawn(house, ticket, language)


def _drawn(house: House, ticket: Ticket, language: str) -> list[Block]:
    told = tell(sums_of(ticket, house.policy, now=house.clock()), language, house.style.zone)
    name = f"{ticket_name(house.style.prefix, ticket.number)} · {one_line(ticket.subject, 200)}"
    return [
        blocks.context(plain(name)),
        *({"type": "section", "text": plain(each, _LONGEST)} for each in told),
    ]
