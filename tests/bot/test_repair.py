"""What a person deletes of a ticket in Slack comes back, complete, in order, and without calling anybody."""

from datetime import timedelta

import pytest

from bot import missing
from bot.missing import BRING_BACK
from desk.actor import Actor
from desk.delivery import Audience
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
    kinds = [event.kind for event in desk.ticket(number).history]
    assert kinds == [Kind.OPENED, Kind.TAKEN, Kind.NOTED, Kind.CUSTOMER_WROTE]


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


def lost(slack, message):
    """A person deletes it, and no event tells the desk."""
    slack.fault("event.message", never=True)
    slack.remove("Lena", message)


def repaired(desk, number):
    with desk.db.change() as session:
        return missing.owe(session, missing.look(desk.db, desk.read, number), at=desk.time.now())


def test_a_look_finds_that_all_is_there(desk, number):
    assert not missing.look(desk.db, desk.read, number)
    assert repaired(desk, number) is False


def test_a_look_finds_a_card_that_is_gone_and_brings_it_back_complete(desk, slack, number):
    lost(slack, desk.card(number))
    assert missing.look(desk.db, desk.read, number).card
    assert repaired(desk, number)
    settle(desk)
    [card] = roots(slack)
    assert len(slack.thread(card["ts"])) == 3
    assert not missing.look(desk.db, desk.read, number)


def test_a_look_finds_a_card_without_a_thread_that_is_gone(desk, slack):
    number = desk.a_ticket()
    lost(slack, desk.card(number))
    assert repaired(desk, number)
    settle(desk)
    assert len(roots(slack)) == 1


def test_a_look_finds_a_line_that_is_gone(desk, slack, number):
    line = slack.thread(desk.place(number).ts)[0]
    lost(slack, line)
    assert missing.look(desk.db, desk.read, number).lines == {line["ts"]}
    assert repaired(desk, number)
    settle(desk)
    assert "Alice took it" in texts(slack.thread(desk.place(number).ts)[-1])


def test_what_was_found_missing_and_came_back_meanwhile_is_not_brought_twice(desk, slack, number):
    lost(slack, desk.card(number))
    found = missing.look(desk.db, desk.read, number)
    assert repaired(desk, number)
    settle(desk)
    with desk.db.change() as session:
        assert missing.owe(session, found, at=desk.time.now()) is False


def test_the_command_offers_to_bring_back_a_card_that_is_gone_and_only_then(desk, slack, number):
    assert BRING_BACK not in str(desk.ask(str(number)))
    card = desk.card(number)
    lost(slack, card)
    said = desk.ask(str(number))
    assert "Bring the card back" in str(said)
    picture = f"{number}:{desk.ticket(number).version}:{card['ts'].replace('.', '_')}"
    for again in ("comes back", "back already"):
        assert desk.forge(BRING_BACK, picture).status == 200
        assert again in slack.told[-1]["text"]
        settle(desk)
    assert len(roots(slack)) == 1


def test_slack_that_does_not_say_is_no_reason_to_offer_it(desk, slack, number):
    slack.fault("conversations.replies", error="internal_error")
    assert BRING_BACK not in str(desk.ask(str(number)))


def test_an_archived_channel_holds_everything_and_it_goes_out_in_order_afterwards(desk, slack, number):
    slack.archive("#support")
    desk.change(number, lambda ticket: ticket.customer_wrote("One", by=ANNA, at=desk.time.now()))
    desk.change(number, lambda ticket: ticket.customer_wrote("Two", by=ANNA, at=desk.time.now()))
    other = desk.a_ticket()
    began = desk.time.now()
    for _ in range(20):
        desk.deliver()
        desk.time.sleep(40)
    assert desk.courier.closed_since - began < timedelta(seconds=5)
    assert "is_archived" in desk.courier.closed_because
    slack.archive("#support", archived=False)
    settle(desk)
    told = [texts(line) for line in slack.thread(desk.place(number).ts)]
    assert ["One" in told[-2], "Two" in told[-1]] == [True, True]
    assert desk.place(other) is not None
    assert desk.courier.open_since is not None


def test_a_bot_that_was_removed_tells_all_once_it_is_invited_again(desk, slack, number):
    slack.invite("#support", "Helpdesk", there=False)
    desk.change(number, lambda ticket: ticket.customer_wrote("One", by=ANNA, at=desk.time.now()))
    desk.deliver()
    assert "not_in_channel" in desk.courier.closed_because
    slack.invite("#support", "Helpdesk")
    desk.time.sleep(31)
    desk.deliver()
    assert "One" in texts(slack.thread(desk.place(number).ts)[-1])
    assert desk.owed(Audience.AGENTS) == 0


def test_revoked_tokens_hold_everything_until_they_are_good_again(desk, slack, number):
    slack.revoke_tokens()
    desk.change(number, lambda ticket: ticket.customer_wrote("One", by=ANNA, at=desk.time.now()))
    for _ in range(25):
        desk.deliver()
        desk.time.sleep(31)
    assert "token_revoked" in desk.courier.closed_because
    slack.revoke_tokens(False)
    desk.deliver()
    told = [texts(line) for line in slack.thread(desk.place(number).ts)]
    assert len(told) == 4
    assert "One" in told[-1]
