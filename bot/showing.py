"""/ticket 42: one ticket, briefly."""

from bot import blocks, card, missing, wholemail
from bot.blocks import Block, escape, one_line, plain
from bot.click import value
from bot.house import House
from bot.promises import clocks_of, resolves_at
from bot.request import Answer, Request
from bot.words import called, moment, ticket_name
from desk.ticket import Ticket
from store import cards, tickets

_LATEST = 5


def show(request: Request) -> Answer:
    """Where it stands, what happened last, and a link to its card.  Raises NotFound."""
    house, now = request.house, request.house.clock()
    with house.db.read() as session:
        ticket = tickets.get(session, request.number)
        place = cards.place_of(session, ticket.number)
    name = ticket_name(house.style.prefix, ticket.number)
    link = f"<{house.permalink(place)}|{name}>" if place else name
    at = card.Moment(now, resolves_at(ticket, house.policy))
    who = f"👤 {called(ticket)} {ticket.client}"
    drawn = [
        blocks.section(f"*{link}* · {escape(one_line(ticket.subject, 300))}"),
        blocks.context(plain(one_line(who, 400))),
        card.facts(ticket, clocks_of(ticket, house.policy, now=now), house.style, at),
        blocks.context(plain(_latest(house, ticket))),
        *_mail(ticket),
        *missing.offer(house, ticket, place, request.language),
    ]
    return card.headline(ticket, house.style), drawn


def _mail(ticket: Ticket) -> list[Block]:
    """The way to what the customer wrote, which a closed card has not."""
    if not wholemail.came_in(ticket):
        return []
    show = blocks.button("whole", "The whole mail", value(ticket.number, ticket.version))
    return [blocks.actions([show])]


def _latest(house: House, ticket: Ticket) -> str:
    lines = [
        f"{moment(event.at, house.style.zone)}  {one_line(event.by.name, 60)}: {event.kind.words}"
        for event in ticket.history[-_LATEST:]
    ]
    return "\n".join(lines)
