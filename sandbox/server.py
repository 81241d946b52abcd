"""Puts the sandbox together and runs it on loopback: Slack, mail, page and control in one event loop."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from sandbox import world
from sandbox.api_chat import Chat
from sandbox.api_files import Files
from sandbox.api_people import People
from sandbox.api_places import Places
from sandbox.api_reactions import Reactions
from sandbox.api_views import Views
from sandbox.arguments import Arguments
from sandbox.clock import Clock
from sandbox.control import Control
from sandbox.delivery import Delivery, Road
from sandbox.doors import OnlyFromHere
from sandbox.faults import Faults
from sandbox.foreign import Foreign
from sandbox.gestures import Gestures
from sandbox.guide import Guide, Step
from sandbox.hooks import Hooks
from sandbox.installed import Installed
from sandbox.journal import Journal
from sandbox.letters import CUSTOMERS
from sandbox.limits import Limits
from sandbox.mailworld import MailWorld, Way
from sandbox.modals import Modals
from sandbox.page import Page
from sandbox.parts import Parts
from sandbox.refused import Json
from sandbox.replies import Replies
from sandbox.signed import SignedPosts
from sandbox.sockets import Sockets
from sandbox.talk import Talk
from sandbox.timekeeper import Due, Timekeeper
from sandbox.webapi import WebApi
from sandbox.wire import Connection
from sandbox.workspace import Workspace

if TYPE_CHECKING:
    from sandbox.imap import Imap

START_SECONDS, ANSWER_SECONDS = 10.0, 30.0
Answer = TypeVar("Answer")


class Sandbox:
    """A workspace and a mail world of one's own, from `start` to `stop` or as a context manager.

    `app` is what was installed and so may do and hear (`Installed.of(manifest)`); by default everything.
    Its clock starts at the moment `at`, and with `stands_still` moves only when it is turned.
    `limits` "none" lets every call through, for storms.  `request_url` chooses signed HTTP delivery instead
    of Socket Mode (also later, by the control API).  `retry_delays` are the seconds before an event that was
    not taken is delivered again.  Each socket is pinged every `ping_seconds` (a client that waits to read
    notices sooner that it was told to close), and is to be renewed every hour of the clock unless
    `sockets_age` is False.
    `imap` opens every mailbox over IMAP too: log in as its address, with `imap_password`."""

    bot_token = "xoxb-sandbox-helpdesk"
    app_token = "xapp-1-A0HELPDESK-sandbox"
    signing_secret = "sandbox-signing-secret"
    desk_address = "help@desk.example"
    imap_password = "sandbox-mailbox"
    team_id, app_id, bot_user_id = world.TEAM, world.APP, world.BOT_USER
    support_channel, leads_channel, leads_group = world.SUPPORT, world.LEADS, world.LEADS_GROUP

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        smtp_port: int = 0,
        imap_port: int = 0,
        *,
        app: Installed | None = None,
        at: datetime | None = None,
        stands_still: bool = False,
        limits: Literal["slack", "none"] = "slack",
        imap: bool = False,
        request_url: str = "",
        ack_seconds: float = 3.0,
        ping_seconds: float = 10.0,
        sockets_age: bool = True,
        retry_delays: Sequence[float] = (0.1, 60.0, 300.0),
    ) -> None:
        self._host, self._ports = host, (port, smtp_port, *([imap_port] if imap else []))
        if imap:
            _imap_class()
        self._request_url, self._ack_seconds, self._retry_delays = request_url, ack_seconds, retry_delays
        self._ping_seconds, self._sockets_age = ping_seconds, sockets_age
        self.clock, self._limits = Clock(at, stands_still=stands_still), limits
        self.app = app or Installed()
        self._ready = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def deliver_mail_to(self) -> tuple[str, int] | None:
        """Where customers' mail goes: the desk's own SMTP listener, (host, port)."""
        return self.parts.mail.deliver_to

    @deliver_mail_to.setter
    def deliver_mail_to(self, address: tuple[str, int] | None) -> None:
        self.parts.mail.deliver_to = address

    @property
    def deliver_mail_by(self) -> Way:
        """Whether customers' mail goes to `deliver_mail_to` over SMTP, or into the desk's mailbox (IMAP)."""
        return self.parts.mail.deliver_by

    @deliver_mail_by.setter
    def deliver_mail_by(self, way: Way) -> None:
        self.parts.mail.deliver_by = way

    @property
    def imap_address(self) -> tuple[str, int]:
        return self.parts.mail.mailboxes().gate.address

    def start(self) -> None:
        """Listen; returns when every server answers."""
        with contextlib.ExitStack() as opened:  # a taken second port must not leave the first one open
            web, *self._mail_sockets = (
                opened.enter_context(socket.create_server((self._host, port))) for port in self._ports
            )
            opened.pop_all()
        self.smtp_address: tuple[str, int] = self._mail_sockets[0].getsockname()[:2]
        self.url = f"http://{self._host}:{web.getsockname()[1]}"
        self.api_url = f"{self.url}/api/"
        self.parts = self._put_together()
        if self._request_url:
            self.parts.delivery.road = self._signed(self._request_url)
        config = uvicorn.Config(
            OnlyFromHere(self._app()),
            http=Connection,
            ws="websockets-sansio",
            ws_ping_interval=self._ping_seconds,
            ws_ping_timeout=30,
            log_config=None,
            log_level="error",
            access_log=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [web]}, name="sandbox")
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise RuntimeError("the sandbox did not start")

    def now(self) -> datetime:
        """What the clock of this world shows: an app that should live by it is given this one."""
        return self.clock.now()

    def follow(self, due: Due, wake: Callable[[], None]) -> None:
        """Know an app that lives by this clock; see Timekeeper.follow."""
        self.parts.timekeeper.follow(due, wake)

    def deliver_by(self, road: Road) -> None:
        """Bring what the app is to hear over this road: to an app in this process, without a socket."""
        self.parts.delivery.road = road

    def at_control(self, ask: Callable[[Control], Coroutine[Any, Any, Answer]]) -> Answer:
        """What the control API answers to whoever is in this process, without the way over HTTP."""
        return asyncio.run_coroutine_threadsafe(ask(self._control), self._loop).result(ANSWER_SECONDS)

    def tell(self, story: Sequence[Step]) -> None:
        """Show a guided story on the page."""
        self.parts.guide.tell(story)

    def stop(self) -> None:
        """Close every connection and wait for the thread."""
        self._server.should_exit = True
        self._thread.join()

    def _put_together(self) -> Parts:
        faults, journal = Faults(), Journal(self.clock)
        workspace, modals = Workspace(self.clock), Modals(self.clock)
        foreign = Foreign(self.url, workspace.has_channel)
        replies, files = Replies(workspace, self.url, foreign), Files(workspace, self.url)
        self._sockets = Sockets(self.clock, journal, ack_seconds=self._ack_seconds, aging=self._sockets_age)
        delivery = Delivery(
            self._sockets, self.clock, journal, faults, self.app, retry_delays=self._retry_delays
        )
        workspace.emit = delivery.event
        methods = {
            **Chat(workspace, self.url, self.app).methods(),
            **Places(workspace).methods(),
            **People(workspace, self.url, self.app).methods(),
            **Reactions(workspace).methods(),
            **Views(workspace, modals, self.app).methods(),
            **files.methods(),
            "apps.connections.open": self._open_connection,
        }
        tokens = {"bot_token": self.bot_token, "app_token": self.app_token}
        limits = Limits(self.clock, on=self._limits == "slack")
        webapi = WebApi(methods, workspace, self.app, faults, limits, foreign, journal, **tokens)
        gestures = Gestures(workspace, modals, replies, delivery, journal, self.app, foreign, files)
        talk, timekeeper = Talk(workspace, journal, files), Timekeeper(self.clock)
        return Parts(
            workspace, modals, files, replies, self._mail_world(journal, faults), self._sockets, delivery,
            gestures, faults, journal, webapi, timekeeper, Guide(), self.app, limits, talk, foreign,
        )  # fmt: skip

    def _mail_world(self, journal: Journal, faults: Faults) -> MailWorld:
        mail = MailWorld(self.clock, journal, faults, desk_address=self.desk_address)
        if len(self._mail_sockets) > 1:
            addresses = [*CUSTOMERS, self.desk_address]
            mail.imap = _imap_class()(journal, faults, addresses=addresses, password=self.imap_password)
        return mail

    def _app(self) -> Starlette:
        page = Page(self.parts, self.desk_address, self.url)
        control = self._control = Control(
            self.parts, desk_address=self.desk_address, listen_at=self._listen_at, root_url=self.url
        )
        parts = self.parts
        hooks = Hooks(parts.replies, parts.files, parts.faults, parts.journal)
        routes: list[BaseRoute] = [
            Route("/api/{method}", self.parts.webapi.answer, methods=["GET", "POST"]),
            WebSocketRoute("/link", self.parts.sockets.serve),
            *hooks.routes(self.bot_token, self.app.scopes),
            *page.routes(),
            Route("/_control/state", control.state),
            Route("/_control/journal", control.journal),
            Route("/_control/{act}", control.act, methods=["POST"]),
        ]
        return Starlette(routes=routes, lifespan=self._lifespan, exception_handlers={500: _own_fault})

    @contextlib.asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        await self.parts.mail.start(*self._mail_sockets)
        self._loop = asyncio.get_running_loop()
        self._loop.call_soon(self._ready.set)
        yield
        await self.parts.mail.stop()
        await self.parts.delivery.stop()
        await self.parts.sockets.stop()

    async def _listen_at(self, request_url: str) -> None:
        """Deliver to that address by signed HTTP from now on, or by Socket Mode when it is empty."""
        if not request_url:
            self.parts.delivery.road = self._sockets
            return
        road = self._signed(request_url)
        if not await road.verify():
            raise ValueError(f"{request_url} did not answer the challenge")
        self.parts.delivery.road = road

    def _signed(self, request_url: str) -> SignedPosts:
        return SignedPosts(request_url, self.signing_secret, ack_seconds=self._ack_seconds)

    def _open_connection(self, call: Arguments) -> Json:
        address = f"{self.url.replace('http', 'ws', 1)}/link?ticket={self._sockets.ticket()}"
        return {"ok": True, "url": f"{address}&app_id={self.app_id}"}


def _imap_class() -> "type[Imap]":
    try:
        from sandbox.imap import Imap
    except ImportError as missing:
        raise RuntimeError(f"IMAP in the sandbox needs pymap ({missing}): pip install pymap") from missing
    return Imap


async def _own_fault(request: Request, wrong: Exception) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"ok": False, "error": "internal_error"}, status_code=500)
    return PlainTextResponse(f"the sandbox itself failed: {wrong!r}\n", status_code=500)
