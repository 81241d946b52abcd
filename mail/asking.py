"""The signed link in the mail that says it is solved: was the customer helped well?  Two buttons."""

from desk.actor import Actor
from desk.event import Event
from desk.satisfaction import Opinion
from desk.ticket import Ticket
from mail import passes
from mail.pages import opinion
from mail.passes import Pass
from mail.signed import Form, Question


class Opinions(Question[Event]):
    """How a customer was helped.  By link one answer counts."""

    path = passes.OPINION_PATH
    largest = 1024 + 12 * opinion.LONGEST  # a character takes up to twelve

    def asked(self, ticket: Ticket, shown: Pass) -> Event | None:
        solved = ticket.event(shown.number)
        return solved if shown.fits_solution(ticket, solved, self._secret) else None

    def page(self, ticket: Ticket, asked: Event) -> str:
        return opinion.draw(ticket, asked, self._letterhead)

    def answer(self, ticket: Ticket, asked: Event, form: Form) -> bool:
        if form.get("answer") not in [*Opinion]:
            return False
        if ticket.rating_of(asked.seq) is None:
            words = "\n".join(form.get("words", "").splitlines()).strip()[: opinion.LONGEST]
            ticket.rate(
                asked.seq, Opinion(form["answer"]), words, by=Actor.by_link(ticket.customer),
                at=self._clock(), evidence={"via": "link"},
            )  # fmt: skip
        return True
