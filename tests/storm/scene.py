"""Where a storm takes place: the world outside, the processes of the desk, their clocks, and people."""

import imaplib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sandbox.installed import Installed
from sandbox.server import Sandbox
from store.database import Database
from terminal.demo import demo_settings
from terminal.setup import MANIFEST
from tests import mailboxes
from tests.near import Near
from tests.sound import assert_sound
from tests.storm.clockwork import Clockwork
from tests.storm.machines import Machines
from tests.storm.people import Agents, Customers
from tests.storm.replicas import Replica
from tests.storm.standing import card_of, is_owed, is_quiet, told
from tests.storm.verdict import Verdict

SETTINGS = {
    "HELPDESK_SLACK__SECONDS_BETWEEN_MESSAGES": "0",
    "HELPDESK_DESK__UNDO_SECONDS": "0",
    "HELPDESK_MAIL__LIMITS__OF_STRANGERS": "1000",
    "HELPDESK_MAIL__LIMITS__CONFIRMATIONS": "1000",
    "HELPDESK_MAIL__SMTP__NULL_SENDER": "false",  # so that machines have somebody to answer
}


@dataclass
class Scene:
    """All who take part."""

    world: Sandbox
    replicas: list[Replica]
    clocks: Clockwork
    db: Database
    customers: Customers
    machines: Machines
    agents: Agents

    def verdict(self) -> Verdict:
        """What came of it, once the desk has done all that it owes."""
        self.clocks.wait_until(lambda: is_quiet(self.db), "the desk has done all that it owes")
        return self.verdict_now()

    def verdict_now(self) -> Verdict:
        """What came of it up to now."""
        return Verdict(self.world, self.db, self.customers, self.agents, self.machines)


def peopled(clocks: Clockwork, db: Database, dice: random.Random) -> Scene:
    """The world and the desk of these clocks, and people and machines for them.  dice: of the customers."""
    world, desks = clocks.world, list(clocks.replicas)
    customers = Customers(desks, world.desk_address, dice, clocks.moves, partial(is_owed, db))
    agents = Agents(Near(world), clocks.moves, partial(card_of, db))
    return Scene(world, desks, clocks, db, customers, Machines(customers, Near(world)), agents)


def mailbox_of(world: Sandbox) -> dict[str, str]:
    """What a desk must be told so that it reads its mailbox there, and again soon after each failure."""
    return mailboxes.mailbox_of(world) | {"HELPDESK_MAIL__IMAP__RETRY_SECONDS": "0.1"}


def marked(world: Sandbox) -> int:
    """How many messages of its mailbox the desk has marked as read."""
    with imaplib.IMAP4(*world.imap_address) as box:
        box.login(world.desk_address, world.imap_password)
        box.select(readonly=True)
        return len(box.search(None, "SEEN")[1][0].split())


@contextmanager
def scene(
    url: str, folder: Path, replicas: int, dice: random.Random, *, imap: bool = False
) -> Iterator[Scene]:
    """Over an empty database; the desk runs.  Its logs are kept in the folder.  imap: it reads a mailbox."""
    with Sandbox(
        app=Installed.of(MANIFEST), limits="none", imap=imap, retry_delays=(0.1, 1.0, 3.0), sockets_age=False
    ) as world:
        settings, db = demo_settings(world, url) | SETTINGS, Database(url)
        if imap:
            world.deliver_mail_by = "imap"  # what customers do not hand in themselves
            settings |= mailbox_of(world)
        desks = [Replica(settings, folder / f"desk{n}.log") for n in range(replicas)]
        clocks = Clockwork(world, desks)
        everybody = peopled(clocks, db, random.Random(dice.random()))
        try:
            for each in desks:
                each.start()
            clocks.start()
            yield everybody
        except AssertionError as stuck:
            raise AssertionError(f"{stuck}; {told(db)}") from stuck
        finally:
            clocks.stop()
            for each in desks:
                each.kill()
            db.close()
    assert_sound(url)
