"""Lists of tickets that one person asked for: ten a page, and buttons that turn the page."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Self

from slack_bolt import Ack, App

from bot import blocks, hook, tongue, unclear
from bot.blocks import Block, escape, one_line, plain
from bot.house import House
from bot.promises import clocks_of, resolves_at, soonest
from bot.request import Answer
from bot.words import MARKS, ticket_name
from desk.actor import Actor
from desk.errors import DeskError
from desk.query import Query, parse
from desk.reach import Reach
from desk.status import Status
from desk.ticket import Ticket
from store import cards, search, shelves
from store.database import Session
from store.shelves import Shelf

PER_PAGE = 10
LONGEST_LINE = 950
"""Characters of what is looked for: a button carries 2,000, and each quotation mark takes two."""

BACK, ON = "page_back", "page_on"


class Of(StrEnum):
    """What a list is of."""

    QUEUE = "queue"
    MINE = "mine"
    DUE = "due"
    WAITING = "waiting"
    FOUND = "found"


@dataclass(frozen=True)
class Page:
    """A place in a list.  skip: how many tickets come before it; line: what was looked for."""

    of: Of
    language: str
    skip: int = 0
    line: str = ""

    def __str__(self) -> str:
        """As a button carries it."""
        return json.dumps([self.of, self.language, self.skip, self.line], ensure_ascii=False)

    @classmethod
    def read(cls, carried: str) -> Self:
        """Raises DeskError where no button of ours carries that."""
        try:
            of, language, skip, line = json.loads(carried)
            if language in ("nl", "en") and isinstance(line, str) and 0 <= skip < 10**9:
                return cls(Of(of), language, int(skip), line[:LONGEST_LINE])
        except (ValueError, TypeError):
            pass
        raise DeskError("This button is from another version of the desk. Ask again with /ticket.")


def register(app: App) -> None:
    """Listen to the buttons that turn the page."""
    app.action(BACK)(on_turn)
    app.action(ON)(on_turn)


def on_turn(ack: Ack, body: dict[str, Any], actor: Actor, house: House) -> None:
    text, drawn = show(house, actor, Page.read(body["actions"][0].get("value") or ""))
    answer = {"response_type": "ephemeral", "replace_original": True, "text": text, "blocks": drawn}
    hook.send(house.slack, body["response_url"], answer)
    ack()


def show(house: House, actor: Actor, page: Page) -> Answer:
    """The list at that place; where it became shorter, its last page."""
    if len(page.line) > LONGEST_LINE:
        raise DeskError(f"That is more than {LONGEST_LINE} characters to look for.")
    reach = house.people.reach(actor.key)
    with house.db.read() as session:
        found = _fetch(house, session, actor, page, reach)
        if not found.tickets and found.total:
            page = replace(page, skip=(found.total - 1) // PER_PAGE * PER_PAGE)
            found = _fetch(house, session, actor, page, reach)
        places = cards.places_of(session, [ticket.number for ticket in found.tickets])
    links = {number: house.permalink(place) for number, place in places.items()}
    title = _title(page, found.total)
    drawn = [blocks.section(title), *_remarks(house, page)]
    drawn += [entry(house, actor, page.language, ticket, links) for ticket in found.tickets]
    return title, [*drawn, *_turning(page, found)]


def _fetch(house: House, session: Session, actor: Actor, page: Page, reach: Reach) -> Shelf:
    if page.of is Of.FOUND:
        seeker = search.Seeker(actor.key, house.style.zone, reach)
        found = search.find(session, _query(house, page), seeker, limit=PER_PAGE, skip=page.skip)
        return Shelf(found.tickets, found.total)
    return _LISTS[page.of](session, actor.key, limit=PER_PAGE, skip=page.skip, reach=reach)


def _query(house: House, page: Page) -> Query:
    return parse(page.line, today=_today(house))


def _today(house: House) -> date:
    return house.clock().astimezone(house.style.zone).date()


_LISTS: dict[Of, Callable[..., Shelf]] = {
    Of.QUEUE: shelves.queue,
    Of.MINE: shelves.of_owner,
    Of.DUE: shelves.due,
    Of.WAITING: shelves.waiting,
}

_TITLES: dict[Of, tuple[str, str]] = {
    Of.QUEUE: ("*{}* yours or not taken by anybody", "*{}* van jou of nog van niemand"),
    Of.MINE: ("*{}* yours", "*{}* van jou"),
    Of.DUE: ("*{}* with a date, the soonest first", "*{}* met een termijn, de eerste bovenaan"),
    Of.WAITING: ("*{}* waiting for a customer", "*{}* wacht op een klant"),
    Of.FOUND: ("*{}* found for “{}”", "*{}* gevonden voor “{}”"),
}
_NOTHING: dict[Of, tuple[str, str]] = {
    Of.QUEUE: (
        "No ticket is yours, and all have been taken.",
        "Niets is van jou en alles is opgepakt.",
    ),
    Of.MINE: ("No ticket is yours.", "Er is geen ticket van jou."),
    Of.DUE: ("No promise runs.", "Er loopt geen enkele termijn."),
    Of.WAITING: ("No customer owes us an answer.", "Geen klant is ons een antwoord schuldig."),
    Of.FOUND: ("Nothing found for “{1}”.", "Niets gevonden voor “{1}”."),
}


def _title(page: Page, total: int) -> str:
    wordings = _TITLES if total else _NOTHING
    line = escape(one_line(page.line, 200)) or "*"
    return tongue.pick(page.language, *wordings[page.of]).format(tongue.tickets(total), line)


def _remarks(house: House, page: Page) -> list[Block]:
    remarks = unclear.remarks(_query(house, page), page.language) if page.of is Of.FOUND else []
    return [blocks.context(plain(remark)) for remark in remarks]


def entry(house: House, actor: Actor, language: str, ticket: Ticket, links: dict[int, str]) -> Block:
    """A ticket of a list: two lines."""
    name = ticket_name(house.style.prefix, ticket.number)
    link = links.get(ticket.number)
    called = f"<{link}|{name}>" if link else f"*{name}*"
    subject = escape(one_line(ticket.subject, 120)) or tongue.pick(
        language, "(no subject)", "(geen onderwerp)"
    )
    facts = [f"{MARKS[ticket.status]} {tongue.status(language, ticket.status)}"]
    facts += [tongue.priority(language, ticket.priority), _owner(actor, language, ticket)]
    facts += [*_date(house, language, ticket), *_snoozed(house, language, ticket)]
    return blocks.section(f"{called} {subject}\n{' · '.join(facts)}")


def _owner(actor: Actor, language: str, ticket: Ticket) -> str:
    if ticket.owner is None:
        return tongue.pick(language, "nobody's", "van niemand")
    if ticket.owner == actor.key:
        return tongue.pick(language, "yours", "van jou")
    return escape(one_line(ticket.owner_name, 60))


def _date(house: House, language: str, ticket: Ticket) -> list[str]:
    zone = house.style.zone
    if ticket.status is Status.WAITING_FOR_CUSTOMER:
        until = resolves_at(ticket, house.policy)
        resolves = tongue.pick(language, "resolves", "lost vanzelf op")
        return [f"{resolves} {tongue.moment(until, zone, language)}"] if until else []
    clock = soonest(clocks_of(ticket, house.policy, now=house.clock()))
    if clock is None or clock.due is None:
        return []
    due = f"{tongue.pick(language, 'due', 'uiterlijk')} {tongue.moment(clock.due, zone, language)}"
    return [due, f"🔴 *{tongue.pick(language, 'overdue', 'te laat')}*"] if clock.breached else [due]


def _snoozed(house: House, language: str, ticket: Ticket) -> list[str]:
    if ticket.snoozed_until is None:
        return []
    until = tongue.moment(ticket.snoozed_until, house.style.zone, language)
    return [f"💤 {tongue.pick(language, 'snoozed until', 'uitgesteld tot')} {until}"]


def _turning(page: Page, found: Shelf) -> list[Block]:
    """Where in the list this is, and the buttons to the rest of it."""
    if found.total <= PER_PAGE:
        return []
    last = page.skip + len(found.tickets)
    where = tongue.pick(page.language, "{} to {} of {}", "{} tot en met {} van {}")
    back = replace(page, skip=max(page.skip - PER_PAGE, 0))
    buttons = []
    if page.skip:
        buttons.append(blocks.button(BACK, tongue.pick(page.language, "Previous", "Vorige"), str(back)))
    if last < found.total:
        on = replace(page, skip=last)
        buttons.append(blocks.button(ON, tongue.pick(page.language, "Next", "Volgende"), str(on)))
    return [blocks.context(plain(where.format(page.skip + 1, last, found.total))), blocks.actions(buttons)]
