"""Senders for the outbox: the card, its thread, the leads' channel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import card, lines, notices, repeated, resembling
from bot.blocks import Post
from bot.notices import News
from bot.outcome import MessageGone
from bot.people import SlackSilent
from bot.promises import clocks_of, resolves_at
from bot.style import Style
from bot.teller import Teller
from bot.timely import may_post, may_tell_leads
from desk.delivery import Audience, Delivery
from desk.errors import DeliveryFailed, DeliveryPutOff, DeliveryShut
from desk.event import Event, Kind
from desk.ticket import Ticket
from sla.policy import Policy
from store import absences, cards, drafts, outbox, retelling, tickets
from store.cards import Place
from store.database import Database, Session
from store.marks import mark_of


@dataclass(frozen=True)
class CardSender(Teller):
    """Posts a ticket's card, and redraws it where it stands.

    channel: where new cards go.  clock: reads the time.  apart: between two drawings of one card, so that
    many changes at once are one.  elsewhere: the channels of the desks beside the first, by name."""

    channel: str
    policy: Policy
    style: Style
    clock: Callable[[], datetime]
    apart: timedelta = timedelta()
    elsewhere: Mapping[str, str] = field(default_factory=dict)

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
        channel = self._channel_of(ticket.desk)
        try:
            if place:
                return self.wire.update(place, post)
        except MessageGone:
            with self.db.change() as session:
                cards.forget(session, ticket.number)
                retelling.thread(session, tickets.get(session, ticket.number), at=now)
            return self.wire.post(channel, post, token=delivery.token)
        mark = mark_of(ticket, None, Audience.CARD)
        told = self.told_before(delivery, ticket.history[0], mark, channel)
        if told:
            return self.wire.update(Place(channel, told), post)
        return self.wire.post(channel, post, token=delivery.token, mark=mark)

    def prove(self, delivery: Delivery) -> str | None:
        """A redrawn card may be drawn again; a new one is looked for in the channel."""
        if self.place(delivery.ticket_number):
            raise DeliveryFailed("drawing it again does no harm", permanent=False, wait=timedelta(0))
        with self.db.read() as session:
            channel = self._channel_in(session, delivery)
        return self.seen(delivery, channel)

    def arrived(self, session: Session, delivery: Delivery, reference: str, *, at: datetime) -> None:
        """Remember where a new card stands."""
        if reference == delivery.reference:
            if self.apart:
                outbox.rest(session, delivery, until=at + self.apart)
            return  # it was drawn where it stood
        place = cards.place_of(session, delivery.ticket_number)
        if place is None or place.ts != reference:
            channel = self._channel_in(session, delivery)
            cards.keep(session, delivery.ticket_number, Place(channel, reference), at=at)

    def _channel_in(self, session: Session, delivery: Delivery) -> str:
        return self._channel_of(tickets.desk_of(session, delivery.ticket_number) or "")

    def _channel_of(self, desk: str) -> str:
        return self.elsewhere.get(desk, self.channel)


@dataclass(frozen=True)
class ThreadSender(Teller):
    """Posts what happened into the card's thread.  clock: reads the time.  link: the address of a card."""

    policy: Policy
    style: Style
    clock: Callable[[], datetime]
    link: Callable[[Place], str]

    def send(self, delivery: Delivery) -> str:
        """Post one event, or draw its message anew.  Where the card was deleted, a new one is owed and this
        waits for it."""
        ticket, event, place = self.event(delivery)
        if place is None:
            raise DeliveryFailed("its card is not there yet", permanent=False)
        post = self._drawn(ticket, event)
        if delivery.repeated:
            post = repeated.again(post, ticket, event, self.style)
        if delivery.reference:
            return self._redraw(delivery, place, post)
        if not delivery.repeated and not may_post(ticket, event, self.policy, now=self.clock()):
            return ""
        mark = mark_of(ticket, event, Audience.AGENTS)
        try:
            told = self.told_before(delivery, event, mark, place.channel, place.ts)
            if told:
                return told
            return self.wire.post(place.channel, post, token=delivery.token, thread=place.ts, mark=mark)
        except MessageGone as gone:
            card_lost(self.db, ticket.number, at=self.clock())
            raise DeliveryFailed("its card was deleted; a new one comes first", permanent=False) from gone

    def prove(self, delivery: Delivery) -> str | None:
        """Look for it in the thread; what is only drawn anew may be drawn again."""
        _harmless(delivery)
        place = self.place(delivery.ticket_number)
        if place is None:
            return None
        try:
            return self.seen(delivery, place.channel, place.ts)
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
class Leads:
    """Whom a desk warns.  channel: where; mention: calls them, in Slack's markup."""

    channel: str
    mention: str


