"""Senders for the outbox: the card, its thread, the leads' channel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import card, lines, notices, repeated, resembling
from bot.blocks import Post
from bot.lines import Style
from bot.notices import News
from bot.outcome import MessageGone
from bot.people import SlackSilent
from bot.promises import clocks_of, resolves_at
from bot.wire import Wire
from desk.delivery import Delivery
from desk.errors import DeliveryFailed, DeliveryPutOff
from desk.event import Event, Kind
from desk.ticket import Ticket
from sla.notices import may_speak, still_holds
from sla.policy import Policy
from store import absences, cards, drafts, outbox, retelling, tickets
from store.cards import Place
from store.database import Database, Session
from store.outbox import Patience

PATIENCE = Patience(timedelta(seconds=2), timedelta(minutes=5), timedelta(days=30))
"""Slack comes back; until then the outbox waits."""


@dataclass(frozen=True)
class _Sender:
    """What the three have in common.  db: where the tickets are; wire: the calls of Slack."""

    db: Database
    wire: Wire
    patience = PATIENCE

    def arrived(self, session: Session, delivery: Delivery, reference: str, *, at: datetime) -> None:
        """Nothing follows from it."""

    def gave_up(
        self, session: Session, delivery: Delivery, reason: str, *, certain: bool, at: datetime
    ) -> None:
        """The outbox keeps it as dead, with the reason, where /metrics and the log show it."""

    def _event(self, delivery: Delivery) -> tuple[Ticket, Event, Place | None]:
        if delivery.seq is None:
            raise DeliveryFailed("it names no event", permanent=True)
        with self.db.read() as session:
            ticket = tickets.get(session, delivery.ticket_number)
            return ticket, ticket.event(delivery.seq), cards.place_of(session, ticket.number)

    def _place(self, number: int) -> Place | None:
        with self.db.read() as session:
            return cards.place_of(session, number)


@dataclass(frozen=True)
class CardSender(_Sender):
    """Posts a ticket's card, and redraws it where it stands.

    channel: where new cards go.  clock: reads the time.  apart: between two drawings of one card, so that
    many changes at once are one."""

    channel: str
    policy: Policy
    style: Style
    clock: Callable[[], datetime]
    apart: timedelta = timedelta()

    def send(self, delivery: Delivery) -> str:
        """Draw the ticket as it is now.  Where a person deleted the card, a new one is posted."""
        with self.db.read() as session:
            ticket = tickets.get(session, delivery.ticket_number)
            place = cards.place_of(session, ticket.number)
            now = self.clock()
            writers = drafts.writers(session, ticket.number, now=now)
        names = tuple(dict.fromkeys(each.by_name for each in writers))
        at = card.Moment(now, resolves_at(ticket, self.policy), names)
        post = card.draw(ticket, clocks_of(ticket, self.policy, now=now), self.style, at)
        try:
            if place:
                return self.wire.update(place, post)
        except MessageGone:
            with self.db.change() as session:
                cards.forget(session, ticket.number)
                retelling.thread(session, tickets.get(session, ticket.number), at=now)
        return self.wire.post(self.channel, post, token=delivery.token)

    def prove(self, delivery: Delivery) -> str | None:
        """A redrawn card may be drawn again; a new one is looked for in the channel."""
        if self._place(delivery.ticket_number):
            raise DeliveryFailed("drawing it again does no harm", permanent=False, wait=timedelta(0))
        return self.wire.find(self.channel, delivery.token, since=_begun(delivery))

    def arrived(self, session: Session, delivery: Delivery, reference: str, *, at: datetime) -> None:
        """Remember where a new card stands."""
        if reference == delivery.reference:
            if self.apart:
                outbox.rest(session, delivery, until=at + self.apart)
            return  # it was drawn where it stood
        place = cards.place_of(session, delivery.ticket_number)
        if place is None or place.ts != reference:
            cards.keep(session, delivery.ticket_number, Place(self.channel, reference), at=at)


@dataclass(frozen=True)
class ThreadSender(_Sender):
    """Posts what happened into the card's thread.  clock: reads the time.  link: the address of a card."""

    policy: Policy
    style: Style
    clock: Callable[[], datetime]
    link: Callable[[Place], str]

    def send(self, delivery: Delivery) -> str:
        """Post one event, or draw its message anew.  Where the card was deleted, a new one is owed and this
        waits for it."""
        ticket, event, place = self._event(delivery)
        if place is None:
            raise DeliveryFailed("its card is not there yet", permanent=False)
        post = self._drawn(ticket, event)
        if delivery.repeated:
            post = repeated.again(post, ticket, event, self.style)
        if delivery.reference:
            return self._redraw(delivery, place, post)
        if not delivery.repeated and not may_post(ticket, event, self.policy, now=self.clock()):
            return ""
        try:
            return self.wire.post(place.channel, post, token=delivery.token, thread=place.ts)
        except MessageGone as gone:
            card_lost(self.db, ticket.number, at=self.clock())
            raise DeliveryFailed("its card was deleted; a new one comes first", permanent=False) from gone

    def prove(self, delivery: Delivery) -> str | None:
        """Look for it in the thread; what is only drawn anew may be drawn again."""
        _harmless(delivery)
        place = self._place(delivery.ticket_number)
        if place is None:
            return None
        try:
            return self.wire.find(place.channel, delivery.token, since=_begun(delivery), thread=place.ts)
        except MessageGone:
            return None

    def _drawn(self, ticket: Ticket, event: Event) -> Post:
        if event.kind is not Kind.RESEMBLES:
            return lines.draw(ticket, event, self.style)
        with self.db.read() as session:
            found = tickets.some(session, event.detail["others"])
            places = cards.places_of(session, event.detail["others"])
        links = {number: _address(self.link, place) for number, place in places.items()}
        others = {each.number: (each.subject, links.get(each.number, "")) for each in found}
        return resembling.draw(ticket, event, others, self.style)

    def _redraw(self, delivery: Delivery, place: Place, post: Post) -> str:
        try:
            return self.wire.update(Place(place.channel, delivery.reference), post)
        except MessageGone:
            return delivery.reference  # a person deleted it, and that is that


