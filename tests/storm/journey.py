"""One journey through the whole desk, whose process dies where it is told to, and is started anew."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

from sandbox.installed import Installed
from sandbox.server import Sandbox
from sandbox.visitor import Visitor
from store import inbox, tables, tickets
from store.database import Database
from terminal.demo import demo_settings
from terminal.setup import MANIFEST
from tests.near import Near
from tests.sound import assert_sound
from tests.storm.clockwork import Clockwork
from tests.storm.people import customer, marker, subject
from tests.storm.replicas import Death, Replica, hits_in
from tests.storm.scene import SETTINGS, Scene, mailbox_of, peopled
from tests.storm.standing import is_quiet

BY_SMTP, BY_IMAP = 0, 1
"""The two customers."""

OFFER = b"%PDF-1.7\n" + b"offer " * 50
LATER = timedelta(days=4)
"""After that the one who was asked has been silent for too long."""


@dataclass
class Journey:
    """What came of it.  reached: how often each point was; died: where the process ended."""

    wrongs: list[str]
    reached: Counter[str]
    died: list[str]


def journey(url: str, folder: Path, dies: Death | None = None) -> Journey:
    """Two customers write, by SMTP and by IMAP; Alice takes one ticket and answers the other; days pass."""
    with Sandbox(
        app=Installed.of(MANIFEST), limits="none", imap=True, retry_delays=(0.1, 1.0, 3.0), sockets_age=False
    ) as world:
        world.deliver_mail_by = "imap"
        hits = folder / "hits"
        hits.write_text("")
        replica = Replica(
            demo_settings(world, url) | SETTINGS | mailbox_of(world), folder / "desk.log", hits=hits
        )
        clocks, visitor, db = Clockwork(world, [replica]), Near(world), Database(url)
        scene = peopled(clocks, db, random.Random(1))
        try:
            with started_anew(replica, dies, hits):
                clocks.start()
                _go(visitor, scene)
            wrongs = scene.verdict_now().wrongs()
            wrongs += _of_files(visitor) + _of_mailbox(db)
        finally:
            clocks.stop()
            replica.kill()
            db.close()
    assert_sound(url)
    met = hits_in(hits)
    return Journey(wrongs, Counter(hit.point for hit in met), [hit.point for hit in met if hit.died])


def _go(visitor: Visitor, scene: Scene) -> None:
    customers, agents, clocks, db = scene.customers, scene.agents, scene.clocks, scene.db
    visitor.fault("chat.postMessage", drop="after")  # so that a message has to be looked for
    visitor.mail(
        customer(BY_IMAP),
        subject=subject(BY_IMAP),
        text=marker("first", BY_IMAP),
        files=[("offer.pdf", OFFER)],
    )
    customers.mailed.append(BY_IMAP)
    customers.write(BY_SMTP)
    agents.take(BY_SMTP)
    agents.reply(BY_IMAP, then="ask", added=[("manual.pdf", OFFER)])
    with_note = visitor.find("#support", subject(BY_IMAP))
    if with_note:
        visitor.say("Bob", "#support", "I know that oven.", thread=with_note)
    clocks.wait_until(lambda: is_quiet(db), "all of the first days is done")
    clocks.turn(LATER)
    clocks.wait_until(lambda: is_quiet(db) and not _due(db, clocks), "what was due later is done")


def _due(db: Database, clocks: Clockwork) -> bool:
    """Whether a ticket waits for a look."""
    with db.read() as session:
        return bool(tickets.needing_attention(session, now=clocks.world.now(), limit=1))


@contextmanager
def started_anew(replica: Replica, dies: Death | None, hits: Path) -> Iterator[None]:
    """Meanwhile it is started whenever it died, to die at those of the points where it has not."""
    over = Event()

    def left() -> Death | None:
        if dies is None:
            return None
        ended = {hit.point for hit in hits_in(hits) if hit.died}
        points = frozenset(point for point in dies.points if point.name not in ended)
        return replace(dies, points=points) if points else None

    def watch() -> None:
        while not over.wait(0.02):
            if not replica.is_alive:
                replica.kill()
                replica.dies = left()
                replica.start()

    replica.dies = dies
    replica.start()
    thread = Thread(target=watch, name="supervisor")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _of_files(visitor: Visitor) -> list[str]:
    card = visitor.find("#support", subject(BY_IMAP))
    shown = Counter(
        file["name"] for each in (visitor.thread(card) if card else []) for file in each.get("files") or []
    )
    return [] if shown["offer.pdf"] == 1 else [f"the offer is shown {shown['offer.pdf']} times"]


def _of_mailbox(db: Database) -> list[str]:
    """I1: the one message that lay there is kept once."""
    with db.read() as session:
        kept = [row for row in session.execute(tables.inbox.select()) if row.source.startswith("imap")]
    settled = all(row.state != inbox.State.NEW for row in kept)
    return [] if len(kept) == 1 and settled else [f"the message of the mailbox is kept {len(kept)} times"]
