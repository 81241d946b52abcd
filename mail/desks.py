"""Answers each customer from the address they wrote to: one MailSender for each of the desk's addresses."""

from collections.abc import Mapping
from datetime import datetime

from desk.delivery import Delivery
from desk.event import Event
from desk.letter import Letter
from desk.ticket import Ticket
from mail.house import address_of
from mail.sending import MailSender
from store import tickets
from store.database import Database, Session


class Desks:
    """The store.courier.Sender of mails to customers, where the desk has several addresses.

    first: of the desk's own address; others: by theirs, in lower case.  A ticket whose address is no longer
    one of ours is answered from the first."""

    def __init__(self, db: Database, first: MailSender, others: Mapping[str, MailSender]) -> None:
        self.patience = first.patience
        self._db = db
        self._first = first
        self._others = others

    def send(self, delivery: Delivery) -> str:
        return self._of(delivery).send(delivery)

    def foresee(self, ticket: Ticket, event: Event) -> Letter:
        return self._others.get(address_of(ticket), self._first).foresee(ticket, event)

    def prove(self, delivery: Delivery) -> str | None:
        return self._of(delivery).prove(delivery)

    def arrived(self, session: Session, delivery: Delivery, reference: str, *, at: datetime) -> None:
        self._first.arrived(session, delivery, reference, at=at)

    def gave_up(
        self, session: Session, delivery: Delivery, reason: str, *, certain: bool, at: datetime
    ) -> None:
        self._first.gave_up(session, delivery, reason, certain=certain, at=at)

    def _of(self, delivery: Delivery) -> MailSender:
        with self._db.read() as session:
            address = address_of(tickets.get(session, delivery.ticket_number))
        return self._others.get(address, self._first)