@dataclass(frozen=True)
class LeadsSender(_Sender):
    """Tells the leads' channel of promises and of customers not helped well: together, in one message.

    channel: the leads'.  mention: calls them, in Slack's markup.  link: the address of a card.  clock: reads
    the time."""

    policy: Policy
    style: Style
    channel: str
    mention: str
    link: Callable[[Place], str]
    clock: Callable[[], datetime]
    most = 20

    def send(self, delivery: Delivery) -> str:
        """Draw a message anew, with all that it tells."""
        with self.db.read() as session:
            carried = outbox.together(session, delivery)
        place = Place(self.channel, delivery.reference)
        try:
            return self.wire.update(place, self._drawn([self._news(each) for each in carried]))
        except MessageGone:
            return delivery.reference

    def send_all(self, deliveries: Sequence[Delivery]) -> Mapping[int, str | DeliveryPutOff]:
        """Post one message about all that still hold and whose desk is open."""
        became: dict[int, str | DeliveryPutOff] = {}
        told: dict[int, News] = {}
        for delivery in deliveries:
            news = self._news(delivery)
            try:
                holds = may_tell_leads(news.ticket, news.event, self.policy, now=self.clock())
            except DeliveryPutOff as later:
                became[delivery.id] = later
                continue
            if holds:
                told[delivery.id] = news
        tokens = " ".join(each.token for each in deliveries if each.id in told)
        ts = self.wire.post(self.channel, self._drawn(list(told.values())), token=tokens) if told else ""
        return {each.id: ts if each.id in told else "" for each in deliveries} | became

    def prove(self, delivery: Delivery) -> str | None:
        """Look for it in the channel; what is only drawn anew may be drawn again."""
        _harmless(delivery)
        return self.wire.find(self.channel, delivery.token, since=_begun(delivery))

    def _drawn(self, news: Sequence[News]) -> Post:
        return notices.tell_leads(news, self.style, mention=self.mention)

    def _news(self, delivery: Delivery) -> News:
        ticket, event, place = self._event(delivery)
        with self.db.read() as session:
            away = absences.now_away(session, now=self.clock()).get(ticket.owner or "")
        link = _address(self.link, place) if place else ""
        return News(ticket, event, link, away.until if away else None)


def may_post(ticket: Ticket, event: Event, policy: Policy, *, now: datetime) -> bool:
    """Whether there is still a reason to post it; a warning that came to nothing has none.

    Raises DeliveryPutOff for a warning while the desk is closed."""
    if event.kind is not Kind.WARNED:
        return True
    if not still_holds(ticket, event, policy):
        return False
    _wait_for_opening(ticket, policy, now)
    return True


def may_tell_leads(ticket: Ticket, event: Event, policy: Policy, *, now: datetime) -> bool:
    """The same for the leads, who hear of nothing while the desk is closed.  Raises DeliveryPutOff."""
    if event.kind is not Kind.WARNED:
        _wait_for_opening(ticket, policy, now)
    return may_post(ticket, event, policy, now=now)


def _wait_for_opening(ticket: Ticket, policy: Policy, now: datetime) -> None:
    hours = policy.hours_of(ticket)
    if not may_speak(hours, now):
        raise DeliveryPutOff("the desk is closed", until=hours.next_opening(now))


def card_lost(db: Database, number: int, *, at: datetime) -> None:
    """A person deleted the card of that ticket: a new one is owed, and what its thread told, again."""
    with db.change() as session:
        retelling.card(session, tickets.get(session, number), at=at)


def _address(link: Callable[[Place], str], place: Place) -> str:
    try:
        return link(place)
    except SlackSilent as silent:
        raise DeliveryFailed(str(silent), permanent=False) from silent


def _harmless(delivery: Delivery) -> None:
    if delivery.reference:
        raise DeliveryFailed("drawing it again does no harm", permanent=False, wait=timedelta(0))


def _begun(delivery: Delivery) -> datetime:
    return delivery.first_try_at or delivery.not_before
