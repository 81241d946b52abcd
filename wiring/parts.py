"""The parts of a running desk: how it begins, and how it ends in time."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Event, Thread

from starlette.applications import Starlette

from bot.people import People
from bot.socket import Socket
from config import Config
from mail.intake import Intake
from mail.listener import Listener
from mail.mailbox import Mailbox
from mail.reader import Reader
from sla.policy import Policy
from sla.scheduler import Scheduler
from store.courier import Courier
from store.database import Database, Unavailable

_FINISHES = 6.0
"""Seconds in which what is under way may end; Slack and mail servers mostly answer sooner."""

_HANGS_UP = 2.0
"""Seconds in which a mailbox is left politely."""

log = logging.getLogger(__name__)


@dataclass
class Parts:
    """Every part of a running desk, wired by hand.

    clock: reads the time; the demo and the tests turn it."""

    config: Config
    db: Database
    policy: Policy
    people: People
    web: Starlette
    scheduler: Scheduler
    couriers: Mapping[str, Courier]
    reader: Reader
    intake: Intake
    socket: Socket | None = None
    listener: Listener | None = None
    mailboxes: tuple[Mailbox, ...] = ()
    _stop: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def start(self) -> None:
        """Open the ways in and begin to work; the web application is served by whoever calls."""
        if self.listener:
            self.listener.start()
        for mailbox in self.mailboxes:
            self._threads.append(Thread(target=mailbox.run, args=(self._stop,), name=mailbox.name))
        for thread in self._threads:
            thread.start()
        self.scheduler.start()

    def stop(self) -> bool:
        """Begin nothing more, finish what is under way, and let go of everything; whether all of it ended.

        What hangs is given seconds, and then left to whoever comes next."""
        self._stop.set()
        self.intake.stop()
        for courier in self.couriers.values():
            courier.stop()
        ended = self.scheduler.stop(within=_FINISHES)  # first: one of its jobs opens the socket
        self._let_go()
        if self.socket:
            self.socket.close()
        if self.listener:
            self.listener.stop()
        for thread in self._threads:
            thread.join(timeout=_HANGS_UP)
        if ended:
            self.reader.stop()
        self.db.close()
        return ended and not any(thread.is_alive() for thread in self._threads)

    def _let_go(self) -> None:
        try:
            for courier in self.couriers.values():
                courier.let_go()
            for mailbox in self.mailboxes:
                mailbox.let_go()
        except Unavailable as problem:
            log.warning("what was claimed is free again when its lease is over: %s", problem)
