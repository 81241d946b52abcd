"""The signed link to a budget: what a client is asked to agree to, and their answer."""

from desk.actor import Actor
from desk.budget import Round
from desk.ticket import Ticket
from mail import passes
from mail.pages import approval
from mail.passes import Pass
from mail.signed import Form, Question

_ANSWERS = {"yes": Ticket.approve, "no": Ticket.decline}


class Approvals(Question[Round]):
    """Whether a client agrees to a budget."""

    path = passes.PATH
    largest = 1024  # ours has ten

    def asked(self, ticket: Ticket, shown: Pass) -> Round | None:
        asked = ticket.round(shown.number)
        return asked if shown.fits(asked, self._secret) else None

    def page(self, ticket: Ticket, asked: Round) -> str:
        return approval.draw(ticket, asked, self._letterhead, now=self._clock())

    def answer(self, ticket: Ticket, asked: Round, form: Form) -> bool:
        answer = _ANSWERS.get(form.get("answer", ""))
        if answer is None:
            return False
        to = asked.proposal.to
        answer(
            ticket, asked.number, by=Actor.by_link(to), at=self._clock(),
            evidence={"via": "link", "sender": to, "asked": asked.seq},
        )  # fmt: skip
        return True
