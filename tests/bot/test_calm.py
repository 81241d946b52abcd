"""A channel that people can read: many tickets in one message, warnings first, no card drawn too often."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.crowd import Crowds
from bot.pace import Pace
from bot.wire import Wire
from desk.actor import Actor
from desk.delivery import Audience
from store import aftermath, keepsakes
from store.courier import Courier
from store.marks import mark_of
from store.points import Point
from tests.bot.desk_at_work import a_ticket
from tests.bot.strict_slack import SUPPORT
from tests.dying import dying_at

BOB = Actor.agent("U0BOB", "Bob")
SWEEP = Actor.system("sweep")


@pytest.fixture
def crowds(desk):
    """Looks for many tickets at once, as a newly started desk does."""

    def start():
        wire = Wire(desk.write, desk.read, Pace(clock=desk.time.now, sleep=desk.time.sleep))
        return Crowds(desk.db, wire, SUPPORT, desk.style, link=desk.house.permalink, clock=desk.time.now)

    return start


def many(desk, count, **facts):
    with desk.db.change() as session:
        return [desk.a_ticket_in(session, **facts) for _ in range(count)]


def summaries(slack):
    return [one for one in slack.channel("C0SUPPORT") if "at once" in one["text"]]


def test_twenty_new_tickets_in_a_minute_are_told_by_their_cards_alone(desk, slack, crowds):
    looking = crowds()
    looking.look()
    many(desk, 20)
    desk.time.sleep(30)
    looking.look()
    assert summaries(slack) == []


def test_more_of_them_are_told_in_one_message_that_grows_and_links_their_cards(desk, slack, crowds):
    looking = crowds()
    looking.look()
    many(desk, 21, subject="Oven <cold>")
    looking.look()
    [first] = summaries(slack)
    assert first["text"] == "📬 21 new tickets at once. 21 cards follow, one a second."
    assert "Oven &lt;cold&gt;" in str(first["blocks"])
    more = many(desk, 9)
    desk.time.sleep(5)
    crowds().look()  # a desk that was started anew does not know how many came in the last minute
    looking.look()
    [grown] = summaries(slack)
    assert grown["ts"] == first["ts"]
    assert grown["text"] == "📬 30 new tickets at once. 30 cards follow, one a second."
    desk.deliver()
    desk.time.sleep(90)
    looking.look()
    [done] = summaries(slack)
    assert done["text"] == "📬 30 new tickets at once. All of their cards are here."
    ts = desk.place(more[-1]).ts.replace(".", "")
    assert f"/p{ts}|HD-{more[-1]}>" in str(done["blocks"])
    many(desk, 21)
    looking.look()
    assert len(summaries(slack)) == 2


@pytest.mark.both_engines
def test_a_summary_reads_no_ticket_whole(desk, slack, crowds):
    looking, asked = crowds(), []
    looking.look()
    many(desk, 21)
    event.listen(desk.db.engine, "before_cursor_execute", lambda *sent: asked.append(sent[2]))
    looking.look()
    assert summaries(slack)
    assert not [each for each in asked if "FROM events" in each]


def test_tickets_that_slack_showed_before_a_restore_are_no_news(desk, slack, crowds):
    now, mailed = desk.time.now(), [f"mail:{n}" for n in range(25)]
    marks = [mark_of(a_ticket(key=key), None, Audience.CARD) for key in mailed]
    with desk.db.change() as session:
        aftermath.begin(session, taken_at=now, at=now)
        aftermath.release(session, [(mark, 100 + n) for n, mark in enumerate(marks)], at=now)
    looking = crowds()
    looking.look()
    with desk.db.change() as session:
        assert [desk.a_ticket_in(session, key=key) for key in mailed] == [*range(100, 125)]
    looking.look()
    assert summaries(slack) == []
    many(desk, 21)
    looking.look()
    assert [one["text"].split(".")[0] for one in summaries(slack)] == ["📬 21 new tickets at once"]


@pytest.mark.both_engines
def test_a_summary_whose_answer_was_lost_is_found_and_not_posted_again(desk, slack, crowds):
    looking = crowds()
    looking.look()
    many(desk, 30)
    slack.fault("chat.postMessage", drop="after")
    for _ in range(3):
        looking.look()
        desk.time.sleep(5)
    assert len(summaries(slack)) == 1


@pytest.mark.both_engines
@pytest.mark.parametrize(
    "point", [Point.SUMMARY_BEGUN, Point.SLACK_POSTING, Point.SLACK_POSTED, Point.SUMMARY_TOLD]
)
def test_a_summary_over_which_the_desk_died_is_there_once_and_says_what_is_so(desk, slack, crowds, point):
    looking = crowds()
    looking.look()
    many(desk, 21)
    with dying_at(point):
        looking.look()
    looking = crowds()
    desk.deliver()
    for _ in range(4):
        desk.time.sleep(30)
        looking.look()
    [summary] = summaries(slack)
    assert "All of their cards are here" in summary["text"]
    with desk.db.read() as session:
        assert not keepsakes.get(session, "crowd")


def test_a_summary_that_a_person_deleted_stays_away(desk, slack, crowds):
    looking = crowds()
    looking.look()
    many(desk, 30)
    looking.look()
    slack.remove("Lena", summaries(slack)[0])
    desk.deliver()
    desk.time.sleep(90)
    looking.look()
    looking.look()
    assert summaries(slack) == []


def test_a_warning_overtakes_a_thousand_new_cards(desk, slack, at):
    watched = desk.a_ticket()
    desk.deliver()
    many(desk, 1000)
    due = at("mon 17:00")
    now = desk.time.now()
    desk.change(watched, lambda ticket: ticket.warn("recovery", 100, cycle=1, by=SWEEP, at=now, due=due))
    slack.fault("chat.postMessage", error="ratelimited", retry_after=60, after=12)
    desk.deliver()
    [leads] = slack.channel("C0LEADS")
    told_with_others = timedelta(seconds=5)
    assert float(leads["ts"]) - (now + told_with_others).timestamp() <= 5
    [line] = slack.thread(desk.place(watched).ts)
    assert float(line["ts"]) - now.timestamp() <= 5
    assert desk.owed(Audience.CARD) > 900


def test_fifty_changes_within_ten_seconds_draw_the_card_three_times_at_most(desk, slack):
    number = desk.a_ticket()
    desk.deliver()
    card = replace(desk.senders[Audience.CARD], apart=timedelta(seconds=5))
    courier = Courier(desk.db, {Audience.CARD: card}, clock=desk.time.now)
    for _ in range(50):
        desk.change(number, lambda ticket: ticket.note("Hm.", by=BOB, at=desk.time.now()))
        courier.deliver_due()
        desk.time.sleep(0.2)
    desk.change(number, lambda ticket: ticket.take(by=BOB, at=desk.time.now()))
    courier.deliver_due()
    assert len(slack.asked("chat.update")) <= 3
    desk.time.sleep(5)
    courier.deliver_due()
    assert "Bob" in str(desk.card(number)["blocks"])
    assert desk.owed(Audience.CARD) == 0


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_thousand_new_cards_are_in_the_channel_after_eighteen_minutes_of_slacks_pace(desk, slack):
    began = desk.time.now()
    many(desk, 1000)
    desk.deliver()
    assert len(slack.channel("C0SUPPORT")) == 1000
    assert desk.owed(Audience.CARD) == 0
    assert desk.time.now() - began <= timedelta(seconds=1_100)
