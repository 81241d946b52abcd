"""What a day leaves in the log: a line for each event, and no word or address of a customer."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.installed import Installed
from sandbox.server import Sandbox
from sandbox.visitor import Visitor, text_of
from terminal.setup import MANIFEST
from tests.journeys.test_secrets import PATIENCE, Desk, environment
from tests.near import Near

CARLA = "carla@bakkerij-jansen.example"
MARKS = {
    "subject": "Zwartebessenvlaai", "body": "Kruidnagelkoek", "name of a file": "Speculaasplank",
    "bytes of a file": "Roggebroodkorst", "note": "Anijsblokje", "reply": "Hazelnootschuim",
    "answer": "Vanillestokje", "her name": "Carla", "her address": "carla@", "her company": "bakkerij-jansen",
    "refused": "nowhere-at-all",
}  # fmt: skip
"""Words that stand in one place of that day, and nowhere else in the world."""


@pytest.fixture
def world() -> Iterator[Sandbox]:
    with Sandbox(app=Installed.of(MANIFEST), ack_seconds=30) as world:
        yield world


def a_day(desk: Desk, visitor: Visitor) -> None:
    """A mail with a file, a note, a reply, an answer, a search; and a mail that is refused."""
    visitor.wait_until(lambda: '"ready":true' in desk.get("/readyz"), PATIENCE)
    file = (f"{MARKS['name of a file']}.txt", MARKS["bytes of a file"].encode())
    visitor.fault("smtp.rcpt", status=550, error="no such person", recipient=f"{MARKS['refused']}@x.example")
    visitor.mail(CARLA, subject=MARKS["subject"], text=MARKS["body"], files=[file])
    card = visitor.wait_until(lambda: visitor.find("#support", MARKS["subject"]), PATIENCE)
    visitor.say("Alice", "#support", MARKS["note"], thread=card)
    visitor.click("Alice", card, "reply")
    assert visitor.submit("Alice", {"text": MARKS["reply"], "then": "ask"})["outcome"] == "pushed"
    assert visitor.submit("Alice")["outcome"] == "cleared"
    letter = visitor.wait_until(lambda: _letters(visitor, MARKS["reply"]), PATIENCE)[0]
    visitor.reply(letter, MARKS["answer"])
    visitor.slash("Alice", "/ticket", f"find {MARKS['body']}")
    visitor.mail(f"{MARKS['refused']}@x.example", subject="Another matter", text="Something else.")
    visitor.wait_until(
        lambda: any(MARKS["answer"] in text_of(each) for each in visitor.thread(card)), PATIENCE
    )
    visitor.wait_until(lambda: visitor.journal("mail", "refused"), PATIENCE)
    visitor.wait_until(lambda: '"given up"' in _log(desk), PATIENCE)


def _letters(visitor: Visitor, words: str) -> list[Any]:
    return [each for each in visitor.inbox(CARLA) if words in each["text"]]


def _log(desk: Desk) -> str:
    return (desk.folder / "err.log").read_text() + (desk.folder / "out.log").read_text()


def test_the_log_of_a_day_has_a_line_for_each_event_and_no_word_of_a_customer(
    world: Sandbox, database_url: str, tmp_path: Path
) -> None:
    # given a desk that writes down all that it can
    settings = environment(world, database_url, set(), HELPDESK_DESK__UNDO_SECONDS="0")
    desk = Desk(settings, tmp_path, database_url)
    with desk.serving():
        # when people write and answer, and a mail server refuses
        a_day(desk, Near(world))

    # then every line is an object with a moment, in UTC
    lines = [json.loads(line) for line in _log(desk).splitlines()]
    assert all(line["timestamp"].endswith("Z") for line in lines)

    # and what happened can be followed by numbers
    filed = [line for line in lines if line["event"] == "mail filed"]
    assert {line["disposition"] for line in filed} == {"opened", "reply"}
    delivered = [line for line in lines if line["event"] == "delivery" and line["result"] == "arrived"]
    assert {line["audience"] for line in delivered} >= {"card", "agents", "customer", "files"}
    assert all(line["outbox_id"] and line["ticket"] and line["attempt"] for line in delivered)
    clicks = [line for line in lines if line["event"] == "slack request"]
    assert {line["what"] for line in clicks} >= {"block_actions", "view_submission", "command", "message"}

    # and nothing that anybody wrote, and nobody's name, stands there
    for what, mark in MARKS.items():
        assert mark.lower() not in _log(desk).lower(), what
