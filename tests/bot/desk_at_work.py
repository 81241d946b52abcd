"""The desk wired as in production, and what happens in it, in the words of the tests."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from slack_bolt import App, BoltRequest, BoltResponse

from bot import app as bot_app
from bot.fetching import FilesFetcher
from bot.filewire import FileWire
from bot.house import House
from bot.pace import Pace
from bot.parcel import Packer
from bot.people import People, Rights
from bot.posting import CardSender, LeadsSender, ThreadSender
from bot.style import Style
from bot.uploading import FilesSender
from bot.wire import Wire
from desk.actor import Actor, Role
from desk.delivery import Audience
from desk.status import Status
from desk.ticket import Ticket
from mail.attached import Attached
from mail.heads import Heads
from mail.letterhead import Letterhead
from mail.notifications import Templates
from mail.promising import read_promises
from mail.reading import InboundEmail
from mail.reading import read as read_mail
from mail.sending import MailSender
from mail.showable import Rules, shown
from mail.smtp import Server
from sandbox.checker import elements_of
from sandbox.clock import Clock
from sandbox.forms import options_of
from sandbox.visitor import Unanswered
from sla.hours import BusinessHours
from sla.policy import Policy
from store import inbox, outbox, tickets
from store.cards import Place, place_of
from store.courier import Courier
from store.database import Database, Session
from store.sender import Sender
from tests.bot.strict_slack import APP, LEADS, SUPPORT, TEAM, Json, Slack
from tests.week import AMSTERDAM, moment


class Time:
    """The one clock of Slack and the desk, which stands still until it is moved."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    @property
    def at(self) -> datetime:
        return self._clock.now()

    @at.setter
    def at(self, moment: datetime) -> None:
        self._clock.set(moment)

    def now(self) -> datetime:
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        self._clock.turn(timedelta(seconds=seconds))


