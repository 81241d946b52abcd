"""The signed link to a budget: what a client is asked to agree to, and their answer."""

from collections.abc import Callable
from datetime import datetime

from starlette.routing import Route

from desk.actor import Actor
from desk.budget import Round
from desk.errors import DeskError, NotFound
from desk.ticket import Ticket
from mail import passes
from mail.letterhead import Letterhead
from mail.pages import approval
from mail.signed import Form, Pages
from store import tickets
from store.database import Database, Session

_LARGEST = 1024
"""Bytes of an answer; ours has ten."""

_ANSWERS = {"yes": Ticket.approve, "no": Ticket.decline}


class Approvals:
    """The mail.signed.Question about budgets.

    secret: seals the links; clock: reads the time."""

    def __init__(
        self, db: Database, *, secret: str, letterhead: Letterhead, clock: Callable[[], datetime]
    ) -> None:
        self._db = db
        self._secret = secret
        self._letterhead = letterhead
        self._clock = clock

    def routes(self) -> list[Route]:
        """For the web application of the desk."""
        return Pages(passes.PATH, self, self._db, self._letterhead, largest=_LARGEST).routes()

    def page(self, session: Session, link: str) -> str | None:
        found = self._found(session, link)
        return approval.draw(*found, self._letterhead, now=self._clock()) if found else None

    def answer(self, session: Session, link: str, form: Form) -> bool:
        answer = _ANSWERS.get(form.get("answer", ""))
        found = self._found(session, link)
        if answer is None or found is None:
            return False
        ticket, asked = found
        to = asked.proposal.to
        answer(
            ticket, asked.number, by=Actor.by_link(to), at=self._clock(),
            evidence={"via": "link", "sender": to, "asked": asked.seq},
        )  # fmt: skip
        return True

    def _found(self, session: Session, link: str) -> tuple[Ticket, Round] | None:
        shown = passes.read(link)
        if shown is None:
            return None
        try:
            ticket = tickets.get(session, shown.ticket)
            asked = ticket.round(shown.number)
        except (NotFound, DeskError):
            return None
        return (ticket, asked) if shown.fits(asked, self._secret) else None
