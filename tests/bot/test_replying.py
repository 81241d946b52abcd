"""A reply is looked at before it is sent, and can be taken back before it leaves."""

import json
from datetime import timedelta

import pytest

from bot.promises import clocks_of
from desk.actor import Actor
from desk.delivery import Audience
from desk.event import Kind
from desk.status import Status
from desk.ticket import Ticket
from store import drafts, outbox, tickets

LETTER = {"text": "Dear Anna,\n\n*We look* at it.", "then": "ask"}


@pytest.fixture
def desk(desk):
    desk.previews()
    return desk


@pytest.fixture
def number(desk):
    number = desk.a_ticket(confirm=False)
    desk.click("reply", f"{number}:1")
    return number


def drawn(view):
    return json.dumps(view["blocks"], ensure_ascii=False)


def top(slack):
    return slack.modal_of("Alice")


def claimed(desk):
    with desk.db.change() as session:
        now = desk.time.now()
        return outbox.claim(session, (Audience.CUSTOMER,), now=now, lease=timedelta(minutes=1)) is not None


def kinds(desk, number):
    return [event.kind for event in desk.ticket(number).history]


def undo(desk, slack, by="U0ALICE"):
    """Press the button of the newest offer."""
    offer = next(one for one in reversed(slack.told) if "Undo" in str(one))
    carried = offer["blocks"][0]["accessory"]["value"]
    return desk._gesture(lambda: slack.click(by, offer, "undo", carried))


def test_before_it_is_sent_the_mail_is_shown_as_it_will_leave(desk, slack, number):
    assert slack.submit("Alice", LETTER)["outcome"] == "pushed"
    shown = drawn(top(slack))
    assert "To: Anna de Boer <anna@bakery.example>  🆕 the first mail to this address" in shown
    assert f"Subject: [HD-{number}] Blank page" in shown
    assert "We look at it." in shown
    assert "The oven page is blank." in shown  # the history below it
    assert "changes from Waiting for support to Waiting for customer" in shown
    assert kinds(desk, number) == [Kind.OPENED]


def test_who_is_on_the_ticket_and_gets_no_copy_is_named(desk, slack):
    number = desk.a_ticket()
    otto = Actor.customer("otto@bakery.example", "Otto")
    bob = Actor.agent("U0BOB", "Bob")
    desk.change(number, lambda ticket: ticket.quarantine("Me too", by=otto, at=desk.time.now(), reason="new"))
    desk.change(number, lambda ticket: ticket.accept(2, by=bob, at=desk.time.now()))
    desk.click("reply", f"{number}:{desk.ticket(number).version}")
    slack.submit("Alice", LETTER)
    assert "Not to: otto@bakery.example" in drawn(top(slack))


def test_a_long_mail_is_cut_and_says_so(desk, slack, number):
    desk.change(
        number,
        lambda ticket: ticket.customer_wrote(
            "word " * 900, by=Actor.customer("anna@bakery.example", "Anna de Boer"), at=desk.time.now()
        ),
    )
    desk.click("reply", f"{number}:2")
    slack.submit("Alice", LETTER | {"text": "long " * 580})
    assert "more characters are not shown here" in drawn(top(slack))


def test_back_shows_what_was_written_and_send_records_it_once(desk, slack, number):
    slack.submit("Alice", LETTER)
    slack.close("Alice")
    assert top(slack)["callback_id"] == "reply"
    assert slack.submit("Alice", {})["outcome"] == "pushed"
    body = desk.a_submission({})
    assert [desk.dispatch(body).status for _ in range(2)] == [200, 200]
    ticket = desk.ticket(number)
    assert (ticket.status, ticket.history[-1].text) == (Status.WAITING_FOR_CUSTOMER, LETTER["text"])
    assert kinds(desk, number) == [Kind.OPENED, Kind.ASKED]


def test_after_sending_every_window_is_closed(desk, slack, number):
    slack.submit("Alice", LETTER)
    assert slack.submit("Alice", {})["outcome"] == "cleared"
    assert slack.modals_of("Alice") == []


def test_what_happened_while_somebody_looked_is_told_before_it_is_sent(desk, slack, number):
    slack.submit("Alice", LETTER)
    desk.change(number, lambda ticket: ticket.take(by=Actor.agent("U0BOB", "Bob"), at=desk.time.now()))
    assert slack.submit("Alice", {})["outcome"] == "updated"
    assert "Bob was first" in drawn(top(slack))
    assert slack.submit("Alice", {})["outcome"] == "cleared"
    assert kinds(desk, number)[-1] is Kind.ASKED


def test_a_mail_waits_for_twenty_seconds_and_its_writer_alone_is_told(desk, slack, number):
    slack.submit("Alice", LETTER)
    slack.submit("Alice", {})
    [offer] = slack.told
    assert (offer["only_for"], "goes out in 20 seconds" in offer["text"]) == ("U0ALICE", True)
    assert not claimed(desk)
    desk.time.sleep(20)
    assert claimed(desk)


