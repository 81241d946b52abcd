"""/ticket block and unblock: senders whose mail is kept and not read."""

import re

from bot import blocks
from bot.blocks import Block, plain
from bot.house import House
from bot.words import moment, plural
from desk.actor import Actor, Role
from desk.errors import NotAllowed
from store import blocks as blocked

VERBS = ("block", "unblock")

_SENDER = re.compile(r"(?:[^\s@<>()\",;:]+@)?[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_LINKED = re.compile(r"<(?:[^|>]*\|)?(?:mailto:|https?://)?([^|>]+)>")
"""What Slack makes of an address or a domain that somebody types."""

Answer = tuple[str, list[Block]]


def answer(house: House, actor: Actor, words: str) -> Answer:
    """Do what was asked and say so.  Raises NotAllowed: a whole domain takes a team lead."""
    verb, _, sender = words.partition(" ")
    sender = _LINKED.sub(r"\1", sender).strip()
    if not _SENDER.fullmatch(sender):
        return _said(f"Write it like /ticket {verb} someone@example.com, or /ticket {verb} example.com.")
    if "@" not in sender and actor.role is not Role.LEAD:
        raise NotAllowed(f"Only a team lead may {verb} a whole domain. You may {verb} an address.")
    with house.db.change(urgent=True) as session:
        if verb == "block":
            changed = blocked.add(session, sender, by=actor, at=house.clock())
        else:
            changed = blocked.remove(session, sender)
    return _said(_OUTCOMES[verb, changed].format(sender))


_OUTCOMES = {
    ("block", True): "{} is blocked: its mail stays in the inbox as dropped, and nobody is told of it.",
    ("block", False): "{} is blocked already.",
    ("unblock", True): "{} is heard again, from the next mail on.",
    ("unblock", False): "{} was not blocked here; an operator may have blocked it in the settings.",
}


def every(house: House, _actor: Actor) -> Answer:
    """Who is blocked, by whom and since when."""
    with house.db.read() as session:
        found = blocked.every(session)
    lines = [f"{each.sender}  by {each.by}, {moment(each.at, house.style.zone)}" for each in found[:_SHOWN]]
    lines += [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return f"{plural(len(found), 'sender')} blocked", [
        blocks.context(plain("\n".join(lines) or "Nobody is blocked."))
    ]


_SHOWN = 40


def _said(text: str) -> Answer:
    return blocks.escape(text), [blocks.context(plain(text))]
