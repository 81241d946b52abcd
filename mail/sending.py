"""Mails customers what the outbox owes them: worded once, the same bytes on every attempt."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from desk.actor import Actor
from desk.delivery import Audience, Delivery, DeliveryState
from desk.errors import DeliveryFailed, DeliveryUncertain, DeskError
from desk.event import PROVED_MAILS, Event, Kind
from desk.letter import Letter
from desk.status import Status
from desk.ticket import Ticket
from mail import passes, proposals, subjects
from mail.attachments import Attachment
from mail.conversation import Conversation, answer_to
from mail.enclosed import enclosed
from mail.letterhead import Letterhead
from mail.lookback import Journal, Lookback
from mail.mailed import answered, recipient, told
from mail.message import Envelope, Unsendable, address_of, build, message_id, subject_of
from mail.notifications import Notification, Promises, Templates, compose
from mail.quoted import is_automatic
from mail.seals import reply_address
from mail.smtp import SenderRefused, Server, hand_over
from mail.templates.loading import TemplateRefused
from store import emails, outbox, tickets
from store.database import Database, Session, Unavailable
from store.emails import Direction, Email
from store.marks import mark_of
from store.outbox import Patience
from store.points import Point, reached

log = logging.getLogger(__name__)

_BY = Actor.system("outbox")

_HURRIED = 5
"""Attempts that may follow shortly on a broken line; after that something is wrong with this mail."""


class Road(Protocol):
    """What takes a finished mail out of the house, as mail.smtp.hand_over does."""

    def __call__(self, raw: bytes, server: Server, *, sender: str, recipient: str, copy: str) -> None: ...


_LOOKS = tuple(timedelta(seconds=seconds) for seconds in (5, 25, 90, 180, 300))
"""How long to wait before each look for a copy of a mail: ten minutes altogether, then somebody is asked."""


class MailSender:
    """The store.sender.Sender of mails to customers.

    secret: seals our Message-IDs; reply_tags: whether answers come to an address that it seals too.
    promises: what may be promised about a ticket at a moment.  clock: reads the time.  null_sender: whether
    automatic mail leaves with the envelope sender <>, so that nobody can answer it by bouncing.  copy_to: who
    gets a copy of every mail, by which the desk sees that it left; journal: where it can be looked for
    besides.  public_address: where customers reach the desk's pages, ends in "/"; "" for nowhere.
    asks_opinion: whether the mail that says it is solved asks if the customer was helped well.  road: what
    mails leave by."""

    patience = Patience(timedelta(minutes=5), timedelta(minutes=66), timedelta(days=5), looks=_LOOKS)

    def __init__(
        self,
        db: Database,
        server: Server,
        *,
        letterhead: Letterhead,
        templates: Templates,
        secret: str,
        promises: Callable[[Ticket, datetime], Promises],
        clock: Callable[[], datetime],
        null_sender: bool = False,
        copy_to: str = "",
        journal: Journal | None = None,
        reply_tags: bool = False,
        public_address: str = "",
        asks_opinion: bool = False,
        road: Road = hand_over,
    ) -> None:
        self._db = db
        self._domain = letterhead.address.rpartition("@")[2]
        self._server = replace(server, hello=server.hello or self._domain)
        self._letterhead = letterhead
        self._templates = templates
        self._secret = secret
        self._promises = promises
        self._clock = clock
        self._null_sender = null_sender
        self._copy_to = copy_to
        self._journal = journal
        self._lookback = Lookback(bool(copy_to), journal)
        self._reply_tags = reply_tags
        self._public_address = public_address
        self._asks_opinion = asks_opinion
        self._road = road

    def send(self, delivery: Delivery) -> str:
        """Mail it; the reference is the Message-ID, or "" where events made the mail pointless."""
        try:
            email, event = self._worded(delivery)
            has_left = email is not None and self._has_left(delivery, event, email)
        except (DeskError, Unavailable) as error:
            raise DeliveryFailed(f"the mail was not worded: {error}", permanent=False) from error
        except (Unsendable, TemplateRefused) as error:
            raise DeliveryFailed(f"the mail was not worded: {error}", permanent=True) from error
        if email is None or has_left:
            return email.message_id if email else ""
        reached(Point.MAIL_WORDED)
        try:
            self._send(email, without_sender=is_automatic(event))
        except DeliveryFailed as failure:
            if failure.wait and delivery.attempts > _HURRIED:
                raise DeliveryFailed(str(failure), permanent=failure.permanent) from failure
            raise
        return email.message_id

    def foresee(self, ticket: Ticket, event: Event) -> Letter:
        """The mail about an event as it would leave now, before anything of it is on record.

        Raises DeskError where it could not be sent."""
        now = self._clock()
        with self._db.read() as session:
            mailed = emails.of_ticket(session, ticket.number)
        try:
            notification = self._composed(ticket, event, mailed, now)
            envelope = self._envelope("", ticket, event, mailed, now, ())
        except (Unsendable, TemplateRefused) as error:
            raise DeskError(f"This mail could not be sent: {error}.") from error
        subject = subject_of(notification, envelope)
        return Letter(self._letterhead.address, (recipient(envelope.to, mailed),), subject, notification.text)

    def prove(self, delivery: Delivery) -> str | None:
        """A mail that was never worded was never sent; any other has left where a copy of it was seen.

        That none was seen proves nothing: then a person has to say."""
        with self._db.read() as session:
            email = emails.of_delivery(session, delivery.id)
        if email is None:
            raise DeliveryFailed("it was interrupted before it was sent", permanent=False)
        if email.proved_at or (self._journal and self._journal.holds(email.message_id)):
            return email.message_id
        if (self._journal or self._copy_to) and delivery.looked + 1 < len(_LOOKS):
            return None  # a copy may take its time
        raise DeliveryUncertain("the mail server did not say whether it took the mail")

    def _send(self, email: Email, *, without_sender: bool) -> None:
        def hand_over(sender: str) -> None:
            raw, to = email.raw or b"", email.address
            self._road(raw, self._server, sender=sender, recipient=to, copy=self._copy_to)

        if self._null_sender and without_sender:
            try:
                return hand_over("")
            except SenderRefused as refused:  # some servers want to know whom they serve, always
                log.warning("automatic mail leaves with our address from now on: %s", refused)
                self._null_sender = False
        return hand_over(self._letterhead.address)

    def arrived(self, session: Session, delivery: Delivery, reference: str, *, at: datetime) -> None:
        """An agent's own words have left: promises count from here, and the thread shows them."""
        if delivery.seq is None:
            return
        if tickets.kind_of(session, delivery.ticket_number, delivery.seq) not in PROVED_MAILS:
            return
        email = emails.of_delivery(session, delivery.id)
        if email is not None:
            ticket = tickets.get(session, delivery.ticket_number)
            ticket.mailed(delivery.seq, recipients=[email.address], by=_BY, at=_left_at(delivery, at))

    def gave_up(
        self, session: Session, delivery: Delivery, reason: str, *, certain: bool, at: datetime
    ) -> None:
        """Tell the agents, but for a mail by the machine that may well have arrived."""
        ticket, event = _about(session, delivery)
        if certain or not is_automatic(event):
            left_at = None if certain else _left_at(delivery, at)
            ticket.mail_failed(event.seq, reason, certain=certain, by=_BY, at=at, left_at=left_at)

    def _has_left(self, delivery: Delivery, event: Event, email: Email) -> bool:
        with self._db.read() as session:
            ticket = tickets.get(session, delivery.ticket_number)
            return self._lookback.has_left(session, ticket, event, email, self._clock())

    def _worded(self, delivery: Delivery) -> tuple[Email | None, Event]:
        """Raises DeliveryFailed where we slept so long that another has it: of who words it, and who finds
        that nobody did and so sends it again, one comes first."""
        with self._db.read() as session:
            outbox.must_be_ours(session, delivery)
            ticket, event = _about(session, delivery)
            if _is_pointless(ticket, event):
                return None, event
            mailed = emails.of_ticket(session, ticket.number)
            kept = next((mail for mail in mailed if mail.delivery == delivery.id), None)
            if kept is not None:
                return kept, event
            email = self._written(delivery, ticket, event, mailed, enclosed(session, ticket, event))
        with self._db.change() as session:
            outbox.must_be_ours(session, delivery)
            emails.keep(session, email)
        return email, event

    def _written(
        self,
        delivery: Delivery,
        ticket: Ticket,
        event: Event,
        mailed: Sequence[Email],
        files: Sequence[Attachment],
    ) -> Email:
        now = self._clock()
        notification = self._composed(ticket, event, mailed, now)
        name = message_id(delivery.id, ticket=ticket.number, secret=self._secret, domain=self._domain)
        envelope = self._envelope(name, ticket, event, mailed, now, files)
        return Email(
            ticket=ticket.number, direction=Direction.OUT, message_id=envelope.message_id,
            address=envelope.to, subject=subject_of(notification, envelope), body=notification.text, at=now,
            delivery=delivery.id, raw=build(notification, envelope, self._letterhead),
            told_response=notification.response, told_recovery=notification.recovery,
        )  # fmt: skip

    def _composed(self, ticket: Ticket, event: Event, mailed: Sequence[Email], now: datetime) -> Notification:
        return compose(
            ticket,
            event,
            templates=self._templates,
            letterhead=self._letterhead,
            promises=self._promises(ticket, now),
            now=now,
            last_mail_at=max((mail.at for mail in mailed if mail.direction is Direction.OUT), default=None),
            told=told(mailed),
            asks_opinion=self._asks_opinion,
            link=self._link(ticket, event),
        )

    def _envelope(
        self,
        name: str,
        ticket: Ticket,
        event: Event,
        mailed: Sequence[Email],
        now: datetime,
        files: Sequence[Attachment],
    ) -> Envelope:
        """name: the Message-ID."""
        to = proposals.addressee(ticket, event)
        return Envelope(
            to=address_of(to),
            name="" if event.kind is Kind.OPENED or to != ticket.customer else ticket.customer_name,
            message_id=name,
            date=now,
            answers=answered(mailed),
            conversation=self._conversation(ticket, mailed, now),
            files=files,
            reply_to=self._reply_to(ticket) if self._reply_tags else "",
            mark=mark_of(ticket, event, Audience.CUSTOMER) if name else "",
        )

    def _conversation(self, ticket: Ticket, mailed: Sequence[Email], now: datetime) -> Conversation:
        theirs = [mail.thread_index for mail in mailed if mail.direction is Direction.IN]
        return answer_to(
            (theirs[-1] if theirs else None) or "",
            topic=subjects.clean(ticket.subject, self._letterhead.prefix),
            name=f"{ticket.number}@{self._domain}",
            opened=ticket.opened_at,
            now=now,
        )

    def _link(self, ticket: Ticket, event: Event) -> str:
        ours = {"secret": self._secret, "public_address": self._public_address}
        if event.kind is Kind.RESOLVED and self._asks_opinion:
            return passes.link_about(ticket, event, **ours)
        asked = proposals.asked_by(ticket, event)
        return passes.link_to(asked, ticket=ticket.number, **ours) if asked else ""

    def _reply_to(self, ticket: Ticket) -> str:
        return reply_address(self._letterhead.address, ticket=ticket.number, secret=self._secret)


def _left_at(delivery: Delivery, at: datetime) -> datetime:
    """When a mail left at the latest that was in doubt until then: before we began to wait and to look."""
    doubted = delivery.state is DeliveryState.UNCERTAIN
    return at - sum(_LOOKS[: delivery.looked + 1], timedelta()) if doubted else at


def _is_pointless(ticket: Ticket, event: Event) -> bool:
    """Whether the customer answered before we came to reminding them."""
    return event.kind is Kind.REMINDED and ticket.status is not Status.WAITING_FOR_CUSTOMER


def _about(session: Session, delivery: Delivery) -> tuple[Ticket, Event]:
    ticket = tickets.get(session, delivery.ticket_number)
    return ticket, ticket.event(delivery.seq or 0)