@dataclass(frozen=True)
class LeadsSender(Teller):
    """Tells the leads' channel of promises and of customers not helped well: together, in one message.

    channel: the leads'.  mention: calls them, in Slack's markup.  link: the address of a card.  clock: reads
    the time.  elsewhere: the leads of the desks beside the first, by name, who get messages of their own."""

    policy: Policy
    style: Style
    channel: str
    mention: str
    link: Callable[[Place], str]
    clock: Callable[[], datetime]
    elsewhere: Mapping[str, Leads] = field(default_factory=dict)
    most = 20

    def send(self, delivery: Delivery) -> str:
        """Draw a message anew, with all that it tells."""
        with self.db.read() as session:
            carried = outbox.together(session, delivery)
        news, mine = [self._news(each) for each in carried], self._leads_of(self._news(delivery))
        told = [each for each in news if self._leads_of(each) == mine]
        try:
            return self.wire.update(Place(mine.channel, delivery.reference), self._drawn(told, mine))
        except MessageGone:
            return delivery.reference

    def send_all(self, deliveries: Sequence[Delivery]) -> Mapping[int, str | DeliveryPutOff | DeliveryShut]:
        """Post one message about all that still hold and whose desk is open.

        What is for other leads than the first of them waits for the next call, which comes at once."""
        news = {delivery.id: self._news(delivery) for delivery in deliveries}
        leads = self._leads_of(news[deliveries[0].id])
        ours = [each for each in deliveries if self._leads_of(news[each.id]) == leads]
        others = [each for each in deliveries if each not in ours]
        later = DeliveryPutOff("it is for other leads, who get a message of their own", until=self.clock())
        became: dict[int, str | DeliveryPutOff | DeliveryShut] = dict.fromkeys([o.id for o in others], later)
        try:
            return became | self._tell(leads, ours, news)
        except DeliveryShut as shut:
            return became | dict.fromkeys([each.id for each in ours], shut)

    def _tell(
        self, leads: Leads, deliveries: Sequence[Delivery], news_of: Mapping[int, News]
    ) -> dict[int, str | DeliveryPutOff | DeliveryShut]:
        became: dict[int, str | DeliveryPutOff | DeliveryShut] = {}
        told: dict[int, News] = {}
        marks: dict[int, str] = {}
        for delivery in deliveries:
            news = news_of[delivery.id]
            try:
                holds = may_tell_leads(news.ticket, news.event, self.policy, now=self.clock())
            except DeliveryPutOff as later:
                became[delivery.id] = later
                continue
            mark = marks[delivery.id] = mark_of(news.ticket, news.event, Audience.LEADS)
            before = self.told_before(delivery, news.event, mark, leads.channel) if holds else None
            if before:
                became[delivery.id] = before
            elif holds:
                told[delivery.id] = news
        tokens = " ".join(each.token for each in deliveries if each.id in told)
        said = " ".join(filter(None, (marks[each] for each in told)))
        drawn = self._drawn([*told.values()], leads) if told else None
        ts = self.wire.post(leads.channel, drawn, token=tokens, mark=said) if drawn else ""
        return {each.id: ts if each.id in told else "" for each in deliveries} | became

    def prove(self, delivery: Delivery) -> str | None:
        """Look for it in the channel; what is only drawn anew may be drawn again."""
        _harmless(delivery)
        channel = self._leads_of(self._news(delivery)).channel
        return self.seen(delivery, channel)

    def _leads_of(self, news: News) -> Leads:
        return self.elsewhere.get(news.ticket.desk, Leads(self.channel, self.mention))

    def _drawn(self, news: Sequence[News], leads: Leads) -> Post:
        return notices.tell_leads(news, self.style, mention=leads.mention)

    def _news(self, delivery: Delivery) -> News:
        ticket, event, place = self.event(delivery)
        with self.db.read() as session:
            away = absences.now_away(session, now=self.clock()).get(ticket.owner or "")
        link = _address(self.link, place) if place else ""
        return News(ticket, event, link, away.until if away else None)


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
