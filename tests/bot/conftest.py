"""Slack as it looks from the desk: a server on loopback that keeps messages and windows; and a desk in it."""

import itertools
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest
from slack_bolt import App, BoltRequest, BoltResponse

from bot import app as bot_app
from bot.house import House
from bot.lines import Style
from bot.pace import Pace
from bot.people import People, Rights
from bot.posting import CardSender, LeadsSender, ThreadSender
from bot.wire import Wire
from desk.actor import Actor
from desk.delivery import Audience
from desk.status import Status
from desk.ticket import Ticket
from sandbox.checker import check_message, check_metadata, check_view
from sla.calendar import Calendar
from sla.clock import attention, due
from sla.hours import BusinessHours
from sla.policy import Policy
from store import inbox, outbox, tickets
from store.cards import Place, place_of
from store.courier import Courier
from store.database import Database, Session

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 11, 30, tzinfo=AMSTERDAM)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SUPPORT, LEADS, TEAM, APP = "C0SUPPORT", "C0LEADS", "T0HOME", "A0HELPDESK"

Json = dict[str, Any]


def a_person(user: str, name: str, **flags: object) -> Json:
    full = {"deleted": False, "is_bot": False, "is_restricted": False, "is_ultra_restricted": False}
    return {"id": user, "team_id": TEAM, "profile": {"display_name": name}, **full, **flags}


PEOPLE = {
    person["id"]: person
    for person in (
        a_person("U0ALICE", "Alice"),
        a_person("U0BOB", "Bob", locale="nl-NL"),
        a_person("U0LENA", "Lena"),
        a_person("U0NORA", "Nora, not of the desk"),
        a_person("U0GUS", "Gus, a guest", is_restricted=True),
        a_person("U0GIL", "Gil, a guest of one channel", is_ultra_restricted=True),
        a_person("U0OTTO", "Otto, of another company", team_id="T0OTHER", is_stranger=True),
        a_person("U0ODD", "Odd, of another workspace", team_id="T0OTHER"),
        a_person("U0ROBOT", "Robot", is_bot=True),
        {"id": "U0GONE", "team_id": TEAM, "deleted": True, "profile": {}},
    )
}
MEMBERS = [user for user in PEOPLE if user != "U0NORA"]


