"""/ticket away until friday, /ticket back: what awaits whom meanwhile, and who takes it over."""

import re
from datetime import datetime, timedelta
from typing import Any

from slack_bolt import Ack, App

from bot import blocks, hook, lists, tongue
from bot.blocks import Block, escape, one_line, plain
from bot.house import House
from bot.lists import Of, Page
from bot.request import Answer, Request, said
from bot.words import short_day
from desk.actor import Actor, Door
from desk.days import day_of
from desk.errors import DeskError
from sla.walltime import midnight_of
from store import absences, cards, shelves
from store.absences import Absence
from store.database import Session

HAND_OVER, GIVE_BACK = "hand_over", "give_back"

_SHOWN = 15
"""Tickets that are offered to be handed over."""
_ALL = 1_000
"""More than anybody has; what is beyond it stays theirs."""

_LONGEST = timedelta(days=366)
_LEAD_IN = re.compile(r"^(?:until|till|to|tot)\b\s*", re.IGNORECASE)
_INCLUDING = re.compile(r"^(?:tot en met|t/?m|through|including)\b\s*", re.IGNORECASE)


def register(app: App) -> None:
    """Listen to the list of agents and to the button below what awaits whom."""
    app.action(HAND_OVER)(on_hand_over)
    app.action(GIVE_BACK)(on_give_back)


def leave(request: Request) -> Answer:
    """`/ticket away until friday`: on record at once; what is theirs may be handed over below."""
    house, actor = request.house, request.actor
    until = _until(request)
    absence = Absence(actor.key, actor.name, until)
    house.once(request.key, lambda session, at: absences.keep(session, absence))
    day = _day(request, until)
    told = request.pick(
        f"*You are away until {day}.* Warnings about what is yours name it, and you get no digest. "
        "`/ticket back` ends it.",
        f"*Je bent afwezig tot {day}.* Waarschuwingen over wat van jou is melden het, en je krijgt geen "
        "overzicht. `/ticket terug` beëindigt het.",
    )
    return told.split("*")[1], [blocks.section(told), *_awaiting(request)]


def come_back(request: Request) -> Answer:
    """`/ticket back`, and what is theirs now."""
    was: list[bool] = []

    def end(session: Session, _at: datetime) -> None:
        was[:] = [absences.end(session, request.actor.key)]

    request.house.once(request.key, end)
    if was == [False]:
        return said(request.pick("You were not away.", "Je was niet afwezig."))
    welcome = request.pick("Welcome back.", "Welkom terug.")
    _, drawn = lists.show(request.house, request.actor, Page(Of.MINE, request.language))
    return welcome, [blocks.section(welcome), *drawn]


def on_hand_over(ack: Ack, body: dict[str, Any], actor: Actor, house: House) -> None:
    """Everything open that is theirs becomes the chosen agent's."""
    chosen = str(body["actions"][0].get("selected_user") or "")
    heir = house.people.actor(chosen, door=Door.BUTTON)
    if heir is None or heir.key == actor.key:
        raise DeskError("Choose another agent of this desk.")
    passed, kept = _pass_on(house, actor, heir, body["trigger_id"])
    name, count = escape(one_line(heir.name, 80)), tongue.tickets(passed)
    english = f" {kept} stay yours: {name} is not of their desk." if kept else ""
    dutch = f" {kept} blijven van jou: {name} hoort niet bij die desk." if kept else ""
    _answer(
        house, body, actor, f"{name} has {count} of yours now.{english}",
        f"{name} heeft nu {count} van jou.{dutch}",
    )  # fmt: skip
    ack()


def on_give_back(ack: Ack, body: dict[str, Any], actor: Actor, house: House) -> None:
    passed, _ = _pass_on(house, actor, None, body["trigger_id"])
    count = tongue.tickets(passed)
    _answer(house, body, actor, f"{count} of yours: nobody's again.", f"{count} van jou: weer van niemand.")
    ack()


