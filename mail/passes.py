"""The signed links: each proves that somebody got the mail that asked, and is for one question."""

import hashlib
import hmac
import re
from dataclasses import dataclass

from desk.budget import Round
from desk.event import Event
from desk.ticket import Ticket

PATH, OPINION_PATH = "approve", "opinion"
"""Under which the pages stand on our public address: of a budget, and of how a customer was helped."""

_DIGITS = 40
"""Hexadecimal digits of the seal: 160 bits."""

_PASS = re.compile(rf"(\d{{1,12}})-(\d{{1,6}})-([0-9a-f]{{{_DIGITS}}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pass:
    """What a link says: the ticket, the round or the event, and a seal that is still to be compared."""

    ticket: int
    number: int
    seal: str

    def fits(self, asked: Round, secret: str) -> bool:
        """Whether we gave it to the one whom that round was mailed to."""
        return asked.number == self.number and self._is(_of_round(self.ticket, asked), secret)

    def fits_solution(self, ticket: Ticket, solved: Event, secret: str) -> bool:
        """Whether we gave it to the customer who was told of that solution."""
        return solved.seq == self.number and self._is(_of_solution(ticket, solved), secret)

    def _is(self, sealed: str, secret: str) -> bool:
        return bool(secret) and hmac.compare_digest(self.seal, _seal(sealed, secret))


def read(text: str) -> Pass | None:
    """The link's last part; None where it is none of ours by its looks alone."""
    found = _PASS.fullmatch(text)
    return Pass(int(found[1]), int(found[2]), found[3]) if found else None


def link_to(asked: Round, *, ticket: int, secret: str, public_address: str) -> str:
    """The address of the page on which that round is answered; "" where the desk has no public address."""
    if not public_address:
        return ""
    return f"{public_address}{PATH}/{ticket}-{asked.number}-{_seal(_of_round(ticket, asked), secret)}"


def link_about(ticket: Ticket, solved: Event, *, secret: str, public_address: str) -> str:
    """The address of the page on which its customer says how they were helped; "" as above."""
    if not public_address:
        return ""
    seal = _seal(_of_solution(ticket, solved), secret)
    return f"{public_address}{OPINION_PATH}/{ticket.number}-{solved.seq}-{seal}"


def _of_round(ticket: int, asked: Round) -> str:
    return f"helpdesk approve {ticket}/{asked.number}/{asked.seq}/{asked.proposal.to}"


def _of_solution(ticket: Ticket, solved: Event) -> str:
    return f"helpdesk opinion {ticket.number}/{solved.seq}/{ticket.customer}"


def _seal(sealed: str, secret: str) -> str:
    return hmac.new(secret.encode(), sealed.encode(), hashlib.sha256).hexdigest()[:_DIGITS]