class Slack:
    """The Web API, as far as the desk uses it.  What it would refuse as a payload fails the test.

    errors: what it answers instead of doing something; lies: the same after it was done; drops: done, and the
    connection is closed without an answer.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, Json]] = []
        self.messages: list[Json] = []
        self.views: list[Json] = []
        self.homes: dict[str, Json] = {}
        self.told: list[Json] = []
        self.members = list(MEMBERS)
        self.errors: list[tuple[str, str, int]] = []
        self.drops: list[str] = []
        self.lies: list[tuple[str, str, int]] = []
        self.refused: list[str] = []
        self._ts = itertools.count(1)
        slack = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                slack.answer(self)

            def log_message(self, *_args: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        raw = request.rfile.read(int(request.headers["Content-Length"] or 0)).decode()
        is_json = raw.startswith("{")
        args = json.loads(raw) if is_json else dict(parse_qsl(raw))
        method = request.path.removeprefix("/api/")
        if request.path == "/response":
            self.told.append(args)
            return _send(request, 200, {"ok": True})
        self.calls.append((method, args))
        error = next((each for each in self.errors if each[0] == method), None)
        if error:
            self.errors.remove(error)
            return _send(request, error[2], {"ok": False, "error": error[1]})
        said = self.said(method, args)
        lie = next((each for each in self.lies if each[0] == method), None)
        if lie:
            self.lies.remove(lie)
            return _send(request, lie[2], {"ok": False, "error": lie[1]})
        if method in self.drops:
            self.drops.remove(method)
            request.connection.shutdown(2)
            return None
        return _send(request, 200, said)

    def said(self, method: str, args: Json) -> Json:
        try:
            return {"ok": True, **getattr(self, method.replace(".", "_"))(args)}
        except Exception as problem:
            self.refused.append(f"{method}: {problem!r} {getattr(problem, 'messages', '')} {vars(problem)}")
            return {"ok": False, "error": "invalid_blocks"}

    def auth_test(self, _args: Json) -> Json:
        return {"team_id": TEAM, "user_id": "U0DESK", "bot_id": "B0DESK", "url": "https://acme.slack.com/"}

    def users_info(self, args: Json) -> Json:
        found = PEOPLE.get(args["user"])
        return {"user": found} if found else {"ok": False, "error": "user_not_found"}

    def conversations_members(self, args: Json) -> Json:
        assert args["channel"] == SUPPORT
        half = len(self.members) // 2
        if args.get("cursor"):
            return {"members": self.members[half:]}
        return {"members": self.members[:half], "response_metadata": {"next_cursor": "more"}}

    def usergroups_users_list(self, _args: Json) -> Json:
        return {"users": ["U0LENA"]}

    def views_open(self, args: Json) -> Json:
        view = _json(args["view"])
        check_view(view, "modal")
        self.views.append(view)
        return {"view": view | {"id": f"V{len(self.views)}", "hash": "1"}}

    views_update = views_open

    def views_publish(self, args: Json) -> Json:
        view, shown = _json(args["view"]), self.homes.get(args["user_id"])
        check_view(view, "home")
        if args.get("hash") and (shown is None or shown["hash"] != args["hash"]):
            return {"ok": False, "error": "hash_conflict"}
        self.homes[args["user_id"]] = view | {"id": f"VH{args['user_id']}", "hash": f"h{next(self._ts)}"}
        return {"view": self.homes[args["user_id"]]}

    def chat_postMessage(self, args: Json) -> Json:
        check_message(args["text"], args["blocks"])
        check_metadata(args["metadata"])
        if (
            any(message["ts"] == args.get("thread_ts") for message in self.messages)
            or "thread_ts" not in args
        ):
            self.messages.append(args | {"ts": f"{1000 + next(self._ts)}.000000"})
            return {"ts": self.messages[-1]["ts"], "channel": args["channel"]}
        return {"ok": False, "error": "thread_not_found"}

    def chat_update(self, args: Json) -> Json:
        check_message(args["text"], args["blocks"], update=True)
        found = next((message for message in self.messages if message["ts"] == args["ts"]), None)
        if found is None:
            return {"ok": False, "error": "message_not_found"}
        found.update(args)
        return {"ts": found["ts"]}

    def chat_delete(self, args: Json) -> Json:
        self.messages = [message for message in self.messages if message["ts"] != args["ts"]]
        return {}

    def chat_postEphemeral(self, args: Json) -> Json:
        self.told.append(args)
        return {}

    def conversations_history(self, args: Json) -> Json:
        assert args["include_all_metadata"] == "1"
        found = [m for m in self.messages if m["channel"] == args["channel"] and "thread_ts" not in m]
        return {"messages": found[::-1]}

    def conversations_replies(self, args: Json) -> Json:
        assert args["include_all_metadata"] == "1"
        return {"messages": [m for m in self.messages if args["ts"] in (m["ts"], m.get("thread_ts"))]}

    def thread(self, ts: str) -> list[Json]:
        return [message for message in self.messages if message.get("thread_ts") == ts]


def _send(request: BaseHTTPRequestHandler, status: int, said: Json) -> None:
    body = json.dumps(said).encode()
    request.send_response(status)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(body)))
    if status == 429:
        request.send_header("Retry-After", "7")
    request.end_headers()
    request.wfile.write(body)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


@pytest.fixture
def slack() -> Iterator[Slack]:
    """A workspace with a support channel; fails the test when it would have refused a payload."""
    workspace = Slack()
    yield workspace
    workspace.close()
    assert workspace.refused == []


@dataclass
class Time:
    """The desk's clock, which stands still until it is moved."""

    at: datetime = field(default_factory=lambda: moment("mon 10:00"))

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def moment(said: str) -> datetime:
    """A moment of the made-up week, 30 November to 6 December 2026: "tue 10:00"."""
    day, clock = said.split()
    date = (MONDAY + timedelta(days=DAYS.index(day))).date()
    return datetime.combine(date, time.fromisoformat(clock), tzinfo=AMSTERDAM).astimezone(UTC)


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
        self.db, self.slack, self.time, self.hours = db, slack, Time(), hours
        self.policy = Policy(hours=hours)
        api = f"{slack.url}/api/"
        read = bot_app.read_client("xoxb-test", api=api)
        rights = Rights(SUPPORT, leads=frozenset({"U0LENA"}))
        self.people = People(read, rights, clock=self.time.now)
        self.style = Style("HD", AMSTERDAM)
        self.write = bot_app.write_client("xoxb-test", api=api)
        self.house = House(
            db=db, policy=self.policy, people=self.people, slack=self.write, style=self.style,
            clock=self.time.now, app=APP, troubles=lambda: self.troubles,
        )  # fmt: skip
        self.troubles: list[str] = []
        self.app: App = bot_app.build(self.house, AtOnce())
        wire = Wire(self.write, read, Pace(clock=self.time.now, sleep=self.time.sleep))
        self.senders = {
            Audience.CARD: CardSender(db, wire, SUPPORT, self.policy, self.style, self.time.now),
            Audience.AGENTS: ThreadSender(db, wire, self.policy, self.style, self.time.now),
            Audience.LEADS: LeadsSender(
                db, wire, self.policy, self.style, LEADS, rights.mention, self.house.permalink, self.time.now
            ),
        }
        self.courier = Courier(db, self.senders, clock=self.time.now)
        self._gestures = itertools.count(1)

    def without_database(self) -> "Desk":
        """The same desk in the same workspace, whose database cannot be reached."""
        return Desk(Database("postgresql+psycopg://nobody@127.0.0.1:9/none"), self.slack, self.hours)

    # what happens in the world

    def a_ticket(self, status: Status = Status.WAITING_FOR_SUPPORT, **facts: Any) -> int:
        """A ticket of Anna's from Monday 09:00, which came by its status honestly."""
        with self.db.change() as session:
            return self.a_ticket_in(session, status, **facts)

    def a_ticket_in(self, session: Session, status: Status = Status.WAITING_FOR_SUPPORT, **facts: Any) -> int:
        return tickets.add(session, a_ticket(status, **facts)).number

    def an_arrival(self, session: Session) -> int:
        """Some mail in the inbox; its id there."""
        kept = inbox.keep(session, inbox.Arrival(source="test", raw=b"raw", at=self.time.now()))
        assert kept is not None
        return kept

    def change(self, number: int, deed: Callable[[Ticket], object]) -> None:
        with self.db.change() as session:
            deed(tickets.get(session, number))

    def ticket(self, number: int) -> Ticket:
        with self.db.read() as session:
            return tickets.get(session, number)

    def owed(self, audience: Audience) -> int:
        """How much is still owed to that audience."""
        with self.db.read() as session:
            return sum(count for (whose, _), count in outbox.counts(session).items() if whose is audience)

    def deliver_only(self, audience: Audience) -> int:
        """Let the outbox send what is due to one audience."""
        return Courier(self.db, {audience: self.senders[audience]}, clock=self.time.now).deliver_due()

    def deliver(self) -> int:
        """Let the outbox send all that is due now."""
        return self.courier.deliver_due()

    def card(self, number: int) -> Json:
        """The card of that ticket as it stands in the channel, after everything owed was sent."""
        self.deliver()
        with self.db.read() as session:
            place = place_of(session, number)
        assert place is not None
        return next(message for message in self.slack.messages if message["ts"] == place.ts)

    def place(self, number: int) -> Place | None:
        with self.db.read() as session:
            return place_of(session, number)

    # what people do

    def click(self, action: str, picture: str, *, by: str = "U0ALICE", **more: Any) -> BoltResponse:
        """Click a button.  picture: the value it carries."""
        return self.dispatch(
            self.a_click({"action_id": action, "type": "button", "value": picture}, by, **more)
        )

    def choose(self, action: str, value: str, *, by: str = "U0ALICE", **more: Any) -> BoltResponse:
        """Choose from a list."""
        chosen = {"action_id": action, "type": "static_select", "selected_option": {"value": value}}
        return self.dispatch(self.a_click(chosen, by, **more))

    def a_click(self, action: Json, by: str, **more: Any) -> Json:
        gesture = next(self._gestures)
        return {
            "type": "block_actions",
            "team": {"id": TEAM},
            "api_app_id": APP,
            "user": {"id": by, "team_id": TEAM},
            "trigger_id": f"trigger{gesture}",
            "response_url": f"{self.slack.url}/response",
            "channel": {"id": SUPPORT},
            "message": {"ts": "1.0"},
            "actions": [{"block_id": "b", "action_ts": f"{gesture}.0"} | action],
            **more,
        }

    def submit(self, values: dict[str, str], *, by: str = "U0ALICE", **more: Any) -> BoltResponse:
        """Fill in the newest window and send it."""
        return self.dispatch(self.a_submission(values, by, **more))

    def a_submission(self, values: dict[str, str], by: str = "U0ALICE", **more: Any) -> Json:
        view = self.slack.views[-1]
        filled = {name: {name: _filled(view, name, value)} for name, value in values.items()}
        return {
            "type": "view_submission",
            "team": {"id": TEAM},
            "api_app_id": APP,
            "user": {"id": by, "team_id": TEAM},
            "view": view | {"id": "V1", "hash": f"h{next(self._gestures)}", "state": {"values": filled}},
            **more,
        }

    def open_home(self, by: str = "U0ALICE", *, tab: str = "home") -> Json:
        """Open a tab of the app; what stands on Home then, or nothing."""
        shown = self.slack.homes.get(by)
        event = {"type": "app_home_opened", "user": by, "channel": "D0", "tab": tab}
        assert self.dispatch(self.an_event(event | ({"view": shown} if shown else {}))).status == 200
        return self.slack.homes.get(by, {})

    def refresh_home(self, by: str = "U0ALICE", **more: Any) -> BoltResponse:
        """Click the button on Home."""
        click = self.a_click({"action_id": "home_refresh", "type": "button", "value": "home"}, by)
        in_home = {"view": self.slack.homes[by] | {"private_metadata": ""}, **more}
        kept = {name: fact for name, fact in click.items() if name not in ("message", "response_url")}
        return self.dispatch(kept | in_home)

    def ask(self, text: str, *, by: str = "U0ALICE") -> Json:
        """Type /ticket and something; what comes back only to them."""
        form = {
            "command": "/ticket", "text": text, "user_id": by, "team_id": TEAM, "api_app_id": APP,
            "channel_id": SUPPORT, "trigger_id": f"trigger{next(self._gestures)}",
            "response_url": f"{self.slack.url}/response",
        }  # fmt: skip
        response = self.dispatch(form)
        assert response.status == 200
        said: Json = json.loads(response.body)
        if "blocks" in said:
            check_message(said["text"], said["blocks"])
        return said

    def type(self, number: int, text: str, *, by: str = "U0ALICE", **more: Any) -> BoltResponse:
        """Write in the thread of a card."""
        return self.dispatch(self.a_message(number, text, by, **more))

    def a_message(self, number: int, text: str, by: str = "U0ALICE", **more: Any) -> Json:
        place = self.place(number)
        assert place is not None
        ts = f"{2000 + next(self._gestures)}.0"
        event = {
            "type": "message", "channel": SUPPORT, "user": by, "text": text, "ts": ts, "thread_ts": place.ts,
        }  # fmt: skip
        return self.an_event(event | more)

    def an_event(self, event: Json, **more: Any) -> Json:
        return {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": APP,
            "event_id": f"Ev{next(self._gestures)}",
            "event": event,
            **more,
        }

    def dispatch(self, body: Json) -> BoltResponse:
        """Hand a payload to the app as Socket Mode would."""
        return self.app.dispatch(BoltRequest(mode="socket_mode", body=body))


