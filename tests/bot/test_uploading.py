"""The files of a customer's mail appear in its thread, once, wherever their way is interrupted."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.filewire import Address, FileWire, Shared
from bot.strip import Strip
from desk.actor import Actor
from desk.delivery import Audience
from desk.event import Kind
from store.cards import Place

PDF, LOG = ("offer.pdf", b"%PDF-1.7 offer"), ("oven.log", b"E42 " * 1000)


def shown_in(desk, number):
    """The names of the files in the thread, message by message."""
    thread = desk.slack.thread(desk.place(number).ts)
    return [[file["name"] for file in one["files"]] for one in thread if one.get("files")]


def until_nothing_is_owed(desk, courier=None):
    for _ in range(60):
        desk.deliver()
        desk.deliver_files(courier)
        if not desk.owed(Audience.FILES):
            return
        desk.time.at += timedelta(minutes=2)
    raise AssertionError("files are still owed")


def test_files_stand_under_the_words_they_came_with(desk, slack):
    number = desk.a_mailed_ticket(PDF, LOG)
    desk.deliver_files()

    words, files = slack.thread(desk.place(number).ts)
    assert "offer.pdf, oven.log" in str(words["blocks"])
    assert shown_in(desk, number) == [["offer.pdf", "oven.log"]]
    assert files["text"].startswith("📎 With the mail of ")
    kept = {file["name"]: file["size"] for file in slack.state()["files"]}
    assert kept == {"offer.pdf": len(PDF[1]), "oven.log": len(LOG[1])}


def test_files_wait_for_the_words_they_came_with(desk):
    desk.a_mailed_ticket()
    anna = Actor.customer("anna@bakery.example", "Anna")
    with_file = {"inbox": 1, "files": [{"name": "a.log", "part": 0, "bytes": 3}]}
    desk.change(1, lambda ticket: ticket.customer_wrote("See log", by=anna, at=desk.time.now(), **with_file))
    assert desk.deliver_files() == 0


@pytest.mark.parametrize("drop", ["before", "after"])
@pytest.mark.parametrize("call", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"])
def test_an_answer_that_is_lost_shows_no_file_twice(desk, slack, call, drop):
    number = desk.a_mailed_ticket(PDF, LOG)
    slack.fault(call, drop=drop)

    until_nothing_is_owed(desk)

    assert shown_in(desk, number) == [["offer.pdf", "oven.log"]]


def test_what_slack_shows_late_is_looked_for_more_than_once(desk, slack):
    number = desk.a_mailed_ticket(PDF)
    slack.fault("files.completeUploadExternal", drop="after")
    slack.fault("conversations.replies", hide=1)

    until_nothing_is_owed(desk)

    assert shown_in(desk, number) == [["offer.pdf"]]
    assert len(slack.asked("files.completeUploadExternal")) == 1


class Killed(BaseException):
    """The process ends here."""


class Mortal(FileWire):
    """A wire whose process is killed over one of its calls.  point: "send" before it, "sent" after it."""

    def __init__(self, desk, point):
        super().__init__(desk.write, desk.read, desk.pace, lambda: datetime.now(UTC))
        self._point = point

    def _reaches(self, point: str) -> None:
        if point == self._point:
            raise Killed(point)

    def address(self, name: str, size: int) -> Address:
        address = super().address(name, size)
        self._reaches("addressed")
        return address

    def send(self, address: Address, content: bytes) -> None:
        self._reaches("send")
        super().send(address, content)
        self._reaches("sent")

    def share(self, files: Sequence[Shared], place: Place, words: str) -> None:
        self._reaches("share")
        super().share(files, place, words)
        self._reaches("shared")


@pytest.mark.both_engines
@pytest.mark.parametrize("point", ["addressed", "send", "sent", "share", "shared"])
def test_a_desk_that_is_killed_between_the_steps_goes_on_where_it_was(desk, point):
    number = desk.a_mailed_ticket(PDF, LOG)
    with pytest.raises(Killed):
        desk.deliver_files(desk.files_courier(Mortal(desk, point)))
    desk.time.at += timedelta(minutes=2)  # its lease runs out

    until_nothing_is_owed(desk)

    assert shown_in(desk, number) == [["offer.pdf", "oven.log"]]


def test_more_files_than_one_message_shows_are_split(desk):
    number = desk.a_mailed_ticket(*((f"page-{n:02}.txt", b"x") for n in range(12)))
    until_nothing_is_owed(desk)
    assert [len(names) for names in shown_in(desk, number)] == [10, 2]


def test_a_file_that_could_run_is_named_in_one_line_and_not_uploaded(desk, slack):
    number = desk.a_mailed_ticket(PDF, ("setup.exe", b"MZ"))
    until_nothing_is_owed(desk)
    said = str(slack.thread(desk.place(number).ts)[0]["blocks"])
    assert "not put into Slack: setup.exe (it could run on your computer)" in said
    assert shown_in(desk, number) == [["offer.pdf"]]


def test_files_that_cannot_be_uploaded_hold_back_no_words_and_the_thread_says_so(desk, slack):
    number = desk.a_mailed_ticket(PDF)
    slack.fault("upload", status=500, times=2)
    desk.deliver_files()
    desk.change(number, lambda ticket: ticket.take(by=Actor.agent("U0BOB", "Bob"), at=desk.time.now()))
    desk.deliver()
    assert "took it" in str(slack.thread(desk.place(number).ts)[-1])

    desk.time.at += timedelta(days=4)
    desk.deliver_files()
    desk.deliver()

    missed = [event for event in desk.ticket(number).history if event.kind is Kind.FILES_MISSED]
    assert len(missed) == 1
    assert "did not make it here" in str(slack.thread(desk.place(number).ts)[-1])


def test_a_missing_scope_closes_only_the_road_of_files_and_says_what_to_do(desk, slack):
    number = desk.a_mailed_ticket(PDF)
    slack.fault("files.getUploadURLExternal", error="missing_scope")
    desk.deliver_files()
    assert "install the app again" in desk.files.closed_because
    assert desk.courier.closed_because == ""
    slack.fault("files.getUploadURLExternal", error="missing_scope")
    desk.time.at += timedelta(minutes=1)
    desk.deliver_files()
    now, late = desk.time.now, timedelta(minutes=5)
    strip = Strip(desk.db, (), lambda: "", {"files": desk.files}, desk.style.zone, now, late)
    assert strip.lines()[0].startswith("Files between mail and Slack wait since Mon 30 Nov 10:00: Slack says")

    desk.time.at += timedelta(minutes=1)
    until_nothing_is_owed(desk)
    assert shown_in(desk, number) == [["offer.pdf"]]


def test_under_a_new_card_files_are_shown_when_it_stands(desk, slack):
    number = desk.a_mailed_ticket(PDF)
    old = desk.card(number)
    for message in [*slack.thread(old), old]:
        slack.remove("Lena", message)

    until_nothing_is_owed(desk)

    assert desk.place(number).ts != old["ts"]
    assert shown_in(desk, number) == [["offer.pdf"]]