class AtOnce(Executor):
    """Does what is handed to it before it returns: nothing is still to come when a gesture is over."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as fault:
            done.set_exception(fault)
        return done


class Desk:
    """The desk in its workspace, in the words of the tests."""

    def __init__(self, db: Database, slack: Slack, hours: BusinessHours) -> None:
        self.db, self.slack, self.time, self.hours = db, slack, Time(slack.sandbox.clock), hours
        self.policy = Policy(hours=hours)
        token, api = slack.sandbox.bot_token, slack.sandbox.api_url
        read = bot_app.read_client(token, api=api)
        rights = Rights(SUPPORT, leads=frozenset({"U0LENA"}))
        self.people = People(bot_app.people_client(token, api=api), rights, clock=self.time.now)
        self.style = Style("HD", AMSTERDAM)
        self.write = bot_app.write_client(token, api=api)
        self.house = House(
            db=db, policy=self.policy, people=self.people, slack=self.write, style=self.style,
            clock=self.time.now, app=APP, troubles=lambda: self.troubles, a_mail_takes=2_000_000,
            alike_within=timedelta(days=7), heads=Heads(db),
            addresses=frozenset({"help@desk.example", "sales@sub.desk.example.org"}),
        )  # fmt: skip
        self.troubles: list[str] = []
        self.app: App = bot_app.build(self.house, AtOnce())
        wire = Wire(self.write, read, Pace(clock=self.time.now, sleep=self.time.sleep))
        self.senders = {
            Audience.CARD: CardSender(db, wire, SUPPORT, self.policy, self.style, self.time.now),
            Audience.AGENTS: ThreadSender(
                db, wire, self.policy, self.style, self.time.now, self.house.permalink
            ),
            Audience.LEADS: LeadsSender(
                db, wire, self.policy, self.style, LEADS, rights.mention, self.house.permalink, self.time.now
            ),
        }
        self.courier = Courier(db, self.senders, clock=self.time.now)
        self.pace = Pace(clock=self.time.now, sleep=self.time.sleep)
        self.read = read
        self.files = self.files_courier(FileWire(self.write, read, self.pace, lambda: datetime.now(UTC)))
        self._known: set[str] = set()
        self.listen()

    def files_courier(self, wire: FileWire) -> Courier:
        """What moves files over that wire."""
        attached = Attached(self.db, read_mail)
        packer = Packer(self.db, self.policy, self.style, attached)
        senders: dict[Audience, Sender] = {
            Audience.FILES: FilesSender(self.db, wire, attached, self.style, self.time.now, packer),
            Audience.DESK: FilesFetcher(self.db, wire, attached, 1_000_000, self.time.now),
        }
        return Courier(self.db, senders, clock=self.time.now)

    def deliver_files(self, courier: Courier | None = None) -> int:
        """Let files move that are to move now."""
        moved = (courier or self.files).deliver_due()
        self.slack.line.rest()
        return moved

    def a_mailed_ticket(self, *files: tuple[str, bytes], **rules: Any) -> int:
        """A ticket that Anna opened with a mail and these files; its card and words are in the channel."""
        mail = EmailMessage()
        mail["From"], mail["Subject"] = "Anna de Boer <anna@bakery.example>", "Blank page"
        mail.set_content("The oven page is blank.")
        for name, content in files:
            mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
        read = read_mail(mail.as_bytes())
        assert isinstance(read, InboundEmail)
        with self.db.change() as session:
            arrival = inbox.Arrival(source="test", raw=mail.as_bytes(), at=self.time.now())
            detail = {"inbox": inbox.keep(session, arrival), "files": shown(read.attachments, Rules(**rules))}
            number = self.a_ticket_in(session, detail=detail, confirm=False)
        self.deliver()
        return number

    def listen(self) -> None:
        """Be the one whom Slack reaches."""
        self.slack.line.app = self.app

    def previews(self, undo: timedelta = timedelta(seconds=20)) -> None:
        """Show every mail before it is sent, and let it be taken back for so long."""
        letterhead = Letterhead(name="Helpdesk", address="help@desk.example", zone=AMSTERDAM)
        mailer = MailSender(
            self.db, Server(host="127.0.0.1"), letterhead=letterhead, templates=Templates(), secret="s" * 32,
            promises=lambda ticket, at: read_promises(ticket, self.policy, now=at), clock=self.time.now,
        )  # fmt: skip
        self.house = replace(self.house, undo=undo, foresee=mailer.foresee)
        self.app = bot_app.build(self.house, AtOnce())
        self.listen()

    def without_database(self) -> "Desk":
        """The same desk in the same workspace, whose database cannot be reached."""
        return Desk(Database("postgresql+psycopg://nobody@127.0.0.1:9/none"), self.slack, self.hours)

    # what happens in the world

    def a_ticket(self, status: Status = Status.WAITING_FOR_SUPPORT, **facts: Any) -> int:
        """A ticket of Anna's from Monday 09:00, which came by its status honestly."""
        with self.db.change() as session:
            return self.a_ticket_in(session, status, **facts)

    def a_ticket_in(self, session: Session, status: Status = Status.WAITING_FOR_SUPPORT, **facts: Any) -> int:
        ticket = tickets.add(session, a_ticket(status, **facts))
        self._learn(ticket)
        return ticket.number

    def an_arrival(self, session: Session) -> int:
        """Some mail in the inbox; its id there."""
        kept = inbox.keep(session, inbox.Arrival(source="test", raw=b"raw", at=self.time.now()))
        assert kept is not None
        return kept

    def change(self, number: int, deed: Callable[[Ticket], object]) -> None:
        with self.db.change() as session:
            ticket = tickets.get(session, number)
            deed(ticket)
            self._learn(ticket)

    def ticket(self, number: int) -> Ticket:
        with self.db.read() as session:
            return tickets.get(session, number)

    def owed(self, audience: Audience) -> int:
        """How much is still owed to that audience."""
        with self.db.read() as session:
            return sum(count for (whose, _), count in outbox.counts(session).items() if whose is audience)

    def deliver_only(self, audience: Audience) -> int:
        """Let the outbox send what is due to one audience."""
        sent = Courier(self.db, {audience: self.senders[audience]}, clock=self.time.now).deliver_due()
        self.slack.line.rest()
        return sent

    def deliver(self) -> int:
        """Let the outbox send all that is due now."""
        sent = self.courier.deliver_due()
        self.slack.line.rest()
        return sent

    def card(self, number: int) -> Json:
        """The card of that ticket as it stands in the channel, after everything owed was sent."""
        self.deliver()
        place = self.place(number)
        assert place is not None
        return next(message for message in self.slack.messages if message["ts"] == place.ts)

    def place(self, number: int) -> Place | None:
        with self.db.read() as session:
            return place_of(session, number)

    def _learn(self, ticket: Ticket) -> None:
        """Tell Slack's checker what outsiders wrote: none of it may come alive."""
        theirs = [event for event in ticket.history if event.by.role is Role.CUSTOMER]
        words = {ticket.subject, ticket.client or "", ticket.customer, ticket.customer_name}
        words |= {word for event in theirs for word in (event.text, event.by.key, event.by.name)}
        words |= {str(event.detail) for event in theirs}
        if new := {word for word in words if word} - self._known:
            self.slack.foreign_words(*new)
            self._known |= new

    # what people do

    def click(self, action: str, picture: str, *, by: str = "U0ALICE", **more: Any) -> BoltResponse:
        """Click a button where it stands.  picture: the value it carries.

        A picture that was drawn anew since, and whoever is not in the channel, is as a client shows it that
        has not heard so yet.  more: what Slack would have said otherwise."""
        return self._use(action, picture, by, more)

    def choose(self, action: str, value: str, *, by: str = "U0ALICE", **more: Any) -> BoltResponse:
        """Choose from a list where it stands.  view: in the dialog on top."""
        if "view" in more:
            return self._gesture(lambda: self.slack.click_in_view(by, action, value))
        return self._use(action, value, by, more)

    def forge(self, action: str, value: str, *, by: str = "U0ALICE", **more: Any) -> BoltResponse:
        """Send a click that nobody can make on what stands there."""
        return self.dispatch(self._a_forged_click(action, value, by, **more))

    def a_click(self, action: str, picture: str, *, by: str = "U0ALICE") -> Json:
        """What Slack sends for that click, while it is still on its way."""
        found = self._where(action, picture, by)
        assert found is not None, f"nothing shows {action} with {picture}"
        message, block = found
        return self.on_its_way(lambda: self.slack.click(by, message, action, picture, block))

    def submit(self, values: dict[str, str], *, by: str = "U0ALICE", **more: Any) -> BoltResponse:
        """Fill in the newest dialog and send it; whoever has none open sends that of another."""
        if more or not self.slack.state("views")["views"].get(by):
            return self.dispatch(self.a_submission(values, by, **more))
        return self._gesture(lambda: self.slack.submit(by, values))

    def a_submission(self, values: dict[str, str], by: str = "U0ALICE", **more: Any) -> Json:
        """What Slack sends for it, while it is still on its way."""
        [owner] = self.slack.state("views")["views"]
        body = self.on_its_way(lambda: self.slack.submit(owner, values))
        return body | {"user": {**body["user"], "id": by}} | more

    def open_home(self, by: str = "U0ALICE", *, tab: str = "home") -> Json:
        """Open a tab of the app; what stands on Home then, or nothing."""
        if tab == "home":
            assert self._event(lambda: self.slack.open_home(by)).status == 200
        else:
            event = {"type": "app_home_opened", "user": by, "channel": "D0", "tab": tab}
            assert self.dispatch(self.an_event(event)).status == 200
        return self.slack.homes.get(by, {})

    def refresh_home(self, by: str = "U0ALICE", *, view: Json | None = None) -> BoltResponse:
        """Click the button on Home.  view: what that person looked at, where it is another by now."""

        def click() -> None:
            self.slack.click_in_view(by, "home_refresh", view="home")

        if view is None:
            return self._gesture(click)
        return self.dispatch(self.on_its_way(click) | {"view": view})

    def turn_home(self, place: str, *, to: str = "on", by: str = "U0ALICE") -> Json:
        """Click More (to: "on") or Back below a list of Home; what stands there then."""
        self._gesture(lambda: self.slack.click_in_view(by, f"home_turn_{to}", place, view="home"))
        home: Json = self.slack.homes[by]
        return home

    def ask(self, text: str, *, by: str = "U0ALICE") -> Json:
        """Type /ticket and something; what comes back only to them."""
        if by in self.slack.members():
            response = self._gesture(lambda: self.slack.slash(by, "/ticket", text))
        else:
            form = self.on_its_way(lambda: self.slack.slash("Alice", "/ticket", text))
            response = self.dispatch(form | {"user_id": by})
        assert response.status == 200
        said: Json = json.loads(response.body)
        return said

    def type(self, number: int, text: str, *, by: str = "U0ALICE", **more: Any) -> BoltResponse:
        """Write in the thread of a card."""
        place = self.place(number)
        assert place is not None
        if more or by not in self.slack.members():
            return self.dispatch(self.a_message(number, text, by, **more))
        return self._event(lambda: self.slack.say(by, SUPPORT, text, thread=place.ts))

    def a_message(self, number: int, text: str, by: str = "U0ALICE", **more: Any) -> Json:
        """What Slack sends of a message in the thread of a card, while it is still on its way."""
        place = self.place(number)
        assert place is not None
        writer = by if by in self.slack.members() else "Alice"
        body = self.on_its_way(lambda: self.slack.say(writer, SUPPORT, text, thread=place.ts))
        return body | {"event": body["event"] | {"user": by} | more}

    def an_event(self, event: Json, **more: Any) -> Json:
        """An event of a kind that does not happen in the sandbox."""
        body = self.on_its_way(lambda: self.slack.say("Alice", SUPPORT, "Hm"))
        return body | {"event": event} | more

    def heard(self, do: Callable[[], object]) -> BoltResponse:
        """Let something happen in the workspace; how the desk took the event."""
        return self._event(do)

    def on_its_way(self, do: Callable[[], object]) -> Json:
        """What Slack sends for what somebody does, kept back so that it can come late, twice or changed."""
        line = self.slack.line
        gestures, events = len(line.gestures), len(line.events)
        line.keeps = True
        try:
            with suppress(Unanswered):
                do()
            line.rest()
        finally:
            line.keeps = False
        [(body, _)] = line.gestures[gestures:] + line.events[events:]
        return body

    def dispatch(self, body: Json) -> BoltResponse:
        """Hand a payload to the app as Socket Mode would."""
        return self.app.dispatch(BoltRequest(mode="socket_mode", body=body))

    def _use(self, action: str, carried: str, by: str, more: Json) -> BoltResponse:
        found = None if more else self._where(action, carried, by)
        if found is None:
            return self.forge(action, carried, by=by, **more)
        message, block = found
        return self._gesture(lambda: self.slack.click(by, message, action, carried, block))

    def _where(self, action: str, carried: str, by: str) -> tuple[Json, str] | None:
        """The message and block in which that person finds that control; None where they cannot.

        A card that was never drawn is drawn first; one that is as it was clicked must have the control."""
        if by not in self.slack.members():
            return None
        if (found := self._look_for(action, carried, by)) is not None:
            return found
        if self.place(int(carried.split(":")[0])) is None:
            self.deliver_only(Audience.CARD)
        if (found := self._look_for(action, carried, by)) is not None:
            return found
        picture = ":".join(carried.split(":")[:2])
        drawn = {":".join(value.split(":")[:2]) for *_, value in self._controls(by)}
        assert picture not in drawn, f"what shows {picture} has no {action} for {carried}"
        return None

    def _look_for(self, action: str, carried: str, by: str) -> tuple[Json, str] | None:
        fitting = (
            (message, block)
            for message, block, name, value in self._controls(by)
            if (name, value) == (action, carried)
        )
        return next(fitting, None)

    def _controls(self, by: str) -> Iterator[tuple[Json, str, str, str]]:
        """Every value that can be clicked where that person is: message, block, action, value."""
        places = [one for one in self.slack.state("channels")["channels"] if by in one["members"]]
        for message in (message for place in places for message in place["messages"]):
            for block in message.get("blocks", []):
                for element in elements_of(block):
                    for value in [element, *options_of(element)]:
                        if "value" in value:
                            yield message, block["block_id"], element["action_id"], value["value"]

    def _a_forged_click(self, action: str, value: str, by: str, **more: Any) -> Json:
        """Slack's payload of a click, by hand, with a trigger and an address that work."""
        parts, at = self.slack.sandbox.parts, self.slack.sandbox.clock.ts()
        control = {"type": "button", "value": value, "selected_option": {"value": value}}
        return {
            "type": "block_actions",
            "team": {"id": TEAM},
            "api_app_id": APP,
            "user": {"id": by, "team_id": TEAM},
            "trigger_id": parts.modals.trigger(by),
            "response_url": parts.replies.address(by, SUPPORT),
            "channel": {"id": SUPPORT},
            "message": {"ts": "1.0"},
            "actions": [{"block_id": "b", "action_id": action, "action_ts": at, **control}],
            **more,
        }

    def _gesture(self, do: Callable[[], object]) -> BoltResponse:
        """Let somebody do it; what the desk answered, which Slack then did."""
        self.listen()
        before = len(self.slack.line.gestures)
        with suppress(Unanswered):
            do()
        [(_, response)] = self.slack.line.gestures[before:]
        assert response is not None
        return response

    def _event(self, do: Callable[[], object]) -> BoltResponse:
        self.listen()
        before = len(self.slack.line.events)
        do()
        self.slack.line.rest()
        _, response = self.slack.line.events[before]
        assert response is not None
        return response


def a_ticket(
    status: Status = Status.WAITING_FOR_SUPPORT,
    *,
    subject: str = "Blank page",
    text: str = "The oven page is blank.",
    **facts: Any,
) -> Ticket:
    anna = Actor.customer("anna@bakery.example", facts.pop("name", "Anna de Boer"))
    bob, lena = Actor.agent("U0BOB", "Bob"), Actor.lead("U0LENA", "Lena")
    at = moment("mon 09:00")
    ticket = Ticket.open(by=anna, at=at, subject=subject, text=text, client="Bakery", **facts)
    match status:
        case Status.IN_PROGRESS:
            ticket.take(by=bob, at=at)
        case Status.WAITING_FOR_CUSTOMER:
            ticket.ask("Which browser?", by=bob, at=at)
        case Status.RESOLVED | Status.CLOSED:
            ticket.resolve("Repaired.", by=bob, at=at)
        case Status.CANCELLED:
            ticket.cancel("Duplicate of 41.", by=bob, at=at)
        case _:
            pass
    if status is Status.CLOSED:
        ticket.close(by=lena, at=at)
    return ticket
