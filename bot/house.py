"""What every listener works with, and the one way in which a click changes a ticket."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from slack_sdk import WebClient

from bot.canned import Canned
from bot.click import Click, Overtaken, value
from bot.people import People
from bot.style import Style
from desk.actor import Actor
from desk.delivery import Audience
from desk.errors import Conflict
from desk.event import DECISIVE, Event
from desk.letter import Letter
from desk.priority import Priority
from desk.ticket import Ticket
from sla.policy import Policy
from store import inbox, tickets
from store.cards import Place
from store.database import Database, Session
from store.points import Point, reached

Deed = Callable[[Ticket, datetime], object]

_TRIES = 3


@dataclass(frozen=True)
class House:
    """The desk as seen from Slack.

    slack: the client that writes, without retries.  style: how it writes.  app: Slack's id of this app,
    where it is known.  addresses: those of the desk, which nobody may block.  language, priority: of tickets
    that people write down; alike_within: for how long one may be repeated by the next.  clock: reads the
    time.
    troubles: what keeps mail or deliveries from moving, in words; lead_troubles: what leads alone are to know
    of that.  a_mail_takes: bytes of all files that
    go along with one mail.  undo: for how long a mail can be taken back.  foresee: words a mail as it will
    leave, for its writer to look at before.  write_report: writes a client's report of a month (2026-11);
    desk_of: the desk whose leads answer for a client, by name.  heads: the headers of a mail in the inbox.
    canned: letters to choose from.  acted: called with the id of whoever clicked, once the click is
    committed; mailed: with the ticket and whoever wrote, once a mail that can be taken back is; moved: when
    something became of a channel."""

    db: Database
    policy: Policy
    people: People
    slack: WebClient
    style: Style
    clock: Callable[[], datetime]
    app: str | None = None
    addresses: frozenset[str] = frozenset()
    language: str = "en"
    priority: Priority = Priority.MEDIUM
    alike_within: timedelta = timedelta()
    troubles: Callable[[], list[str]] = list
    lead_troubles: Callable[[], list[str]] = list
    a_mail_takes: int = 18_000_000
    undo: timedelta = timedelta()
    foresee: Callable[[Ticket, Event], Letter] | None = None
    write_report: Callable[[str, str], None] | None = None
    desk_of: Callable[[str], str] = lambda client: ""
    heads: Callable[[int], Sequence[tuple[str, str]]] = lambda inbox: ()
    canned: Sequence[Canned] = ()
    acted: Callable[[str], None] = lambda user: None
    mailed: Callable[[Ticket, Actor], None] = lambda ticket, by: None
    moved: Callable[[], None] = lambda: None

    def act(self, click: Click, actor: Actor, deed: Deed) -> None:
        """Do to the ticket what a click asks for, once; committed when this returns.

        Raises DeskError with words for whoever clicked, Unavailable."""

        def change(session: Session, at: datetime) -> None:
            deed(seen(session, click, actor), at)

        self.once(click.key, change)
        self.acted(actor.key)

    def once(self, key: str, change: Callable[[Session, datetime], object]) -> None:
        """Make one change for this key, in one transaction with the key; a second time nothing happens.

        Who loses a race looks at what the winner did and tries again.  Raises DeskError, Unavailable."""
        for left in reversed(range(_TRIES)):
            try:
                return self._once(key, change)
            except Conflict:
                if not left:
                    raise
        return None

    def offer(self, ticket: Ticket, actor: Actor) -> None:
        """Offer Undo for what was just done, where a mail waits for it."""
        last = ticket.history[-1]
        if any(each.audience is Audience.CUSTOMER and each.not_before > last.at for each in last.deliveries):
            self.mailed(ticket, actor)

    def look(self, click: Click, actor: Actor) -> Ticket:
        """The ticket as it is, for a click that only opens a window.

        Raises DeskError when the picture that was clicked no longer holds, Unavailable."""
        with self.db.read() as session:
            return seen(session, click, actor)

    def channel_of(self, desk: str) -> str:
        """Where the cards of a desk are."""
        return self.people.desk(desk).channel

    def language_of(self, desk: str) -> str:
        """Of the mails of a desk, where nothing else decides."""
        return self.people.desk(desk).language or self.language

    def is_ours(self, channel: str | None) -> bool:
        """Whether cards are there."""
        return any(desk.channel == channel for desk in self.people.desks.values())

    def permalink(self, place: Place) -> str:
        """The address of a message.  Raises SlackSilent."""
        return f"{self.people.home().url}archives/{place.channel}/p{place.ts.replace('.', '')}"

    def _once(self, key: str, change: Callable[[Session, datetime], object]) -> None:
        at = self.clock()
        with self.db.change(urgent=True) as session:
            if inbox.is_first(session, key, at=at):
                change(session, at)
            reached(Point.CLICK_DONE)
        reached(Point.CLICK_COMMITTED)


def seen(session: Session, click: Click, actor: Actor) -> Ticket:
    """The ticket, unless somebody else did something decisive since the picture that was clicked.

    Raises NotFound, Overtaken."""
    known = click.drawn
    ticket = tickets.get(session, click.number)
    while known < ticket.version and _is_no_news(ticket, known + 1, actor):
        known += 1
    try:
        return tickets.get(session, click.number, drawn=known)
    except Conflict as error:
        raise Overtaken(str(error), value(ticket.number, ticket.version, click.choice)) from error


def _is_no_news(ticket: Ticket, seq: int, actor: Actor) -> bool:
    event = ticket.event(seq)
    return event.by.key == actor.key or event.kind not in DECISIVE
