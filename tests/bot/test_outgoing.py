"""An agent's files reach the customer: chosen in the window, fetched, and never missing from their mail."""

import json
from datetime import timedelta

import pytest

from bot import forms
from desk.actor import Actor
from desk.delivery import Audience
from desk.event import Kind
from desk.status import Status
from store import files, outbox

OFFER, MANUAL = ("offer.pdf", b"%PDF-1.7 offer"), ("manual.pdf", b"%PDF-1.7 manual")


@pytest.fixture
def number(desk):
    """A ticket of Anna's, whose mail had a file that stands in the thread."""
    number = desk.a_mailed_ticket(OFFER)
    desk.deliver_files()
    return number


def write(desk, number, **values):
    """Alice opens the window, fills it in and sends it; what she is told."""
    desk.click("reply", f"{number}:{desk.ticket(number).version}")
    response = desk.submit({"text": "See the files.", "then": "keep"} | values)
    assert response.status == 200
    return json.loads(response.body) if response.body else {}


def options(view, name="picked"):
    block = next(block for block in view["blocks"] if block.get("block_id") == name)
    return [(each["text"]["text"], each["value"]) for each in block["element"]["options"]]


def may_leave(desk):
    """Whether the mail is due: claimed by nobody else, and with nothing to wait for."""
    with desk.db.change() as session:
        late = desk.time.now() + timedelta(minutes=1)
        return outbox.claim(session, (Audience.CUSTOMER,), now=late, lease=timedelta(0)) is not None


def fetched(desk, number):
    ticket = desk.ticket(number)
    seq = next(event.seq for event in reversed(ticket.history) if event.detail.get("files"))
    with desk.db.read() as session:
        found = files.fetched(session, number, seq)
    return [(found[place].name, found[place].content) for place in sorted(found)]


def test_files_of_the_thread_and_new_ones_are_fetched_before_the_mail_leaves(desk, slack, number):
    desk.heard(
        lambda: slack.say("Bob", "#support", "", thread=desk.place(number).ts, files=[("a.log", b"E")])
    )
    desk.click("reply", f"{number}:1")
    (own, of_bob), (theirs, of_anna) = options(slack.views[-1])
    assert (own[:5], theirs[:9]) == ("a.log", "offer.pdf")

    said = desk.submit(
        {"text": "See.", "then": "keep", "picked": [of_bob, of_anna], "added": [MANUAL]}
    )  # fmt: skip

    assert (said.status, desk.ticket(number).history[-1].kind) == (200, Kind.REPLIED)
    assert not may_leave(desk)
    desk.deliver_files()
    assert fetched(desk, number) == [("a.log", b"E"), OFFER, MANUAL]
    assert may_leave(desk)


@pytest.mark.parametrize(("then", "kind"), [("ask", Kind.ASKED), ("resolve", Kind.RESOLVED)])
def test_a_question_and_a_solution_take_files_along_too(desk, number, then, kind):
    assert write(desk, number, then=then, added=[MANUAL]) == {}
    assert desk.ticket(number).history[-1].kind is kind
    desk.deliver_files()
    assert fetched(desk, number) == [MANUAL]


def test_the_window_for_resolving_takes_files_along(desk, number):
    desk.choose("status", f"{number}:1:{Status.RESOLVED}")
    assert desk.submit({"text": "Repaired.", "added": [MANUAL]}).status == 200
    desk.deliver_files()
    assert fetched(desk, number) == [MANUAL]


def test_a_reply_without_files_waits_for_nothing(desk, number):
    write(desk, number)
    assert desk.owed(Audience.DESK) == 0
    assert may_leave(desk)


def test_more_than_a_mail_takes_is_refused_under_the_field_with_the_reason(desk, number, slack):
    large = ("film.mp4", bytes(2_000_001))
    said = write(desk, number, added=[large])
    assert list(said["errors"]) == ["added"]
    assert "2 MB" in said["errors"]["added"]
    assert [event.kind for event in desk.ticket(number).history] == [Kind.OPENED]


def test_a_file_that_was_deleted_from_the_thread_meanwhile_is_refused(desk, slack, number):
    desk.heard(
        lambda: slack.say("Bob", "#support", "", thread=desk.place(number).ts, files=[("a.log", b"E")])
    )
    message = slack.thread(desk.place(number).ts)[-1]
    desk.click("reply", f"{number}:1")
    picked = options(slack.views[-1])[0][1]
    desk.heard(lambda: slack.remove("Bob", message))
    said = json.loads(desk.submit({"text": "See.", "then": "keep", "picked": [picked]}).body)
    assert "no longer in the thread" in str(said["errors"])


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        ({"method": "files.info", "error": "file_not_found"}, "it was deleted in Slack"),
        ({"method": "download", "status": 404}, "answers 404"),
        ({"method": "download", "status": 403}, "a page to log in"),
    ],
)
def test_a_file_that_cannot_be_had_lets_the_mail_fail_with_the_reason(desk, slack, number, plan, reason):
    write(desk, number, added=[MANUAL])
    slack.fault(**plan)
    desk.deliver_files()
    with desk.db.read() as session:
        state, why = outbox.became_of(session, number, desk.ticket(number).version, Audience.DESK)
    assert (state, reason in why) == ("dead", True)
    assert may_leave(desk)  # and finds out: tests/mail/test_enclosed.py


@pytest.mark.parametrize(
    "plan",
    [
        {"method": "files.info", "error": "internal_error"},
        {"method": "download", "drop": "before"},
        {"method": "download", "drop": "after"},
        {"method": "download", "status": 500},
    ],
)
def test_an_answer_that_is_lost_is_asked_for_again(desk, slack, number, plan):
    write(desk, number, added=[MANUAL])
    slack.fault(**plan)
    desk.deliver_files()
    assert (fetched(desk, number), may_leave(desk)) == ([], False)
    desk.time.at += timedelta(minutes=2)
    desk.deliver_files()
    assert (fetched(desk, number), may_leave(desk)) == ([MANUAL], True)


def test_a_file_too_large_to_send_is_not_fetched(desk, slack, number):
    write(desk, number, added=[("film.mp4", bytes(1_000_001))])  # what this desk's fetcher takes: 1 MB
    desk.deliver_files()
    assert fetched(desk, number) == []
    assert slack.journal("hook", "download") == []


def test_files_that_were_chosen_stay_chosen_when_the_window_is_drawn_anew(desk, slack, number):
    desk.click("reply", f"{number}:1")
    picked = options(slack.views[-1])[0][1]
    bob = Actor.agent("U0BOB", "Bob")
    desk.change(number, lambda ticket: ticket.take(by=bob, at=desk.time.now()))
    said = json.loads(
        desk.submit({"text": "See.", "then": "keep", "picked": [picked], "added": [MANUAL]}).body
    )
    view = said["view"]
    block = next(block for block in view["blocks"] if block.get("block_id") == "picked")
    assert [option["value"] for option in block["element"]["initial_options"]] == [picked]
    assert desk.submit({}).status == 200
    desk.deliver_files()
    assert fetched(desk, number) == [OFFER, MANUAL]


def test_an_app_that_may_not_open_files_offers_those_of_mails_only(desk, slack, number):
    desk.heard(
        lambda: slack.say("Bob", "#support", "", thread=desk.place(number).ts, files=[("a.log", b"E")])
    )
    assert desk.people.home().opens_files
    drawn = forms.reply(desk.ticket(number), forms.KEEP, "HD", opens_files=False)
    assert "added" not in [block.get("block_id") for block in drawn["blocks"]]
    assert [name for name, _ in options(drawn)] == ["offer.pdf (1 kB)"]
