"""A mail that an agent forwards: who wrote it, what they wrote, and what the agent wrote above."""

from collections.abc import Sequence
from dataclasses import dataclass

from mail import subjects
from mail.addresses import Address, addresses_in
from mail.authenticity import is_forged
from mail.headings import fields_of, header_block_at, is_divider
from mail.house import House
from mail.reading import Enclosed, InboundEmail
from mail.signatures import without_signature

_MOST_LINES = 2_000


@dataclass(frozen=True, slots=True)
class Forwarded:
    """words: what stands above the mail that was passed on; the rest is that mail's."""

    words: str
    sender: Address
    subject: str
    text: str


def passed_on_by_agent(email: InboundEmail, house: House) -> Forwarded | None:
    """What an agent passes on of somebody who is neither the desk nor an agent.

    From alone says who is an agent, and counts for nothing where our own server says that it is forged."""
    sender = email.sender.key if email.sender and email.senders == 1 else ""
    if sender not in house.agents or is_forged(email.headers, house.trusted_authserv):
        return None
    found = forwarded_in(email)
    if found is None or house.owns(found.sender.key) or found.sender.key in house.agents:
        return None
    return found


def forwarded_in(email: InboundEmail) -> Forwarded | None:
    """The mail that this one passes on, in its text or attached; None where none says whose it is."""
    if email.enclosed:
        return _attached(email, email.enclosed)
    return _within(email) if subjects.is_forward(email.subject_line) else None


def _attached(email: InboundEmail, inner: Enclosed) -> Forwarded | None:
    if inner.sender is None or inner.senders != 1:
        return None
    words = "" if _same(email.text, inner.text) else _words(email.text.split("\n"))
    return Forwarded(words, inner.sender, inner.subject or email.subject, inner.text)


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()


def _within(email: InboundEmail) -> Forwarded | None:
    lines = email.text.split("\n")
    start = next((at for at in range(min(len(lines), _MOST_LINES)) if _begins(lines, at)), None)
    if start is None:
        return None
    head = start
    while head < len(lines) and (not lines[head].strip() or is_divider(lines[head])):
        head += 1
    tall = header_block_at(lines, head) if head < len(lines) else 0
    fields = fields_of(lines[head : head + tall])
    senders = addresses_in(_unbracketed(fields.get("from", "")))
    if not senders:
        return None
    subject = subjects.clean(fields.get("subject", "")) or email.subject
    return Forwarded(_words(lines[:start]), senders[0], subject, "\n".join(lines[head + tall :]).strip())


def _begins(lines: Sequence[str], at: int) -> bool:
    return bool(lines[at].strip()) and (is_divider(lines[at]) or header_block_at(lines, at) > 0)


def _unbracketed(value: str) -> str:
    """Outlook writes "Sanne [mailto:sanne@...]", and some programs the address twice."""
    return value.replace("[mailto:", "<").replace("]", ">").replace("*", "").strip()


def _words(lines: Sequence[str]) -> str:
    return "\n".join(without_signature(list(lines))).strip()
