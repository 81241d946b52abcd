"""A journey through what the desk tells of no ticket, whose process dies where it is told to."""

import json
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from mail import canary
from sandbox.director import Json, NotPossibleHere
from sandbox.installed import Installed
from sandbox.server import Sandbox
from sandbox.visitor import Unanswered, Visitor, buttons_of, text_of
from store import inbox, keepsakes
from store.database import Database
from terminal.demo import demo_settings
from terminal.setup import MANIFEST
from tests.near import Near
from tests.sound import assert_sound
from tests.storm.clockwork import Clockwork, Patience
from tests.storm.journey import started_anew
from tests.storm.people import Agents, Customers, subject
from tests.storm.replicas import Death, Hit, Replica, hits_in
from tests.storm.scene import SETTINGS, mailbox_of, peopled
from tests.storm.standing import is_quiet
from tests.storm.told import Told

FRIDAY, MONDAY, TUESDAY = (datetime(2026, *day, tzinfo=UTC) for day in ((11, 27), (11, 30), (12, 1)))
AT_TEN, AT_HALF_PAST_FOUR, AT_NINE = timedelta(hours=9), timedelta(hours=15, minutes=31), timedelta(hours=8)
"""On the desk's wall in Amsterdam, where it is an hour later."""

BOSS, WATCHER = "baas@bedrijf0.example", "ops@elsewhere.example"
CLIENT, UNTAKEN, WHILE_SHUT, FLOOD = 0, 1, 2, range(10, 33)
"""Customers: one of the client that gets its month, one whose ticket nobody takes, one who writes while Slack
takes nothing, and many at once."""

JOBS = (
    *("crowds", "digest", "week", "anchor", "reports", "report messages", "report mails"),
    *("outages", "canary", "canary outages"),
)
_SETTINGS = {
    "HELPDESK_DESK__DEFAULT_PRIORITY": "high",
    "HELPDESK_WATCH__MAIL_TO": json.dumps([WATCHER]),
    "HELPDESK_WATCH__CANARY": "true",
    "HELPDESK_AUDIT__ANCHOR_IN_SLACK": "true",
    "HELPDESK_CONTRACTS": json.dumps(
        [{"name": "Bakery", "domains": ["bedrijf0.example"], "language": "en", "report_to": BOSS}]
    ),
}
_STEP, _AT_MOST = timedelta(seconds=30), timedelta(minutes=25)


@dataclass
class Rounds:
    """What came of it."""

    wrongs: list[str]
    hits: list[Hit]

    @property
    def reached(self) -> Counter[tuple[str, str]]:
        """How often each point was, by whom."""
        return Counter((hit.point, hit.by) for hit in self.hits)

    @property
    def died(self) -> list[str]:
        return [hit.point for hit in self.hits if hit.died]


def rounds(url: str, folder: Path, dies: Death | None = None) -> Rounds:
    """From a Friday to the Tuesday after: a digest, a week, anchors, Slack shut for a while, a client's month
    that Lena lets go, and many mails at once."""
    hits, anchors = folder / "hits", folder / "anchors"
    hits.write_text("")
    anchors.unlink(missing_ok=True)
    with Sandbox(
        app=Installed.of(MANIFEST), at=FRIDAY + AT_TEN, limits="none", imap=True,
        retry_delays=(0.1, 1.0, 3.0), sockets_age=False,
    ) as world:  # fmt: skip
        world.deliver_mail_by = "imap"
        settings = demo_settings(world, url) | SETTINGS | _SETTINGS | mailbox_of(world)
        settings |= {"HELPDESK_AUDIT__ANCHOR_FILE": str(anchors)}
        replica = Replica(settings, folder / "desk.log", hits=hits, hurried=(*JOBS, "ageing"))
        replica.ahead = (world.now() - datetime.now(UTC)).total_seconds()
        clocks, visitor, db = Clockwork(world, [replica], held=True), Near(world), Database(url)
        scene = peopled(clocks, db, random.Random(1))
        try:
            with started_anew(replica, dies, hits):
                clocks.start()
                _Course(visitor, scene.customers, scene.agents, clocks, db).go()
            wrongs = scene.verdict_now().wrongs()
            wrongs += Told(visitor, db, anchors, hits_in(hits)).wrongs()
        finally:
            clocks.stop()
            replica.kill()
            db.close()
    assert_sound(url)
    return Rounds(wrongs, hits_in(hits))


