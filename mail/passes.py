"""The signed link to a budget: it proves that somebody got the mail that asked, and is for one round."""

import hashlib
import hmac
import re
from dataclasses import dataclass

from desk.budget import Round

PATH = "approve"
"""Under which the page stands on our public address."""

_DIGITS = 40
"""Hexadecimal digits of the seal: 160 bits."""

_PASS = re.compile(rf"(\d{{1,12}})-(\d{{1,6}})-([0-9a-f]{{{_DIGITS}}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pass:
    """What a link says: the ticket, the round, and a seal that is still to be compared."""

    ticket: int
    round: int
    seal: str

    def fits(self, asked: Round, secret: str) -> bool:
        """Whether we gave it to the one whom that round was mailed to."""
        meant = _seal(self.ticket, asked, secret)
        return bool(secret) and asked.number == self.round and hmac.compare_digest(self.seal, meant)


def read(text: str) -> Pass | None:
    """The link's last part; None where it is none of ours by its looks alone."""
    found = _PASS.fullmatch(text)
    return Pass(int(found[1]), int(found[2]), found[3]) if found else None


def link_to(asked: Round, *, ticket: int, secret: str, public_address: str) -> str:
    """The address of the page on which that round is answered; "" where the desk has no public address."""
    if not public_address:
        return ""
    return f"{public_address}{PATH}/{ticket}-{asked.number}-{_seal(ticket, asked, secret)}"


def _seal(ticket: int, asked: Round, secret: str) -> str:
    sealed = f"helpdesk approve {ticket}/{asked.number}/{asked.seq}/{asked.proposal.to}".encode()
    return hmac.new(secret.encode(), sealed, hashlib.sha256).hexdigest()[:_DIGITS]
