"""The desk in a whole workspace: real WebSocket, real HTTP, people who click."""

import socket as network
import threading
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
import uvicorn
from prometheus_client import CollectorRegistry

from bot import app as bot_app
from bot import web
from bot.house import House
from bot.pace import Pace
from bot.people import People, Rights
from bot.posting import CardSender, LeadsSender, ThreadSender
from bot.socket import Socket, app_of
from bot.style import Style
from bot.wire import Wire
from desk.actor import Actor
from desk.delivery import Audience
from desk.event import Kind
from desk.priority import Priority
from desk.status import Status
from desk.ticket import Ticket
from sandbox.server import Sandbox
from sandbox.visitor import Visitor, text_of
from sla.clock import attention
from sla.policy import Policy
from store import schema, tickets
from store.courier import Courier
from store.database import Database
from tests.near import Near


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(
        retry_delays=(0.1, 0.1, 0.1), limits="none", ack_seconds=30
    ) as running:  # the desk here does not pace
        yield running


@pytest.fixture
def visitor(sandbox: Sandbox) -> Visitor:
    return Near(sandbox)


class Office:
    """The desk wired as it is in production, but for the loop that delivers."""

    def __init__(self, sandbox: Sandbox, url: str, hours) -> None:
        policy, now = Policy(hours=hours), sandbox.clock.now
        self.now = now
        self.db = Database(url, attention=lambda ticket: attention(ticket, policy))
        schema.upgrade(self.db)
        write = bot_app.write_client(sandbox.bot_token, api=sandbox.api_url)
        read = bot_app.read_client(sandbox.bot_token, api=sandbox.api_url)
        rights = Rights(sandbox.support_channel, leads_group=sandbox.leads_group)
        style = Style("HD", ZoneInfo("Europe/Amsterdam"))
        house = House(
            db=self.db, policy=policy, people=People(read, rights, clock=now), slack=write, style=style,
            clock=now, app=app_of(sandbox.app_token),
        )  # fmt: skip
        self.app = bot_app.build(house)
        wire = Wire(write, read, Pace(clock=now, sleep=lambda seconds: None))
        leads = LeadsSender(
            self.db, wire, policy, style, sandbox.leads_channel, rights.mention, house.permalink, now
        )
        senders = {
            Audience.CARD: CardSender(self.db, wire, rights.channel, policy, style, now),
            Audience.AGENTS: ThreadSender(self.db, wire, policy, style, now, house.permalink),
            Audience.LEADS: leads,
        }
        self._courier = Courier(self.db, senders, clock=now)

    def a_ticket(self, subject: str) -> int:
        carla = Actor.customer("carla@bakkerij.example", "Carla Jansen")
        with self.db.change() as session:
            ticket = Ticket.open(by=carla, at=self.now(), subject=subject, text="It does not heat.")
            return tickets.add(session, ticket).number

    def ticket(self, number: int) -> Ticket:
        with self.db.read() as session:
            return tickets.get(session, number)

    def deliver(self) -> None:
        while self._courier.deliver_due():
            pass


@pytest.fixture(scope="module")
def office(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory, hours) -> Iterator[Office]:
    # One engine is enough: what is tried here are the roads between Slack and the desk.
    office = Office(sandbox, f"sqlite:///{tmp_path_factory.mktemp('office') / 'desk.sqlite3'}", hours)
    yield office
    office.db.close()


@pytest.fixture(scope="module")
def over_a_socket(office: Office, sandbox: Sandbox) -> Iterator[Office]:
    line = Socket(office.app, sandbox.app_token)
    assert line.connect()
    yield office
    line.close()
    assert not line.connected