@dataclass
class _Course:
    """What happens.  It waits for each thing, and goes on without one that does not come."""

    visitor: Visitor
    customers: Customers
    agents: Agents
    clocks: Clockwork
    db: Database

    def go(self) -> None:
        self._friday()
        self._monday()
        self._tuesday()

    def _friday(self) -> None:
        self.customers.write(CLIENT)
        self.customers.write(UNTAKEN)
        self._until(lambda: all(map(self.agents.sees, (CLIENT, UNTAKEN))), "cards")
        self._look_at_home(UNTAKEN)
        self.agents.take(CLIENT)
        self._go_to(FRIDAY + AT_HALF_PAST_FOUR)
        self._until(lambda: all(map(self._direct, ("U0ALICE", "U0BOB", "U0LENA"))), "digests")

    def _monday(self) -> None:
        self._go_to(MONDAY + AT_NINE)
        self._until(lambda: self._in_leads("The week of 23"), "the week")
        self._until(self._is_home, "a canary that found Slack there")
        self.visitor.archive("#support")
        self.customers.write(WHILE_SHUT)
        self._until(lambda: self._mailed("cannot reach Slack"), "a mail that Slack cannot be reached")
        self.visitor.archive("#support", archived=False)
        self._until(lambda: self.agents.sees(WHILE_SHUT), "the card that waited")

    def _tuesday(self) -> None:
        self._go_to(TUESDAY + AT_NINE)
        self._until(self._is_let_go, "the month is let go")
        self._until(self._is_sent_or_asked_about, "the month is sent")
        with ThreadPoolExecutor(len(FLOOD)) as at_once:
            list(at_once.map(self.customers.write, FLOOD))
        self._as_time_stands(self._crowd, "many tickets at once")
        self._until(lambda: is_quiet(self.db) and not self._crowd(), "many tickets are told")
        self._until(lambda: self._mailed("reaches Slack again"), "a mail that Slack is back")
        self._look_at_home(WHILE_SHUT)
        self._until(lambda: self._in_leads(f"Anchor of {TUESDAY:%Y-%m-%d}"), "the last anchor")
        self._until(lambda: is_quiet(self.db) and self._is_home(), "all is done")

    def _go_to(self, moment: datetime) -> None:
        """Turn the clocks, but not over a canary that is on its way, nor over what is told of the day."""
        day = f"Anchor of {self.clocks.world.now():%Y-%m-%d}"
        self._until(lambda: self._is_home() and self._in_leads(day) and is_quiet(self.db), "the day is over")
        self.clocks.turn(moment - self.clocks.world.now())

    def _until(self, look: Callable[[], object], what: str) -> None:
        """Let a little time go by whenever nothing is seen.  Not for ever, for it may be lost; then wait as
        long as anything moves, for a slow machine does little while the clocks go on."""
        patience, gone, tries = Patience(self.clocks.moves, every=0.1), timedelta(), count(1)
        while gone <= _AT_MOST:
            if look():
                return
            if next(tries) % (3 if self._is_idle() else 15) == 0 and self.clocks.replicas[0].answers():
                self.clocks.turn(_STEP)
                gone += _STEP
            patience.spend(what)
        self._as_time_stands(look, what)

    def _is_idle(self) -> bool:
        """Whether no time is needed on the wall: by its clock mailboxes are read, and mails understood."""
        with self.db.read() as session:
            return self._is_home() and not inbox.waiting(session)

    def _as_time_stands(self, look: Callable[[], object], what: str) -> None:
        """Wait without a turn of the clocks, and go on where nothing comes."""
        patience = Patience(self.clocks.moves, every=0.1, still=20)
        with suppress(AssertionError):
            while not look():
                patience.spend(what)

    def _look_at_home(self, n: int) -> None:
        """Alice opens it, and again while nothing is shown: it is not owed to her."""

        def seen() -> bool:
            self.visitor.open_home("Alice")
            with suppress(AssertionError):
                self.visitor.wait_until(lambda: subject(n) in _words(self.visitor.home_of("Alice")), 2)
                return True
            return False

        self._until(seen, "Home")

    def _direct(self, who: str) -> list[Json]:
        return Told.direct(self.visitor, who)

    def _in_leads(self, words: str) -> bool:
        return self.visitor.find("#support-leads", words) is not None

    def _mailed(self, words: str) -> bool:
        return any(words in letter["subject"] for letter in self.visitor.inbox(WATCHER))

    def _is_home(self) -> bool:
        flight = canary.known(self.db)
        return bool(flight.sent) and not flight.since

    def _crowd(self) -> str | None:
        with self.db.read() as session:
            return keepsakes.get(session, "crowd")

    def _is_let_go(self) -> bool:
        message = self.visitor.find("#support-leads", "for Bakery")
        if message is None:
            return False
        with suppress(Unanswered, NotPossibleHere):
            if "send_report" in buttons_of(message):
                self.visitor.click("Lena", message, "send_report")
        return "send_report" not in buttons_of(self.visitor.again(message))

    def _is_sent_or_asked_about(self) -> bool:
        return self._in_leads("Sent to baas") or self._in_leads("Nobody knows whether this mail arrived")


def _words(view: Json) -> str:
    return text_of(view) if view else ""
