"""Put one mail where it belongs: on a new ticket, on the one it claims, in quarantine, or nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from desk.actor import Actor, Door
from desk.ticket import Ticket
from mail import consent, opinions, subjects
from mail.addresses import Address
from mail.bounces import Bounce
from mail.claims import Claim, claim_of, returned_to, why_doubted
from mail.courtesy import may_answer, may_confirm
from mail.floods import Comer
from mail.foresight import handed_over_by
from mail.forwards import Forwarded, passed_on_by_agent
from mail.gate import kept_away
from mail.house import WRITTEN_TO, House, Known
from mail.limits import Limits
from mail.message import MARK_HEADER
from mail.particulars import particulars_of
from mail.quoting import trim
from mail.reading import InboundEmail, Unreadable
from mail.screening import Kind, Screening, screen
from mail.sensitive import masked, why_sensitive
from mail.sorting import Seen
from store import aftermath, emails, likely, releases, tickets, undelivered
from store.database import Session
from store.emails import Direction, Email
from store.inbox import Kept, State

TOGETHER = timedelta(hours=24)
"""Replies of one person to the same ended ticket join one new ticket when they are no further apart."""

LONGEST_TEXT = 50_000
"""Characters of a mail that an event holds; all of it is kept with the ticket's mails."""

_MACHINES = frozenset({Kind.AUTO_REPLY, Kind.AUTOMATIC, Kind.BOUNCE})


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a mail, in words, and on which ticket it is."""

    remark: str
    ticket: int | None
    state: State = State.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Files one mail, within the transaction of `session`.  now: the moment of filing, for the limits."""

    session: Session
    kept: Kept
    house: House
    limits: Limits
    now: datetime

    def put_away(self, mail: InboundEmail | Unreadable) -> Filed:
        """Do what the table of statuses says about this mail."""
        if isinstance(mail, Unreadable):
            return self._kept_away(mail, None, "it cannot be read") or self._open_unreadable(mail)
        seen = self._screened(mail)
        if seen.kind is Kind.OURS:
            self._note_proof(mail.message_id or "")
            aftermath.note_mail(self.session, (mail.message_id or "", mail.headers.get(MARK_HEADER.lower())))
            return Filed(f"our own mail coming back ({seen.rule})", None, State.DROPPED)
        returned = returned_to(self.session, seen.bounce, mail) if seen.bounce else None
        if seen.bounce and not returned and self._report_came_back(seen.bounce):
            return Filed(f"a report to a client came back ({seen.rule})", None, State.DROPPED)
        claim = returned or claim_of(self.session, mail, self.house, self._recipients)
        doubt = why_doubted(mail, claim, self.house)
        kept_away = self._kept_away(mail, claim, doubt)
        if kept_away:
            return kept_away
        if seen.bounce and returned:
            return self._bounce(mail, seen.bounce, returned.ticket)
        forwarded = passed_on_by_agent(mail, self.house) if seen.kind is Kind.HUMAN else None
        if forwarded:
            return self._open_forwarded(mail, forwarded)
        return self._join(mail, seen, claim, doubt) if claim else self._open(mail, seen)

    def _note_proof(self, message_id: str) -> None:
        """A mail of ours that comes back has left; nobody else can guess its name."""
        delivery = emails.prove(self.session, message_id, at=self.now)
        if delivery is not None:
            undelivered.proved(self.session, delivery, by=Actor.system("mail"), at=self.now)
        releases.prove(self.session, message_id, at=self.now)

    def _report_came_back(self, bounce: Bounce) -> bool:
        return bounce.hard and releases.came_back(self.session, bounce.returned_id or "", bounce.reason)

    def _screened(self, mail: InboundEmail) -> Screening:
        return screen(
            mail,
            our_loop_mark=self.house.loop_mark,
            our_addresses=self.house.addresses,
            is_our_id=lambda message_id: emails.is_ours(self.session, message_id),
        )

    def _kept_away(self, mail: InboundEmail | Unreadable, claim: Claim | None, doubt: str) -> Filed | None:
        comer = Comer((mail.sender or handed_over_by(self.kept.arrival)).key, claim, doubt)
        away = kept_away(self.session, self.kept, comer, self.house, self.limits)
        return Filed(away.remark, away.ticket, away.state) if away else None

    def _join(self, mail: InboundEmail, seen: Screening, claim: Claim, doubt: str) -> Filed:
        if seen.kind in _MACHINES and (claim.answers_us or not doubt):
            return self._note(mail, seen, claim.ticket)
        if doubt:
            return self._quarantine(mail, claim.ticket, doubt)
        if seen.kind is Kind.HUMAN and self._says_whether_helped(mail, claim.ticket):
            return self._keep(mail, claim.ticket, f"says on ticket {claim.ticket.number} how it was helped")
        ticket = likely.original_of(self.session, claim.ticket, _writer(mail).key)
        return (self._reply if ticket.takes_replies else self._follow)(mail, seen, ticket)

    def _open(self, mail: InboundEmail, seen: Screening, *, follows: int | None = None) -> Filed:
        customer = mail.sender or handed_over_by(self.kept.arrival)
        detail = self._detail(mail) | ({"automatic": seen.rule} if seen.rule else {})
        confirm = "sensitive" not in detail and may_confirm(
            self.session, mail, seen, self.house, self.limits, now=self.now
        )
        text = _with_remarks(mail.text, mail)
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
            key=_key(mail),
            detail=detail | _named(known),
            client=client.name,
            language=language,
            priority=self.house.priority,
            follows=follows,
            desk=desk,
        )
        likely.suspect(self.session, ticket, at=self._at, within=self.house.alike_within)
        return tickets.add(self.session, ticket)

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
            key=_key(mail),
            detail={"inbox": self.kept.id, "unreadable": mail.reason} | _named(known),
            client=client.name,
            language=client.language or self.house.usual_language(desk, known),
            priority=self.house.priority,
            desk=desk,
        )
        tickets.add(self.session, ticket)
        self._keep_email(ticket, mail.message_id, customer.key, mail.subject, text)
        return Filed(f"opened ticket {ticket.number}: the mail cannot be read, {mail.reason}", ticket.number)

    def _reply(self, mail: InboundEmail, seen: Screening, ticket: Ticket) -> Filed:
        text = self._written_now(mail, ticket)
        wrote = ticket.customer_wrote(
            text, by=_writer(mail), at=self._at, key=_key(mail),
            answer=may_answer(self.session, ticket, seen, self.limits, now=self.now), **self._detail(mail),
        )  # fmt: skip
        if wrote and seen.kind is Kind.HUMAN:
            event = next(each for each in reversed(ticket.history) if each.key == _key(mail))
            consent.hear(self.session, ticket, consent.Heard(mail, event, self.kept.id), at=self._at)
        return self._keep(mail, ticket, f"a reply on ticket {ticket.number}")

    def _says_whether_helped(self, mail: InboundEmail, ticket: Ticket) -> bool:
        if not self.house.asks_opinion:
            return False
        text, detail = self._written_now(mail, ticket), self._detail(mail)
        return opinions.hear(self.session, ticket, mail, text, detail, by=_writer(mail), at=self._at)

    def _follow(self, mail: InboundEmail, seen: Screening, ended: Ticket) -> Filed:
        new = tickets.following(self.session, ended.number, _writer(mail).key, since=self._at - TOGETHER)
        if new is not None and new.takes_replies:
            return self._reply(mail, seen, new)
        return self._open(mail, seen, follows=ended.number)

    def _quarantine(self, mail: InboundEmail, ticket: Ticket, doubt: str) -> Filed:
        text = self._written_now(mail, ticket)
        ticket.quarantine(
            text, by=_writer(mail), at=self._at, reason=doubt, key=_key(mail), **self._detail(mail)
        )
        return self._keep(mail, ticket, f"quarantined on ticket {ticket.number}: {doubt}")

    def _note(self, mail: InboundEmail, seen: Screening, ticket: Ticket) -> Filed:
        text = self._written_now(mail, ticket)
        detail = self._detail(mail) | {"automatic": seen.rule}
        ticket.machine_wrote(text, by=_writer(mail), at=self._at, key=_key(mail), **detail)
        return self._keep(mail, ticket, f"noted on ticket {ticket.number}: automatic mail ({seen.rule})")

    def _bounce(self, mail: InboundEmail, bounce: Bounce, ticket: Ticket) -> Filed:
        reason = f"{bounce.recipient}: {bounce.reason}" if bounce.recipient else bounce.reason
        ticket.bounced(reason, by=Actor.system("mail"), at=self._at, key=_key(mail), hard=bounce.hard)
        return self._keep(mail, ticket, f"our mail of ticket {ticket.number} came back ({bounce.rule})")

    @property
    def _at(self) -> datetime:
        """When it reached our mailbox: clocks start there, not here."""
        return self.kept.arrival.at

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

    @property
    def _recipients(self) -> list[str]:
        """Whom the mail server had this mail for."""
        return [str(each) for each in self.kept.arrival.envelope.get("recipients") or ()]

    def _written_now(self, mail: InboundEmail, ticket: Ticket) -> str:
        known = emails.of_ticket(self.session, ticket.number)
        sent = [email.body for email in known if email.direction is Direction.OUT]
        return _with_remarks(trim(mail.text, mail.written, sent).text, mail)

    def _detail(self, mail: InboundEmail) -> dict[str, Any]:
        return {"inbox": self.kept.id} | particulars_of(mail, self.house)

    def _keep(self, mail: InboundEmail, ticket: Ticket, remark: str) -> Filed:
        address = mail.sender.key if mail.sender else "unknown"
        subject = masked(mail.subject_line) if why_sensitive(mail) else mail.subject_line
        index = mail.headers.get("thread-index")[:1000]
        self._keep_email(ticket, mail.message_id, address, subject, mail.text, index)
        return Filed(remark, ticket.number)

    def _keep_email(
        self, ticket: Ticket, message_id: str | None, address: str, subject: str, body: str, index: str = ""
    ) -> None:
        # A Message-ID belongs to the ticket that had it first: a stranger who repeats one must not draw the
        # answers to it towards another ticket.
        if message_id is None or emails.owner_of(self.session, (message_id,)):
            message_id = ""
        email = Email(
            ticket=ticket.number, direction=Direction.IN, message_id=message_id,
            address=address, subject=subject, body=body, at=self._at, inbox=self.kept.id,
            thread_index=index or None,
        )  # fmt: skip
        emails.keep(self.session, email)


def _named(known: Known | None) -> dict[str, Any]:
    return {WRITTEN_TO: known.address.lower()} if known else {}


def _key(mail: InboundEmail | Unreadable) -> str:
    return f"mail:{mail.content_key}"


def _with_remarks(text: str, mail: InboundEmail) -> str:
    """What an agent reads of a mail: its words, then invitations and notes."""
    return "\n\n".join([text[:LONGEST_TEXT], *mail.remarks])[: LONGEST_TEXT + 5_000]


def _writer(mail: InboundEmail) -> Actor:
    sender = mail.sender or Address("unknown")
    return Actor.customer(sender.key, sender.name)


def _agent(mail: InboundEmail) -> Actor:
    sender = mail.sender or Address("unknown")
    return Actor.agent(sender.key, sender.name or sender.key, door=Door.MAIL)


def _subject(subject: str, language: str, detail: Mapping[str, Any]) -> str:
    """What the ticket is called, in mails too: without a code that stood in it."""
    return (masked(subject) if "sensitive" in detail else subject) or subjects.none(language)
