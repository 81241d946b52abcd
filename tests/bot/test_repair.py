"""What a person deletes of a ticket in Slack comes back, complete, in order, and without calling anybody."""

import pytest

from desk.actor import Actor
from desk.event import Kind

BOB = Actor.agent("U0BOB", "Bob")
ANNA = Actor.customer("anna@bakery.example", "Anna de Boer")


def roots(slack):
    return [message for message in slack.channel("C0SUPPORT") if message.get("subtype") != "tombstone"]


def texts(message):
    return str(message["blocks"])


@pytest.fixture
def number(desk):
    """A ticket with a thread: Alice took it and noted something, Anna wrote."""
    number = desk.a_ticket()
    desk.deliver()
    desk.click("take", f"{number}:1")
    desk.deliver()
    desk.type(number, "They called as well")
    desk.change(number, lambda ticket: ticket.customer_wrote("And now?", by=ANNA, at=desk.time.now()))
    desk.deliver()
    return number


def settle(desk):
    for _ in range(3):
        desk.deliver()
        desk.time.sleep(3)


def test_a_deleted_card_comes_back_at_once_with_its_whole_thread(desk, slack, number):
    before = desk.place(number)
    assert desk.heard(lambda: slack.remove("Lena", desk.card(number))).status == 200
    assert desk.place(number) is None
    settle(desk)
    [card] = roots(slack)
    assert desk.place(number).ts == card["ts"] != before.ts
    told = [texts(line) for line in slack.thread(card["ts"])]
    assert ["Alice took it" in told[0], "They called as well" in told[1], "And now?" in told[2]] == [True] * 3
    assert all("Repeated · Mon 30 Nov" in each for each in told)
    assert [kind for kind in (e.kind for e in desk.ticket(number).history)] == [
        Kind.OPENED, Kind.TAKEN, Kind.NOTED, Kind.CUSTOMER_WROTE,
    ]  # fmt: skip


def test_what_is_repeated_is_not_sent_to_the_channel(desk, slack):
    number = desk.a_ticket()
    desk.deliver()
    desk.change(number, lambda ticket: ticket.customer_wrote("And now?", by=ANNA, at=desk.time.now()))
    desk.deliver()
    [line] = slack.thread(desk.place(number).ts)
    assert line["subtype"] == "thread_broadcast"
    desk.heard(lambda: slack.remove("Lena", desk.card(number)))
    settle(desk)
    [again] = slack.thread(desk.place(number).ts)
    assert "And now?" in texts(again)
    assert again.get("subtype") != "thread_broadcast"


def test_what_was_not_told_yet_is_told_as_news(desk, slack):
    number = desk.a_ticket()
    desk.deliver()
    desk.change(number, lambda ticket: ticket.customer_wrote("And now?", by=ANNA, at=desk.time.now()))
    desk.heard(lambda: slack.remove("Lena", roots(slack)[0]))
    settle(desk)
    [line] = slack.thread(desk.place(number).ts)
    assert "Repeated" not in texts(line)
    assert line["subtype"] == "thread_broadcast"


def test_a_deleted_line_of_a_thread_comes_back_at_its_end(desk, slack, number):
    place = desk.place(number)
    first = slack.thread(place.ts)[0]
    assert desk.heard(lambda: slack.remove("Lena", first)).status == 200
    settle(desk)
    assert desk.place(number) == place
    told = [texts(line) for line in slack.thread(place.ts)]
    assert "Alice took it" in told[-1]
    assert ["Repeated" in each for each in told] == [False, False, True]


def test_an_event_that_slack_delivers_again_brings_one_card(desk, slack, number):
    card = desk.card(number)
    event = desk.on_its_way(lambda: slack.remove("Lena", card))
    for _ in range(2):
        assert desk.dispatch(event).status == 200
        settle(desk)
    assert len(roots(slack)) == 1
    assert len(slack.thread(desk.place(number).ts)) == 3


def test_a_deleted_note_stays_away(desk, slack, number):
    note = slack.thread(desk.place(number).ts)[1]
    desk.heard(lambda: slack.remove("Alice", note))
    desk.heard(lambda: slack.remove("Lena", desk.card(number)))
    settle(desk)
    assert len(slack.thread(desk.place(number).ts)) == 2