def _until(request: Request) -> datetime:
    """When the day begins on which they are back.  Raises DeskError."""
    now, zone = request.house.clock(), request.house.style.zone
    today, rest = now.astimezone(zone).date(), request.asked.rest
    including = _INCLUDING.match(rest)
    day = day_of(_LEAD_IN.sub("", _INCLUDING.sub("", rest)), today)
    if day is None:
        raise DeskError(
            request.pick(
                "Until when? Write it like /ticket away until friday, or until 24-12.",
                "Tot wanneer? Schrijf het als /ticket afwezig tot vrijdag, of tot 24-12.",
            )
        )
    until = midnight_of(day + timedelta(days=1) if including else day, zone)
    if until <= now or until - now > _LONGEST:
        named = short_day(day)
        raise DeskError(
            request.pick(f"{named} is no day to come back on.", f"Op {named} kun je niet terugkomen.")
        )
    return until


def _awaiting(request: Request) -> list[Block]:
    """What is theirs, by date: whom it waits for, and until when."""
    house, actor, language = request.house, request.actor, request.language
    reach = house.people.reach(actor.key)
    with house.db.read() as session:
        found = shelves.of_owner(session, actor.key, limit=_SHOWN, reach=reach)
        places = cards.places_of(session, [ticket.number for ticket in found.tickets])
    if not found.total:
        return [
            blocks.context(plain(request.pick("No open ticket is yours.", "Geen open ticket is van jou.")))
        ]
    links = {number: house.permalink(place) for number, place in places.items()}
    drawn = [lists.entry(house, actor, language, ticket, links) for ticket in found.tickets]
    more = found.total - len(found.tickets)
    if more:
        drawn.append(blocks.context(plain(request.pick(f"and {more} more", f"en nog {more}"))))
    count = tongue.tickets(found.total)
    title = request.pick(f"*{count}* of yours wait meanwhile:", f"*{count}* van jou wachten intussen:")
    return [blocks.section(title), *drawn, blocks.actions(_takers(request)), *_absent(request)]


def _takers(request: Request) -> list[Block]:
    """Slack's own list of people: to look everybody up here would take longer than it waits for a command."""
    label = request.pick("Hand all of them to…", "Draag ze allemaal over aan…")
    people: Block = {"type": "users_select", "action_id": HAND_OVER, "placeholder": plain(label, 150)}
    back = blocks.button(GIVE_BACK, request.pick("Back to nobody", "Terug naar niemand"), "mine")
    return [people, back]


def _absent(request: Request) -> list[Block]:
    """Who is away as well, below the list of people."""
    house = request.house
    with house.db.read() as session:
        away = absences.now_away(session, now=house.clock())
    others = [
        f"{one_line(each.name, 80)} {request.pick('away until', 'afwezig tot')} {_day(request, each.until)}"
        for each in away.values()
        if each.agent != request.actor.key
    ]
    return [blocks.context(plain(one_line("; ".join(others), 900)))] if others else []


def _day(request: Request, at: datetime) -> str:
    return tongue.moment(at, request.house.style.zone, request.language).rsplit(" ", 1)[0]


def _pass_on(house: House, actor: Actor, heir: Actor | None, trigger: str) -> tuple[int, int]:
    """In one transaction: all that the heir may work too, or none where somebody else was faster.

    How many those are, and how many stay."""
    passed: list[int] = []
    kept: list[int] = []
    own = house.people.reach(actor.key)
    theirs = house.people.reach(heir.key) if heir else own

    def pass_on(session: Session, at: datetime) -> None:
        passed.clear()
        held = shelves.of_owner(session, actor.key, limit=_ALL, reach=own).tickets
        kept[:] = [each.number for each in held if not theirs.holds(each.desk)]
        for ticket in (each for each in held if theirs.holds(each.desk)):
            if heir is None:
                ticket.release(by=actor, at=at)
            else:
                ticket.assign(heir.key, heir.name, by=actor, at=at)
            passed.append(ticket.number)

    house.once(f"{HAND_OVER}:{trigger}", pass_on)
    house.acted(actor.key)
    return len(passed), len(kept)


def _answer(house: House, body: dict[str, Any], actor: Actor, english: str, dutch: str) -> None:
    text = tongue.pick(house.people.language(actor.key), english, dutch)
    answer = {"response_type": "ephemeral", "replace_original": True, "text": text}
    hook.send(house.slack, body["response_url"], answer | {"blocks": [blocks.section(text)]})
