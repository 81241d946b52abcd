"""The desk mails itself through the whole path, and the leads hear of a mail server that loses mail."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.request import urlopen

import pytest

from sandbox.server import Sandbox
from sandbox.visitor import Visitor
from store import tickets
from tests.mailboxes import mailbox_alone

LENA = "lena@desk.example"
TESTED = "The test mail that the desk sent to itself"
PATIENCE = 60


@pytest.fixture
def world() -> Iterator[Sandbox]:
    with Sandbox(imap=True, ack_seconds=30) as sandbox:
        sandbox.deliver_mail_by = "imap"
        yield sandbox


def figures(desk: Any, clock: Any) -> dict[str, float]:
    """What the desk says of its canary, after it has looked."""
    for job in ("canary", "canary outages"):
        desk.parts.scheduler.wake(job)
    clock.ahead += timedelta(seconds=16)  # a count is shown again for a while
    with urlopen(f"{desk.web}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    told = (line.split() for line in lines if line.startswith("canary_"))
    return {name: float(value) for name, value in told}


def reads(visitor: Visitor, person: str, count: int) -> bool:
    """Whether so many lines about the test mail stand on the Home of somebody who opens it again."""
    visitor.open_home(person)
    blocks = visitor.home_of(person).get("view", visitor.home_of(person)).get("blocks", [])
    return bool(blocks) and sum(TESTED in str(block) for block in blocks) == count


def swallowed(visitor: Visitor) -> list[dict[str, Any]]:
    return [each for each in visitor.journal("mail", "received") if each["detail"]["to"] == []]


def test_a_canary_comes_home_and_one_that_is_swallowed_is_told_to_the_leads(
    start: Callable[..., Any], world: Sandbox, visitor: Visitor, clock: Any
) -> None:
    # given a desk that mails itself
    canary = {"HELPDESK_WATCH__CANARY": "true", "HELPDESK_WATCH__MAIL_TO": LENA}
    desk = start(**canary, **mailbox_alone(world))

    # when its mail comes back
    visitor.wait_until(lambda: figures(desk, clock)["canary_last_home_timestamp"], seconds=PATIENCE)

    # then nobody hears of it, and it is no ticket
    assert figures(desk, clock)["canary_late"] == 0
    with desk.parts.db.read() as session:
        assert not tickets.count(session)
    visitor.wait_until(lambda: reads(visitor, "Lena", 0), seconds=PATIENCE)

    # and when the mail server loses the next one
    visitor.swallow_mail(world.desk_address)
    clock.ahead += timedelta(minutes=61)
    visitor.wait_until(lambda: figures(desk, clock) and swallowed(visitor), seconds=PATIENCE)
    clock.ahead += timedelta(minutes=16)

    # then the figures, the Home of a lead and a mail say so; agents have other things to do
    visitor.wait_until(lambda: figures(desk, clock)["canary_late"], seconds=PATIENCE)
    visitor.wait_until(lambda: figures(desk, clock) and visitor.inbox(LENA), seconds=PATIENCE)
    assert visitor.inbox(LENA)[0]["subject"] == "Mail of the helpdesk may be stuck"
    visitor.wait_until(lambda: reads(visitor, "Lena", 1), seconds=PATIENCE)
    visitor.wait_until(lambda: reads(visitor, "Alice", 0), seconds=PATIENCE)

    # and when mail goes its way again, that is told too
    visitor.swallow_mail()
    clock.ahead += timedelta(minutes=11)
    visitor.wait_until(lambda: not figures(desk, clock)["canary_late"], seconds=PATIENCE)
    visitor.wait_until(lambda: figures(desk, clock) and len(visitor.inbox(LENA)) == 2, seconds=PATIENCE)
    assert visitor.inbox(LENA)[1]["subject"] == "Mail of the helpdesk goes its way again"
    visitor.wait_until(lambda: reads(visitor, "Lena", 0), seconds=PATIENCE)
