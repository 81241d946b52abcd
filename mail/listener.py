"""Accept mail over SMTP or LMTP: kept in the database first, acknowledged then."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future
from datetime import datetime
from threading import Thread
from typing import Any, Literal
from weakref import WeakSet

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from mail.addresses import without_tag
from mail.arrival import reached_us
from store import inbox
from store.database import Database, Unavailable
from store.inbox import Arrival
from store.points import Point, reached

log = logging.getLogger(__name__)

_LONGEST_LINE = 1_000_000
"""Bytes.  RFC 5321 allows 1000, and mail programs put a whole HTML page on one line."""

_MOST_RECIPIENTS = 100
_TRY_AGAIN = "451 4.3.0 The desk cannot keep mail just now, try again later"


class Listener:
    """Listens in a thread of its own.

    addresses: whom it takes mail for, with or without a tag (help+tag@...); received_by: mail servers of ours
    that hand mail on to it; port: 0 takes any free one, and `port` tells which after the start; clock: reads
    the time; on_mail: called after each mail that was kept.
    """

    def __init__(
        self,
        db: Database,
        addresses: Iterable[str],
        *,
        clock: Callable[[], datetime],
        host: str = "127.0.0.1",
        port: int = 2525,
        protocol: Literal["smtp", "lmtp"] = "smtp",
        max_bytes: int = 35_000_000,
        received_by: Collection[str] = (),
        on_mail: Callable[[], None] = lambda: None,
    ) -> None:
        self.host = host
        self.port = port
        self._door = _Door(db, frozenset(map(str.lower, addresses)), protocol, clock, received_by, on_mail)
        self._protocol = protocol
        self._max_bytes = max_bytes
        self._connections: WeakSet[SMTP] = WeakSet()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin to accept mail.  Raises OSError where the port cannot be had."""
        started: Future[int] = Future()
        thread = Thread(target=lambda: asyncio.run(self._serve(started)), name="mail listener", daemon=True)
        thread.start()
        self.port = started.result(timeout=30)
        self._thread = thread

    def stop(self) -> None:
        """Hang up and wait until nothing is open.  Whoever got no answer sends the mail again."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
        self._thread = None

    async def _serve(self, started: Future[int]) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        try:
            server = await self._loop.create_server(self._connection, self.host, self.port)
        except OSError as problem:
            started.set_exception(problem)
            return
        started.set_result(server.sockets[0].getsockname()[1])
        await self._stopping.wait()
        server.close()
        for connection in list(self._connections):
            if isinstance(connection.transport, asyncio.WriteTransport):
                connection.transport.abort()

    def _connection(self) -> SMTP:
        kind = _Lmtp if self._protocol == "lmtp" else _Smtp
        connection = kind(
            self._door,
            data_size_limit=self._max_bytes,
            enable_SMTPUTF8=True,
            hostname="helpdesk",  # else every connection asks the name server for ours
            ident="ready",
            loop=self._loop,
        )
        self._connections.add(connection)
        return connection


class _Smtp(SMTP):
    line_length_limit = _LONGEST_LINE


class _Lmtp(LMTP):
    """LMTP answers once for each recipient after the data (RFC 2033), which aiosmtpd does not."""

    line_length_limit = _LONGEST_LINE
    _answers = 1

    async def smtp_DATA(self, arg: str) -> None:
        self._recipients = len(self.envelope.rcpt_tos) if self.envelope else 0
        try:
            await super().smtp_DATA(arg)
        finally:
            self._answers = 1

    async def push(self, status: Any) -> None:
        for _ in range(self._answers):
            await super().push(status)
        if isinstance(status, str) and status.startswith("354"):
            self._answers = self._recipients


class _Door:
    """What aiosmtpd asks at each step; the names are its own."""

    def __init__(
        self,
        db: Database,
        addresses: frozenset[str],
        source: str,
        clock: Callable[[], datetime],
        received_by: Collection[str],
        on_mail: Callable[[], None],
    ) -> None:
        self._db = db
        self._received_by = received_by
        self._addresses = addresses
        self._source = source
        self._clock = clock
        self._on_mail = on_mail

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        known = {address.lower(), without_tag(address.lower())}
        if self._addresses.isdisjoint(known):
            return "550 5.1.1 This is not an address of the desk"
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.original_content or b""
        if not raw.strip():
            return "554 5.6.0 The message is empty"
        at = reached_us(raw, self._received_by, now=self._clock())
        arrival = Arrival(source=self._source, raw=raw, at=at, envelope=_envelope(session, envelope))
        try:
            await asyncio.get_running_loop().run_in_executor(None, self._keep, arrival)
        except Unavailable as problem:
            log.warning("a mail was sent back to its server: %s", problem)
            return _TRY_AGAIN
        self._on_mail()
        return "250 2.0.0 Kept"

    async def handle_exception(self, error: Exception) -> str:
        """aiosmtpd's own answer to a fault is a refusal for good, which would lose the mail."""
        log.error("a fault while mail came in", exc_info=error)
        return _TRY_AGAIN

    def _keep(self, arrival: Arrival) -> None:
        reached(Point.LISTENER_TOOK)
        with self._db.change() as session:
            inbox.keep(session, arrival)
        reached(Point.LISTENER_KEPT)


def _envelope(session: Session, envelope: Envelope) -> dict[str, Any]:
    sender = envelope.mail_from or ""
    peer = session.peer[0] if isinstance(session.peer, tuple) else session.peer
    return {
        "sender": _clean(sender if sender != "<>" else ""),
        "recipients": [_clean(str(recipient)) for recipient in envelope.rcpt_tos],
        "peer": str(peer),
    }


def _clean(text: str) -> str:
    """Without what no database takes: NUL, and bytes that were not UTF-8."""
    return "".join(character for character in text if character.isprintable())