@pytest.fixture(scope="module")
def over_http(office: Office, sandbox: Sandbox) -> Iterator[Office]:
    visitor = Near(sandbox)
    inlet = web.Inlet(office.app, sandbox.signing_secret, office.now)
    listener = network.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(web.build({}, CollectorRegistry(), inlet), log_config=None, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    visitor.wait_until(lambda: server.started)
    visitor.deliver_events_to(f"http://127.0.0.1:{listener.getsockname()[1]}/slack/events")
    yield office
    visitor.deliver_events_to("")
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module", params=["over_a_socket", "over_http"])
def desk(request: pytest.FixtureRequest) -> Office:
    """The desk, reached by Slack in both ways."""
    return request.getfixturevalue(request.param)


def a_card(desk, visitor, subject):
    number = desk.a_ticket(subject)
    desk.deliver()
    card = visitor.find("#support", subject)
    assert card
    return number, card


def test_when_one_connection_is_renewed_the_desk_is_not_deaf(over_a_socket, visitor):
    number, card = a_card(over_a_socket, visitor, "Renewed")
    visitor.refresh_sockets()
    visitor.click("Alice", card, "take")
    assert over_a_socket.ticket(number).owner == "U0ALICE"


def test_a_ticket_from_card_to_resolved(desk, visitor):
    number, card = a_card(desk, visitor, "Oven to resolved")
    visitor.click("Alice", card, "take")
    assert desk.ticket(number).owner == "U0ALICE"
    desk.deliver()
    card = visitor.again(card)
    assert "In progress" in text_of(card)

    visitor.click("Alice", card, "priority")
    visitor.click_in_view("Alice", "level", "urgent")
    assert "(now" in text_of(visitor.modal_of("Alice"))
    assert visitor.submit("Alice", {"level": "urgent"})["outcome"] == "closed"
    assert desk.ticket(number).priority is Priority.URGENT

    desk.deliver()
    visitor.click("Alice", visitor.again(card), "reply")
    refused = visitor.submit("Alice", {"text": "intern: broke", "then": "ask"})
    assert "intern:" in refused["errors"]["text"]
    assert visitor.submit("Alice", {"text": "Which oven?", "then": "ask"})["outcome"] == "closed"
    assert desk.ticket(number).status is Status.WAITING_FOR_CUSTOMER

    desk.deliver()
    visitor.click("Alice", visitor.again(card), "extend")
    desk.deliver()
    visitor.choose("Alice", visitor.again(card), "status", "✅ Resolved")
    assert visitor.submit("Alice", {"text": "It heats."})["outcome"] == "closed"
    assert desk.ticket(number).status is Status.RESOLVED
    desk.deliver()
    assert [kind for kind in ("taken", "resolved") if kind in str(visitor.thread(card))] == [
        "taken",
        "resolved",
    ]


def test_of_two_agents_the_slower_is_told(desk, visitor):
    number, card = a_card(desk, visitor, "Two agents")
    visitor.click("Bob", card, "take")
    visitor.click("Alice", card, "take")
    assert desk.ticket(number).owner == "U0BOB"
    told = visitor.wait_until(lambda: visitor.ephemerals("Alice"))
    assert "Bob was first" in text_of(told[-1])


def test_a_guest_and_an_outsider_are_refused_politely(desk, visitor):
    number, card = a_card(desk, visitor, "Rights")
    for who in ("Gus", "Otto"):
        visitor.click(who, card, "take")
        assert "only the people of the support team" in text_of(visitor.ephemerals(who)[-1])
    assert desk.ticket(number).owner is None


def test_what_is_typed_in_the_thread_becomes_a_note_and_what_the_desk_types_does_not(desk, visitor):
    number, card = a_card(desk, visitor, "Notes")
    visitor.click("Alice", card, "take")
    desk.deliver()
    visitor.say("Alice", "#support", "They called too", thread=card)
    visitor.wait_until(lambda: desk.ticket(number).history[-1].kind is Kind.NOTED)
    assert [event.text for event in desk.ticket(number).history if event.kind is Kind.NOTED] == [
        "They called too"
    ]


def test_the_command_answers_only_whoever_asked(desk, visitor):
    number, _ = a_card(desk, visitor, "Command")
    visitor.slash("Alice", "/ticket", str(number))
    assert f"HD-{number}" in text_of(visitor.ephemerals("Alice")[-1])


def test_a_reply_that_was_overtaken_comes_back_with_its_words(desk, visitor):
    number, card = a_card(desk, visitor, "Overtaken")
    visitor.click("Alice", card, "reply")
    visitor.click("Bob", card, "take")
    assert visitor.submit("Alice", {"text": "We look at it.", "then": "keep"})["outcome"] == "updated"
    assert "Bob was first" in text_of(visitor.modal_of("Alice"))
    assert visitor.submit("Alice", {"text": "We look at it.", "then": "keep"})["outcome"] == "closed"
    assert desk.ticket(number).history[-1].text == "We look at it."


def test_without_slack_the_desk_waits_and_connects_when_it_can(office, sandbox):
    line = Socket(office.app, "xapp-1-A0HELPDESK-wrong")
    assert line.connect() is False
    assert line.connected is False
    line.close()


@pytest.mark.parametrize(
    ("token", "app"), [("xapp-1-A0HELPDESK-sandbox", "A0HELPDESK"), ("xapp-x", None), ("", None)]
)
def test_the_app_token_names_the_app(token, app):
    assert app_of(token) == app
