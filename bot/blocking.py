"""/ticket block and unblock: senders whose mail is kept and not read."""

import re

from bot import blocks
from bot.blocks import Block, plain
from bot.house import House
from bot.words import moment, plural
from desk.actor import Actor, Role
from desk.errors import NotAllowed
from store import blocks as blocked

_SENDER = re.compile(r"(?:[^\s@<>()\",;:]+@)?[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_LINKED = re.compile(r"<(?:[^|>]*\|)?(?:mailto:|https?://)?([^|>]+)>")
"""What Slack makes of an address or a domain that somebody types."""

Answer = tuple[str, list[Block]]


def answer(house: House, actor: Actor, words: str, language: str) -> Answer:
    """Do what was asked and say so.  Raises NotAllowed: a whole domain takes a team lead."""
    said = _WORDS[language]
    verb, _, sender = words.partition(" ")
    sender = _LINKED.sub(r"\1", sender).strip()
    if not _SENDER.fullmatch(sender):
        return _said(said["how"].format(verb))
    if "@" not in sender and actor.role is not Role.LEAD:
        raise NotAllowed(said["only leads"].format(said[verb]))
    try:
        with house.db.change(urgent=True) as session:
            if verb == "block":
                changed = blocked.add(session, sender, by=actor, at=house.clock(), ours=house.addresses)
            else:
                changed = blocked.remove(session, sender)
    except blocked.BlocksTheDesk:
        return _said(said["ours"].format(sender))
    return _said(said[f"{verb}ed" if changed else f"not {verb}ed"].format(sender))


_WORDS = {
    "en": {
        "block": "block",
        "unblock": "unblock",
        "how": "Write it like /ticket {0} someone@example.com, or /ticket {0} example.com.",
        "only leads": "Only a team lead may {0} a whole domain. You may {0} an address.",
        "ours": "{} is the desk itself, or holds an address of it: that cannot be blocked.",
        "blocked": "{} is blocked: its mail stays in the inbox as dropped, and nobody is told of it.",
        "not blocked": "{} is blocked already.",
        "unblocked": "{} is heard again, from the next mail on.",
        "not unblocked": "{} was not blocked here; an operator may have blocked it in the settings.",
        "line": "{}  by {}, {}",
        "more": "and {} more",
        "nobody": "Nobody is blocked.",
    },
    "nl": {
        "block": "blokkeren",
        "unblock": "deblokkeren",
        "how": "Schrijf het zo: /ticket {0} iemand@example.com, of /ticket {0} example.com.",
        "only leads": "Alleen een teamleider mag een heel domein {0}. Een adres mag je wel {0}.",
        "ours": "{} is de helpdesk zelf, of bevat een adres ervan: dat kan niet worden geblokkeerd.",
        "blocked": "{} is geblokkeerd: de mail blijft in de inbox liggen en niemand krijgt er bericht van.",
        "not blocked": "{} is al geblokkeerd.",
        "unblocked": "{} wordt weer gehoord, vanaf de volgende mail.",
        "not unblocked": "{} was hier niet geblokkeerd; misschien deed de beheerder dat in de instellingen.",
        "line": "{}  door {}, {}",
        "more": "en nog {}",
        "nobody": "Niemand is geblokkeerd.",
    },
}
"""What people read, in their own language."""


def every(house: House, actor: Actor) -> Answer:
    """Who is blocked, by whom and since when."""
    said = _WORDS[house.people.language(actor.key)]
    with house.db.read() as session:
        found = blocked.every(session)
    zone = house.style.zone
    lines = [said["line"].format(each.sender, each.by, moment(each.at, zone)) for each in found[:_SHOWN]]
    lines += [said["more"].format(len(found) - _SHOWN)] if len(found) > _SHOWN else []
    return f"{plural(len(found), 'sender')} blocked", [
        blocks.context(plain("\n".join(lines) or said["nobody"]))
    ]


_SHOWN = 40


def _said(text: str) -> Answer:
    return blocks.escape(text), [blocks.context(plain(text))]