def test_undo_takes_it_back_and_opens_the_window_with_the_words(desk, slack, number):
    slack.submit("Alice", LETTER)
    slack.submit("Alice", {})
    assert undo(desk, slack).status == 200
    assert desk.ticket(number).status is Status.WAITING_FOR_SUPPORT
    assert kinds(desk, number) == [Kind.OPENED, Kind.ASKED, Kind.WITHDRAWN]
    [words] = [block for block in top(slack)["blocks"] if block["block_id"] == "text"]
    assert words["element"]["initial_value"] == LETTER["text"]
    [then] = [block for block in top(slack)["blocks"] if block["block_id"] == "then"]
    assert then["element"]["initial_option"]["value"] == "ask"
    assert "Taken back" in str(slack.told)
    desk.time.sleep(60)
    assert not claimed(desk)


def test_undo_that_comes_too_late_is_told_so(desk, slack, number):
    slack.submit("Alice", LETTER)
    slack.submit("Alice", {})
    desk.time.sleep(20)
    assert claimed(desk)
    undo(desk, slack)
    assert "Too late" in slack.told[-1]["text"]
    assert kinds(desk, number) == [Kind.OPENED, Kind.ASKED]


def test_what_was_taken_back_is_told_in_the_thread(desk, slack, number):
    slack.submit("Alice", LETTER)
    slack.submit("Alice", {})
    undo(desk, slack)
    desk.deliver()
    [line] = slack.thread(desk.place(number).ts)
    assert "Alice took back a mail to the customer before it left" in drawn(line)


ENDS = {
    "resolve": (("more", "resolve"), Status.RESOLVED, "resolved it"),
    "cancel": (("status", Status.CANCELLED), Status.CANCELLED, "cancelled it"),
}


@pytest.mark.parametrize("end", ENDS)
def test_an_end_with_words_is_looked_at_before_and_can_be_taken_back(desk, slack, end):
    (action, choice), status, said = ENDS[end]
    number = desk.a_ticket(confirm=False)
    promised = clocks_of(desk.ticket(number), desk.policy, now=desk.time.now())
    desk.choose(action, f"{number}:1:{choice}")
    assert "Alice is replying…" in drawn(desk.card(number))
    assert slack.submit("Alice", {"text": "A *new* fuse."})["outcome"] == "pushed"
    shown = drawn(top(slack))
    assert "To: Anna de Boer <anna@bakery.example>" in shown
    assert "A new fuse." in shown
    assert f"changes from Waiting for support to {status.words}" in shown
    assert kinds(desk, number) == [Kind.OPENED]
    assert slack.submit("Alice", {})["outcome"] == "cleared"
    assert desk.ticket(number).status is status
    assert not claimed(desk)
    assert "replying" not in drawn(desk.card(number))

    undo(desk, slack)

    assert desk.ticket(number).status is Status.WAITING_FOR_SUPPORT
    assert clocks_of(desk.ticket(number), desk.policy, now=desk.time.now()) == promised
    [words] = [block for block in top(slack)["blocks"] if block["block_id"] == "text"]
    assert words["element"]["initial_value"] == "A *new* fuse."
    desk.time.sleep(60)
    assert not claimed(desk)
    desk.deliver()
    assert f"Alice {said}, and took that back" in str(slack.thread(desk.place(number).ts))
    assert slack.submit("Alice", {})["outcome"] == "pushed"
    assert slack.submit("Alice", {})["outcome"] == "cleared"
    assert desk.ticket(number).status is status


def test_who_closes_such_a_window_is_not_replying_any_more(desk, slack):
    number = desk.a_ticket(confirm=False)
    desk.choose("more", f"{number}:1:cancel")
    assert "replying" in drawn(desk.card(number))
    slack.close("Alice")
    assert "replying" not in drawn(desk.card(number))


def test_a_solution_without_words_opens_its_own_window_again(desk, slack):
    number = desk.a_ticket(confirm=False)
    desk.choose("more", f"{number}:1:resolve")
    slack.submit("Alice", {})
    slack.submit("Alice", {})
    undo(desk, slack)
    assert top(slack)["callback_id"] == "resolve"


