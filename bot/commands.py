"""/ticket and the words that may follow it.  Only whoever asks sees the answer."""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches

from slack_bolt import Ack, App

from bot import blocking, blocks, card, why, worktime
from bot.blocks import Block, escape, one_line, plain
from bot.house import House
from bot.promises import clocks_of, resolves_at, soonest
from bot.report import Reports
from bot.words import MARKS, moment, plural, ticket_name
from desk.actor import Actor
from desk.ticket import Ticket
from sla.clock import Clock
from store import cards, tickets
from store.database import Session

_SHOWN = 15
_LATEST = 5

_HELP = """*What you can ask*
`/ticket`  what is yours, and what nobody has taken
`/ticket mine`  only what is yours
`/ticket 42`  one ticket, with a link to its card
`/ticket why 42`  how its dates come about: every pause, who and why
`/ticket time 42 1h30 what you did`  log time; `free` or `emergency` may follow the span
`/ticket report november bakery`  a month in figures, for team leads; without words, this month of all clients
`/ticket block someone@example.com`  keep their mail and do not read it; `unblock`; `blocked` lists them
`/ticket help`  this

Everything else is done on the card: take it, reply to the customer, status, priority. What you type in the \
card's thread is an internal note; a customer never sees it."""


def register(app: App, reports: Reports) -> None:
    """Listen to the one command."""

    def on_command(ack: Ack, command: dict[str, str], actor: Actor, house: House) -> None:
        words = " ".join(command.get("text", "").split()).lower()
        time = worktime.ASKED.fullmatch(" ".join(command.get("text", "").split()))
        report = re.fullmatch(r"(?:report|rapport|verslag)(?: (.+))?", words)
        if report:
            ack(response_type="ephemeral", text=reports.ask(report[1] or "", actor, command["response_url"]))
        elif time:
            text, drawn = worktime.answer(house, actor, time[1], key=command["trigger_id"])
            ack({"response_type": "ephemeral", "text": text, "blocks": drawn})
        else:
            on_ticket(ack, words, actor, house)

    app.command("/ticket")(on_command)


def on_ticket(ack: Ack, words: str, actor: Actor, house: House) -> None:
    """Answer at once.  words: in lower case, with single spaces."""
    asked = re.fullmatch(r"(?:(why|waarom) )?(?:#|[a-z][a-z0-9]*-?)?(\d{1,12})", words)
    if words.partition(" ")[0] in blocking.VERBS:
        answer = blocking.answer(house, actor, words)
    elif asked is None:
        answer = _ANSWERS[meant(words)](house, actor)
    elif asked[1]:
        language = "nl" if asked[1] == "waarom" else house.people.language(actor.key)
        answer = why.answer(house, int(asked[2]), language)
    else:
        answer = show(house, int(asked[2]))
    ack({"response_type": "ephemeral", "text": answer[0], "blocks": answer[1]})


Answer = tuple[str, list[Block]]


def meant(words: str) -> str:
    """What somebody probably meant, in Dutch or English; "help" where nobody can tell."""
    if not words:
        return "queue"
    near = get_close_matches(words.split()[0], _WORDS, n=1, cutoff=0.7)
    return _WORDS[near[0]] if near else "help"


def queue(house: House, actor: Actor) -> Answer:
    """What is mine, and what nobody has taken."""
    with house.db.read() as session:
        own, free = tickets.of_owner(session, actor.key), tickets.unowned(session)
        drawn = [
            *_list(house, session, own, "yours"),
            blocks.divider(),
            *_list(house, session, free, "not taken by anybody"),
        ]
    return f"{plural(len(own), 'ticket')} yours, {len(free)} not taken", drawn


def mine(house: House, actor: Actor) -> Answer:
    """What is mine."""
    with house.db.read() as session:
        own = tickets.of_owner(session, actor.key)
        return f"{plural(len(own), 'ticket')} yours", _list(house, session, own, "yours")


def explain(_house: House, _actor: Actor) -> Answer:
    """What may be asked."""
    return "What you can ask: /ticket, /ticket 42, /ticket why 42, /ticket mine", [blocks.section(_HELP)]


def show(house: House, number: int) -> Answer:
    """One ticket, briefly.  Raises NotFound."""
    now = house.clock()
    with house.db.read() as session:
        ticket = tickets.get(session, number)
        link = _link(house, session, ticket)
    at = card.Moment(now, resolves_at(ticket, house.policy))
    drawn = [
        blocks.section(f"*{link}* · {escape(one_line(ticket.subject, 300))}"),
        blocks.context(
            plain(one_line(f"👤 {ticket.customer_name} <{ticket.customer}> {ticket.client}", 400))
        ),
        card.facts(ticket, clocks_of(ticket, house.policy, now=now), house.style, at),
        blocks.context(plain(_latest(house, ticket))),
    ]
    return card.headline(ticket, house.style), drawn


def _latest(house: House, ticket: Ticket) -> str:
    lines = [
        f"{moment(event.at, house.style.zone)}  {one_line(event.by.name, 60)}: {event.kind.words}"
        for event in ticket.history[-_LATEST:]
    ]
    return "\n".join(lines)


def _list(house: House, session: Session, found: Sequence[Ticket], what: str) -> list[Block]:
    """A list, the most pressing first."""
    if not found:
        return [blocks.section(f"No ticket is {what}.")]
    now = house.clock()
    pressing = {ticket.number: soonest(clocks_of(ticket, house.policy, now=now)) for ticket in found}
    ordered = sorted(found, key=lambda ticket: _rank(pressing[ticket.number], ticket))[:_SHOWN]
    verb = "is" if len(found) == 1 else "are"
    drawn = [blocks.section(f"*{plural(len(found), 'ticket')}* {verb} {what}")]
    drawn += [
        blocks.section(_entry(house, ticket, pressing[ticket.number], _link(house, session, ticket)))
        for ticket in ordered
    ]
    more = len(found) - len(ordered)
    return [*drawn, blocks.context(plain(f"and {more} more, less pressing"))] if more else drawn


def _rank(clock: Clock | None, ticket: Ticket) -> tuple[bool, float, int]:
    due = clock.due if clock else None
    return due is None, due.timestamp() if due else 0, ticket.number


def _entry(house: House, ticket: Ticket, clock: Clock | None, link: str) -> str:
    due = f" · due {moment(clock.due, house.style.zone)}" if clock and clock.due else ""
    late = " · 🔴 *overdue*" if clock and clock.breached else ""
    title = f"{link} {escape(one_line(ticket.subject, 120))}"
    return f"{title}\n{MARKS[ticket.status]} {ticket.status.words} · {ticket.priority.words}{due}{late}"


def _link(house: House, session: Session, ticket: Ticket) -> str:
    """The ticket's name, as a link to its card once there is one."""
    name = ticket_name(house.style.prefix, ticket.number)
    place = cards.place_of(session, ticket.number)
    return f"<{house.permalink(place)}|{name}>" if place else name


_ANSWERS: dict[str, Callable[[House, Actor], Answer]] = {
    "queue": queue,
    "mine": mine,
    "help": explain,
    "blocked": blocking.every,
}

_WORDS = {
    "mine": "mine",
    "my": "mine",
    "mijn": "mine",
    "queue": "queue",
    "list": "queue",
    "lijst": "queue",
    "help": "help",
    "blocked": "blocked",
    "hulp": "help",
}
