"""The signed link in the mail that says it is solved: was the customer helped well?  Two buttons."""

from collections.abc import Callable
from datetime import datetime

from starlette.routing import Route

from desk.actor import Actor
from desk.errors import DeskError, NotFound
from desk.event import Event
from desk.satisfaction import Opinion
from desk.ticket import Ticket
from mail import passes
from mail.letterhead import Letterhead
from mail.pages import opinion
from mail.signed import Form, Pages
from store import tickets
from store.database import Database, Session

_LARGEST = 1024 + 12 * opinion.LONGEST
"""Bytes of an answer; a character takes up to twelve."""


class Opinions:
    """The mail.signed.Question about how a customer was helped.  By link one answer counts.

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
        return Pages(passes.OPINION_PATH, self, self._db, self._letterhead, largest=_LARGEST).routes()

    def page(self, session: Session, link: str) -> str | None:
        found = self._found(session, link)
        return opinion.draw(*found, self._letterhead) if found else None

    def answer(self, session: Session, link: str, form: Form) -> bool:
        found = self._found(session, link)
        if form.get("answer") not in [*Opinion] or found is None:
            return False
        ticket, solved = found
        if ticket.rating_of(solved.seq) is None:
            words = "\n".join(form.get("words", "").splitlines()).strip()[: opinion.LONGEST]
            ticket.rate(
                solved.seq, Opinion(form["answer"]), words, by=Actor.by_link(ticket.customer),
                at=self._clock(), evidence={"via": "link"},
            )  # fmt: skip
        return True

    def _found(self, session: Session, link: str) -> tuple[Ticket, Event] | None:
        shown = passes.read(link)
        if shown is None:
            return None
        try:
            ticket = tickets.get(session, shown.ticket)
            solved = ticket.event(shown.number)
        except (NotFound, DeskError):
            return None
        return (ticket, solved) if shown.fits_solution(ticket, solved, self._secret) else None
