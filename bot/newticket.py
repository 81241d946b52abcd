"""The window for a ticket that nobody mailed, and what becomes of it: one, however often it is sent."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from slack_bolt import Ack, App

from bot import blocks, fields, guard, tongue
from bot.blocks import Block, one_line, plain
from bot.filled import value_of
from bot.handmade import SPOKEN, WORDS, CameBy
from bot.house import House
from bot.people import Rights
from bot.request import Answer, Request, said
from bot.words import ticket_name
from desk.actor import Actor
from desk.company import company_of
from desk.errors import DeskError
from desk.priority import Priority
from desk.ticket import Ticket
from store import inbox, likely, tickets
from store.database import Session

NEW_TICKET = "new_ticket"

_ADDRESS = re.compile(r"[^\s@<>()\",;:\\]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_LONGEST_NAME = 150


@dataclass(frozen=True)
class Source:
    """The message that a ticket is made of.  place: what identifies it; link: its address."""

    place: str = ""
    link: str = ""

    @classmethod
    def read(cls, carried: str) -> Self:
        """Raises DeskError where no window of ours carries that."""
        try:
            place, link = json.loads(carried)
            return cls(str(place)[:100], str(link)[:500])
        except (ValueError, TypeError) as error:
            raise DeskError("This window is from another version of the desk. Open it anew.") from error


def register(app: App) -> None:
    """Listen to the window that was sent."""
    app.view(NEW_TICKET)(on_new_ticket)


def command(request: Request) -> Answer:
    """`/ticket new`: what follows is the subject."""
    house, channel = request.house, str(request.body.get("channel_id") or "")
    desks = house.people.standing_in(request.actor.key, channel)
    view = draw(house, request.language, desks, subject=request.asked.rest, way=CameBy.PHONE)
    house.slack.views_open(trigger_id=request.body["trigger_id"], view=view)
    return said(
        request.pick(
            "The ticket is made when you send the window.", "Het ticket komt er als je het venster verstuurt."
        )
    )


def draw(
    house: House,
    language: str,
    desks: Sequence[Rights],
    *,
    subject: str = "",
    text: str = "",
    way: CameBy,
    source: Source | None = None,
) -> Block:
    """The window.  desks: those that its writer is of, the likeliest first; of several they choose one."""

    def pick(english: str, dutch: str) -> str:
        return tongue.pick(language, english, dutch)

    parts = [
        _line("address", pick("Mail address of the customer", "Mailadres van de klant"), optional=True,
              hint=pick("They get the confirmation by mail. Without an address nothing is mailed.",
                        "De klant krijgt de bevestiging per mail. Zonder adres wordt er niets gemaild.")),
        _line("name", pick("Name of the customer", "Naam van de klant"), optional=True),
        _line("subject", pick("Subject", "Onderwerp"), value=subject,
              hint=pick("Stands in the mails to the customer.", "Staat in de mails aan de klant.")),
        _text(pick("What it is about", "Waar het over gaat"), text,
              pick("For colleagues; the customer does not get these words.",
                   "Voor collega's; de klant krijgt deze woorden niet.")),
        _choice("priority", pick("Priority", "Prioriteit"),
                {level: tongue.priority(language, level) for level in Priority}, house.priority),
        _choice("way", pick("How it reached us", "Hoe het binnenkwam"),
                {each: pick(*WORDS[each]) for each in CameBy}, way),
    ]  # fmt: skip
    if len(desks) > 1:
        titles = {desk.name or _FIRST: desk.title for desk in desks}
        parts.append(_choice(_DESK, pick("Desk", "Desk"), titles, desks[0].name or _FIRST))
    memory = json.dumps([source.place, source.link] if source else ["", ""])
    title, submit = pick("New ticket", "Nieuw ticket"), pick("Make it", "Maak aan")
    return blocks.modal(NEW_TICKET, title, submit, parts, memory=memory)


def on_new_ticket(ack: Ack, view: dict[str, Any], actor: Actor, house: House) -> None:
    language = house.people.language(actor.key)
    form = {name: value_of(view["state"], name).strip() for name in _FIELDS}
    wrong = _wrong(form, language)
    if wrong:
        ack(response_action="errors", errors=wrong)
        return
    for name, kind in (("priority", Priority), ("way", CameBy)):
        fields.one_of(view["state"], name, kind)
    source = Source.read(view["private_metadata"])
    desk = _desk(view, actor, house)
    made: list[Ticket] = []

    def make(session: Session, at: datetime) -> None:
        made[:] = [_open(session, house, form | {_DESK: desk}, source, actor, at)]

    house.once(f"view:{view['id']}:{view['hash']}", make)
    house.acted(actor.key)
    ack(response_action="update", view=_made(house, made, language))


_DESK, _FIRST = "desk", "-"
"""The field, and what stands there for the first desk; no name begins so."""


def _desk(view: Mapping[str, Any], actor: Actor, house: House) -> str:
    """The desk that was chosen, as long as it is one of theirs; else the first of theirs."""
    theirs = [desk.name for desk in house.people.desks_of(actor.key)]
    chosen = value_of(view["state"], _DESK) if _DESK in view["state"]["values"] else _FIRST
    name = "" if chosen == _FIRST else chosen
    return name if name in theirs else next(iter(theirs), "")


_FIELDS = ("address", "name", "subject", "text", "priority", "way")


def _wrong(form: Mapping[str, str], language: str) -> dict[str, str]:
    """What must be mended first, by field."""
    wrong = {}
    if form["address"] and not _ADDRESS.fullmatch(form["address"]):
        wrong["address"] = tongue.pick(
            language, "Write it like anna@example.com.", "Schrijf het als anna@example.com."
        )
    if not form["address"] and not form["name"]:
        wrong["name"] = tongue.pick(
            language, "A name or an address is needed.", "Een naam of een adres is nodig."
        )
    if form["address"]:
        try:
            guard.check_words(form["subject"])
        except DeskError as internal:
            wrong["subject"] = str(internal)[:150]
    return wrong


def _open(
    session: Session, house: House, form: Mapping[str, str], source: Source, actor: Actor, at: datetime
) -> Ticket:
    if source.place and not inbox.is_first(session, f"made:{source.place}", at=at):
        raise DeskError("Somebody has made a ticket of this message already: look in the support channel.")
    address, way = form["address"].lower(), CameBy(form["way"])
    contract = house.policy.contract_of(address) if address else None
    heard = {"heard": True} if way in SPOKEN or not address else {}
    ticket = Ticket.open(
        by=actor,
        at=at,
        customer=Actor.customer(address, form["name"]),
        subject=one_line(form["subject"], 300),
        text=form["text"],
        confirm=bool(address),
        detail={"came_by": way, **heard, **({"message": source.link} if source.link else {})},
        client=contract.name if contract else company_of(address),
        language=(contract.language if contract else None) or house.language_of(form[_DESK]),
        priority=Priority(form["priority"]),
        desk=form[_DESK],
    )
    likely.suspect(session, ticket, at=at, within=house.alike_within)
    return tickets.add(session, ticket)


def _made(house: House, made: list[Ticket], language: str) -> Block:
    if not made:
        words = ("That window was sent before; there is one ticket of it.",
                 "Dat venster was al verstuurd; er is één ticket van gemaakt.")  # fmt: skip
        return blocks.notice(
            tongue.pick(language, "New ticket", "Nieuw ticket"), tongue.pick(language, *words)
        )
    [ticket] = made
    name = ticket_name(house.style.prefix, ticket.number)
    mailed = ("The customer gets the confirmation by mail.", "De klant krijgt de bevestiging per mail.")
    unmailed = ("Nothing is mailed: no address is known.", "Er wordt niets gemaild: er is geen adres bekend.")
    words = mailed if ticket.has_address else unmailed
    card = ("Its card is in the support channel in a moment.", "De kaart staat zo in het supportkanaal.")
    title = tongue.pick(language, f"{name} is made", f"{name} is gemaakt")
    return blocks.notice(title, f"{tongue.pick(language, *card)} {tongue.pick(language, *words)}")


def _line(name: str, label: str, *, value: str = "", optional: bool = False, hint: str = "") -> Block:
    element: Block = {"type": "plain_text_input", "action_id": name, "max_length": _LONGEST_NAME}
    if value:
        element["initial_value"] = one_line(value, _LONGEST_NAME)
    block: Block = {"type": "input", "block_id": name, "label": plain(label), "element": element}
    return block | {"optional": optional} | ({"hint": plain(hint)} if hint else {})


def _text(label: str, value: str, hint: str) -> Block:
    block = blocks.text_input("text", label, hint=hint)
    if value:
        block["element"]["initial_value"] = blocks.cut(value, 3000)
    return block


def _choice(name: str, label: str, choices: Mapping[Any, str], chosen: Any) -> Block:
    options = {key: blocks.option(words, key) for key, words in choices.items()}
    element = blocks.select(name, label, list(options.values()), chosen=options[chosen])
    return {"type": "input", "block_id": name, "label": plain(label), "element": element}