def test_a_duplicate_is_looked_at_before_and_taken_back_whole(desk, slack):
    first = desk.a_ticket(confirm=False)
    piet = Actor.customer("piet@bakery.example", "Piet")
    with desk.db.change() as session:
        opened = Ticket.open(
            by=piet, at=desk.time.now(), subject="Blank page", text="Me too", client="Bakery", confirm=False
        )
        number = tickets.add(session, opened).number
    desk.choose("more", f"{number}:1:cancel")
    assert slack.submit("Alice", {"text": "", "duplicate": "4711"})["errors"]["duplicate"]
    assert slack.submit("Alice", {"text": "", "duplicate": f"hd-{first}"})["outcome"] == "pushed"
    assert f"HD-{first}" in drawn(top(slack))
    assert desk.ticket(first).participants == {"anna@bakery.example"}
    slack.submit("Alice", {})
    assert desk.ticket(first).participants == {"anna@bakery.example", piet.key}
    undo(desk, slack)
    assert desk.ticket(first).participants == {"anna@bakery.example"}
    assert desk.ticket(first).duplicates == []
    desk.deliver()
    assert "it is no duplicate of this" in str(slack.thread(desk.place(first).ts))
    [other] = [block for block in top(slack)["blocks"] if block["block_id"] == "duplicate"]
    assert other["element"]["initial_value"] == str(first)
    slack.submit("Alice", {})
    slack.submit("Alice", {})
    assert desk.ticket(first).participants == {"anna@bakery.example", piet.key}
    assert desk.ticket(number).status is Status.CANCELLED


def test_where_nobody_can_be_mailed_an_end_shows_no_mail_and_offers_no_undo(desk, slack):
    with desk.db.change() as session:
        anna = Actor.customer("Anna", "Anna")
        opened = Ticket.open(by=anna, at=desk.time.now(), subject="Call", text="Help", confirm=False)
        number = tickets.add(session, opened).number
    desk.choose("more", f"{number}:1:resolve")
    slack.submit("Alice", {"text": "Told her on the phone."})
    assert (desk.ticket(number).status, slack.told) == (Status.RESOLVED, [])


def test_without_time_to_undo_nothing_is_offered(desk, slack):
    desk.previews(timedelta())
    number = desk.a_ticket(confirm=False)
    desk.click("reply", f"{number}:1")
    slack.submit("Alice", LETTER)
    slack.submit("Alice", {})
    assert (slack.told, claimed(desk)) == ([], True)


@pytest.mark.parametrize(
    "text", ["intern: no", "Dear {{name}}", "Beste [NAAM],", "Hi {first name}", "On XXX"]
)
def test_what_is_held_back_is_told_below_the_text(desk, slack, number, text):
    said = slack.submit("Alice", LETTER | {"text": text})
    assert list(said["errors"]) == ["text"]
    assert kinds(desk, number) == [Kind.OPENED]


def test_the_card_and_the_second_window_say_who_is_replying(desk, slack, number):
    version = desk.ticket(number).version
    assert "Alice is replying…" in drawn(desk.card(number))
    desk.click("reply", f"{number}:1", by="U0BOB")
    assert "Already replying: Alice since Mon 30 Nov 10:00" in drawn(slack.modal_of("Bob"))
    slack.close("Alice")
    slack.close("Bob")
    assert "replying" not in drawn(desk.card(number))
    assert desk.ticket(number).version == version


def test_who_has_sent_or_left_it_for_ten_minutes_is_not_replying(desk, slack, number):
    slack.submit("Alice", LETTER)
    slack.submit("Alice", {})
    assert "replying" not in drawn(desk.card(number))
    other = desk.a_ticket(confirm=False)
    desk.click("reply", f"{other}:1")
    assert "replying" in drawn(desk.card(other))
    desk.time.sleep(601)
    with desk.db.change() as session:
        drafts.redraw(session, now=desk.time.now())
    assert "replying" not in drawn(desk.card(other))


def test_a_message_of_the_thread_is_sent_to_the_customer(desk, slack):
    number = desk.a_ticket(confirm=False)
    desk.card(number)
    desk.type(number, "See <https://example.com/a?b=1&amp;c=2|the *manual*> &amp; try")
    message = slack.thread(desk.place(number).ts)[-1]
    desk._gesture(lambda: slack.shortcut("Alice", "send_to_customer", message))
    [words] = [block for block in top(slack)["blocks"] if block["block_id"] == "text"]
    assert words["element"]["initial_value"] == "See [the *manual*](https://example.com/a?b=1&c=2) & try"
    assert slack.submit("Alice", {})["outcome"] == "pushed"


def test_any_other_message_is_refused_politely(desk, slack):
    number = desk.a_ticket(confirm=False)
    card = desk.card(number)
    desk._gesture(lambda: slack.shortcut("Alice", "send_to_customer", card))
    assert "in the thread of a ticket's card" in slack.told[-1]["text"]
    assert slack.modals_of("Alice") == []


def test_what_was_taken_back_is_said_to_be_so_where_slack_breaks_off(desk, slack, number):
    slack.submit("Alice", LETTER)
    slack.submit("Alice", {})
    slack.fault("views.open", drop="before")
    undo(desk, slack)
    assert kinds(desk, number)[-1] is Kind.WITHDRAWN
    assert "It is taken back" in slack.told[-1]["text"]