def _filled(view: Json, name: str, value: str) -> Json:
    block = next(block for block in view["blocks"] if block.get("block_id") == name)
    if block["element"]["type"] == "static_select":
        return {"type": "static_select", "selected_option": {"value": value}}
    return {"type": "plain_text_input", "value": value or None}


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


@pytest.fixture(scope="session")
def hours() -> BusinessHours:
    """Monday to Friday 09:00-17:00 in Amsterdam, without Dutch holidays."""
    return BusinessHours(Calendar())


@pytest.fixture
def one_engine(tmp_path: Path, sqlite_template: Path) -> str:
    """A database for what has nothing to do with databases: trying it on one engine is enough."""
    file = tmp_path / "helpdesk.sqlite3"
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def desk(database_url: str, slack: Slack, hours: BusinessHours) -> Iterator[Desk]:
    """The desk, on SQLite and on PostgreSQL."""
    policy = Policy(hours=hours)
    database = Database(
        database_url,
        attention=lambda ticket: attention(ticket, policy),
        due=lambda ticket: due(ticket, policy),
    )
    yield Desk(database, slack, hours)
    database.close()


@pytest.fixture
def at() -> Callable[[str], datetime]:
    return moment


@pytest.fixture
def ticket_of() -> Callable[..., Ticket]:
    """Build a ticket without keeping it; its number is 42."""

    def build(*args: Any, **facts: Any) -> Ticket:
        ticket = a_ticket(*args, **facts)
        ticket.number = 42
        return ticket

    return build
