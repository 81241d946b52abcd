"""What agents should know of a mail besides its words: files, people in copy, where answers are wanted."""

from typing import Any

from mail.addresses import Address
from mail.house import House
from mail.reading import InboundEmail
from mail.sensitive import why_sensitive
from mail.showable import shown

MOST_COPIED = 10
"""People in copy that are named; of the others only how many they are."""


def particulars_of(mail: InboundEmail, house: House) -> dict[str, Any]:
    """Small facts for an event's detail; none that says nothing."""
    facts = {
        "files": shown(mail.attachments, house.files),
        "copied": _named(copied_in(mail, house)),
        "reply_to": answers_elsewhere(mail),
        "sensitive": why_sensitive(mail),
    }
    return {name: fact for name, fact in facts.items() if fact}


def copied_in(mail: InboundEmail, house: House) -> list[Address]:
    """Whom the mail also went to, the desk and its writer aside: an agent may add them, no mail can."""
    people: dict[str, Address] = {}
    for person in (*mail.to, *mail.cc):
        if not house.owns(person.key) and person.key != (mail.sender and mail.sender.key):
            people.setdefault(person.key, person)
    return list(people.values())


def _named(people: list[Address]) -> list[str]:
    more = len(people) - MOST_COPIED
    shown = [f"{each.name} <{each.address}>" if each.name else each.address for each in people[:MOST_COPIED]]
    return [*shown, f"{more} more"] if more > 0 else shown


def answers_elsewhere(mail: InboundEmail) -> str:
    """The address that answers are to go to, where that is in another domain than their writer's.

    The desk answers the writer all the same: From says who somebody is, Reply-To is what phishers change."""
    wanted, sender = mail.reply_to, mail.sender
    if wanted is None or (sender and wanted.domain == sender.domain):
        return ""
    return wanted.key
