"""Open a ticket with a mail: of whoever wrote it, of whom an agent forwards, or of what cannot be read."""

from collections.abc import Mapping, Sequence
from typing import Any

from desk.actor import Actor, Door
from desk.ticket import Ticket
from mail import subjects
from mail.addresses import Address
from mail.courtesy import may_confirm
from mail.filed import LONGEST_TEXT, Filed, OnTheTable, key_of, with_remarks
from mail.foresight import handed_over_by
from mail.forwards import Forwarded
from mail.house import WRITTEN_TO, Known
from mail.reading import InboundEmail, Unreadable
from mail.screening import Screening
from mail.sensitive import masked
from mail.sorting import Seen
from store import likely, tickets


class Opening(OnTheTable):
    """Opens tickets."""

    __slots__ = ()

    def _open(self, mail: InboundEmail, seen: Screening, *, follows: int | None = None) -> Filed:
        customer = mail.sender or handed_over_by(self.kept.arrival)
        detail = self._detail(mail) | ({"automatic": seen.rule} if seen.rule else {})
        confirm = "sensitive" not in detail and may_confirm(
            self.session, mail, seen, self.house, self.limits, now=self.now
        )
        text = with_remarks(mail.text, mail)
        ticket = self._opened(mail, customer, mail.subject, text, confirm, detail, follows=follows)
        after = f", which follows ticket {follows}" if follows else ""
        return self._keep(mail, ticket, f"opened ticket {ticket.number}{after}")

    def _open_forwarded(self, mail: InboundEmail, passed_on: Forwarded) -> Filed:
        customer, agent = passed_on.sender, _agent(mail)
        detail = self._detail(mail) | {"forwarded_by": agent.name}
        confirm = "sensitive" not in detail and self.limits.allow(self.session, customer.key, now=self.now)
        text = passed_on.text[:LONGEST_TEXT]
        ticket = self._opened(mail, customer, passed_on.subject, text, confirm, detail)
        if passed_on.words:
            ticket.pass_on(passed_on.words[:LONGEST_TEXT], by=agent, at=self._at)
        self._keep_email(ticket, mail.message_id, customer.key, mail.subject_line, passed_on.text)
        return Filed(
            f"opened ticket {ticket.number} for {customer.key}, forwarded by {agent.key}", ticket.number
        )

    def _open_unreadable(self, mail: Unreadable) -> Filed:
        customer = mail.sender or handed_over_by(self.kept.arrival)
        client = self.house.client(customer.key)
        known, desk = self._written_to(()), self._desk_for((), customer, mail.subject or "")
        text = (
            f"A mail came in that the desk cannot read: {mail.reason}. "
            f"It is kept as it arrived, as number {self.kept.id} of the inbox."
        )
        ticket = Ticket.open(
            by=Actor.customer(customer.key, customer.name),
            at=self.kept.arrival.at,
            subject=mail.subject or "A mail that cannot be read",
            text=text,
            confirm=False,
            key=key_of(mail),
            detail={"inbox": self.kept.id, "unreadable": mail.reason} | _named(known),
            client=client.name,
            language=client.language or self.house.usual_language(desk, known),
            priority=self.house.priority,
            desk=desk,
        )
        tickets.add(self.session, ticket)
        self._keep_email(ticket, mail.message_id, customer.key, mail.subject, text)
        remark = f"opened ticket {ticket.number}: the mail cannot be read, {mail.reason}"
        return Filed(remark, ticket.number, what="unreadable")

    def _opened(
        self,
        mail: InboundEmail,
        customer: Address,
        subject: str,
        text: str,
        confirm: bool,
        detail: dict[str, Any],
        follows: int | None = None,
    ) -> Ticket:
        client = self.house.client(customer.key)
        named = [each.key for each in (*mail.to, *mail.cc)]
        known = self._written_to(named)
        desk = self._desk_for(named, customer, subject, follows)
        written = mail.language if mail.language in self.house.languages else None
        language = client.language or written or self.house.usual_language(desk, known)
        ticket = Ticket.open(
            by=Actor.customer(customer.key, customer.name),
            at=self._at,
            subject=_subject(subject, language, detail),
            text=text,
            confirm=confirm,
            key=key_of(mail),
            detail=detail | _named(known),
            client=client.name,
            language=language,
            priority=self.house.priority,
            follows=follows,
            desk=desk,
        )
        likely.suspect(self.session, ticket, at=self._at, within=self.house.alike_within)
        return tickets.add(self.session, ticket)

    def _written_to(self, named: Sequence[str]) -> Known | None:
        return self.house.written_to(self.kept.arrival.source, [*self._recipients, *named])

    def _desk_for(
        self, named: Sequence[str], customer: Address, subject: str, follows: int | None = None
    ) -> str:
        """What follows an ended ticket stays with its desk."""
        before = tickets.desk_of(self.session, follows) if follows else None
        address = self.house.address_written_to(self.kept.arrival.source, [*self._recipients, *named])
        client = self.house.client(customer.key).name
        return self.house.desk_for(Seen(address, customer.key, client, subject), before)


def _named(known: Known | None) -> dict[str, Any]:
    return {WRITTEN_TO: known.address.lower()} if known else {}


def _agent(mail: InboundEmail) -> Actor:
    sender = mail.sender or Address("unknown")
    return Actor.agent(sender.key, sender.name or sender.key, door=Door.MAIL)


def _subject(subject: str, language: str, detail: Mapping[str, Any]) -> str:
    """What the ticket is called, in mails too: without a code that stood in it."""
    return (masked(subject) if "sensitive" in detail else subject) or subjects.none(language)
