"""Two desks in one house: each with its channel, its people and its leads."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import about
from bot import app as bot_app
from bot.crowd import Crowds
from bot.pace import Pace
from bot.people import People, Rights
from bot.posting import CardSender, Leads, LeadsSender, ThreadSender
from bot.rights import RIGHTS, About
from bot.shut import Shut
from bot.weekly import Weeks
from bot.wire import Wire
from desk.actor import Actor
from desk.delivery import Audience
from desk.errors import DeskError
from desk.event import Kind
from desk.reach import reach_of
from desk.status import Status
from sla.policy import Goal
from store.courier import Courier
from tests.bot.desk_at_work import AtOnce
from tests.bot.strict_slack import LEADS, SUPPORT
from tests.bot.test_away import use
from tests.bot.test_releasing import BOSS, Monthly
from tests.bot.test_rights_table import what_slack_sends

ALICE, BOB, LENA, NORA, SAM, PIA = "U0ALICE", "U0BOB", "U0LENA", "U0NORA", "U0SAM", "U0PIA"
"""Alice and Lena (who leads) are of support, Sam and Pia (who leads) of sales, Bob of both, Nora of none."""

SWEEP = Actor.system("sweep")


class House:
    """The desk of the other tests with a second one beside it."""

    def __init__(self, desk, slack):
        for name in ("Sam", "Pia"):
            slack.hire(name, channels=())
        self.sales = slack.new_channel("sales", ["Sam", "Pia", "Bob", "Helpdesk"])["id"]
        self.chiefs = slack.new_channel("sales-leads", ["Pia", "Helpdesk"])["id"]
        self.desk, self.slack = desk, slack
        first = replace(desk.people.rights, title="Support")
        sales = Rights(self.sales, leads=frozenset({PIA}), name="Sales", title="Sales")
        desk.people = People(desk.read, first, clock=desk.time.now, others=[sales])
        desk.house = replace(desk.house, people=desk.people)
        desk.app = bot_app.build(desk.house, AtOnce())
        desk.listen()
        self.shut = Shut({SUPPORT: "Support", self.sales: "Sales"}, clock=desk.time.now)
        pace = Pace(clock=desk.time.now, sleep=desk.time.sleep)
        self.wire = Wire(desk.write, desk.read, pace, self.shut)
        about_all = (desk.db, self.wire, desk.policy, desk.style)
        desk.senders = {
            Audience.CARD: CardSender(
                desk.db, self.wire, SUPPORT, desk.policy, desk.style, desk.time.now,
                elsewhere={"Sales": self.sales},
            ),
            Audience.AGENTS: ThreadSender(*about_all, desk.time.now, desk.house.permalink),
            Audience.LEADS: LeadsSender(
                *about_all, LEADS, first.mention, desk.house.permalink, desk.time.now,
                elsewhere={"Sales": Leads(self.chiefs, sales.mention)},
            ),
        }  # fmt: skip
        desk.courier = Courier(desk.db, desk.senders, clock=desk.time.now, together=20)

    def ask(self, text, by):
        """Type it where they are."""
        channel = "#sales" if by in (SAM, PIA) else "#support"
        said = self.desk._gesture(lambda: self.slack.slash(by, "/ticket", text, channel=channel))
        return json.loads(said.body)

    def roots(self, channel):
        [found] = [one for one in self.slack.state()["channels"] if one["id"] == channel]
        return [one for one in found["messages"] if one.get("thread_ts", one["ts"]) == one["ts"]]

    def crowds(self, name):
        desks = self.desk.people.desks
        return Crowds(
            self.desk.db, self.wire, desks[name].channel, self.desk.style, link=self.desk.house.permalink,
            clock=self.desk.time.now, reach=reach_of(frozenset({name}), frozenset(desks)), name=name,
        )  # fmt: skip


@pytest.fixture
def house(desk, slack):
    return House(desk, slack)


def test_cards_threads_and_warnings_go_to_the_desk_of_the_ticket(house, desk):
    ours, theirs = desk.a_ticket(), desk.a_ticket(desk="Sales", subject="A question of price")
    gone = desk.a_ticket(desk="Closed down", subject="Of a desk that is no more")
    desk.deliver()
    assert [desk.place(each).channel for each in (ours, theirs, gone)] == [SUPPORT, house.sales, SUPPORT]
    for number in (ours, theirs):
        desk.change(
            number,
            lambda ticket: ticket.warn(
                Goal.FIRST_RESPONSE, 100, cycle=1, due=desk.time.now(),
                by=SWEEP, at=desk.time.now(),
            ),
        )  # fmt: skip
    desk.time.sleep(10)
    desk.deliver()
    [support], [sales] = house.roots(LEADS), house.roots(house.chiefs)
    assert f"<@{LENA}>" in json.dumps(support)
    assert f"HD-{ours}" in json.dumps(support)
    assert f"HD-{theirs}" not in json.dumps(support)
    assert f"<@{PIA}>" in json.dumps(sales)
    assert f"HD-{theirs}" in json.dumps(sales)
    assert f"HD-{ours}" not in json.dumps(sales)
    assert desk.owed(Audience.LEADS) == 0


def test_only_the_people_of_its_desk_work_a_ticket_and_others_read_whom_to_ask(house, desk, slack):
    number = desk.a_ticket(desk="Sales")
    desk.deliver()
    refused = "this ticket is for Sales"
    assert refused in desk.ask(f"{number}", by=ALICE)["text"]
    assert refused in desk.ask(f"take {number}", by=LENA)["text"]
    desk.forge("take", f"{number}:1", by=ALICE)
    assert refused in slack.told[-1]["text"]
    desk.forge("close", f"{number}:1", by=LENA)
    assert refused in slack.told[-1]["text"]
    assert desk.ticket(number).owner is None
    assert "Sorry, only the people" in desk.ask(f"{number}", by=NORA)["text"]
    assert "is nu van jou" in desk.ask(f"take {number}", by=BOB)["text"]
    assert f"HD-{number}" in str(house.ask(f"{number}", SAM))


def test_a_lead_of_one_desk_is_no_lead_of_another(house, desk, slack):
    ours, theirs = desk.a_ticket(Status.RESOLVED), desk.a_ticket(Status.RESOLVED, desk="Sales")
    desk.deliver()
    desk.forge("close", f"{ours}:2", by=PIA)
    desk.forge("close", f"{theirs}:2", by=PIA)
    assert desk.ticket(ours).status is Status.RESOLVED
    assert desk.ticket(theirs).status is Status.CLOSED


@pytest.mark.both_engines
def test_lists_search_and_home_show_what_the_persons_desks_hold(house, desk, slack):
    desk.a_ticket(subject="The oven stays cold")
    desk.a_ticket(desk="Sales", subject="The oven is dear")
    seen = {ALICE: (True, False), SAM: (False, True), BOB: (True, True)}
    for user, (ours, theirs) in seen.items():
        for asked in ("", "due", "find oven"):
            drawn = str(house.ask(asked, user))
            assert ("stays cold" in drawn, "is dear" in drawn) == (ours, theirs), (user, asked)
        drawn = str(desk.open_home(user))
        assert ("stays cold" in drawn, "is dear" in drawn) == (ours, theirs), user


@pytest.mark.both_engines
def test_each_lead_sees_the_figures_of_their_own_desk(house, desk, slack):
    for which in ("", "", "Sales"):
        desk.a_ticket(desk=which)
    for user, title, came in ((LENA, "Support", 2), (PIA, "Sales", 1)):
        home = str(desk.open_home(user))
        assert f"'text': '{title}'" in home
        assert f"{came} came in, 0 resolved" in home
        house.ask("report", user)
        told = [one for one in slack.told if one["only_for"] == user]
        assert f"Only tickets of {title}" in str(told)


def test_a_duplicate_of_a_ticket_of_another_desk_takes_somebody_of_both(house, desk, slack):
    theirs, ours = desk.a_ticket(desk="Sales"), desk.a_ticket()
    desk.deliver()
    desk.forge("duplicate", f"{ours}:1:{theirs}", by=ALICE)
    assert "this ticket is for Sales" in slack.told[-1]["text"]
    desk.forge("duplicate", f"{ours}:1:{theirs}", by=BOB)
    assert desk.ticket(ours).duplicate_of == theirs


def test_a_note_of_somebody_from_another_desk_is_not_kept_and_they_hear_so(house, desk, slack):
    number = desk.a_ticket(desk="Sales")
    desk.deliver()
    place = desk.place(number)
    slack.say("Sam", "#sales", "Nora knows him.", thread=place.ts)
    slack.line.rest()
    said = {"type": "message", "user": ALICE, "channel": house.sales, "channel_type": "channel", "text": "Hm"}
    desk.dispatch(desk.an_event(said | {"ts": "9.0", "thread_ts": place.ts}))
    notes = [event.text for event in desk.ticket(number).history if event.kind is Kind.NOTED]
    assert notes == ["Nora knows him."]
    [call] = slack.asked("chat.postEphemeral")
    assert (call["user"], call["channel"]) == (ALICE, house.sales)
    assert "this ticket is for Sales" in call["text"]


def test_who_goes_away_hands_over_what_the_other_may_work(house, desk, slack):
    ours, theirs = desk.a_ticket(), desk.a_ticket(desk="Sales")
    desk.deliver()
    for number in (ours, theirs):
        desk.ask(f"take {number}", by=BOB)
    desk.ask("away until friday", by=BOB)
    use(desk, "hand_over", ALICE, by=BOB)
    assert desk.ticket(ours).owner == ALICE
    assert desk.ticket(theirs).owner == BOB
    assert "hoort niet bij die desk" in slack.told[-1]["text"]


def test_who_writes_a_ticket_down_chooses_among_their_desks(house, desk, slack):
    form = {"name": "Dirk", "subject": "A price", "text": "How much?", "priority": "low", "way": "phone"}
    house.ask("new", SAM)
    desk.submit(form, by=SAM)
    assert desk.ticket(1).desk == "Sales"
    house.ask("new", ALICE)
    assert "desk" not in [block.get("block_id") for block in slack.modal_of("Alice")["blocks"]]
    desk.submit(form, by=ALICE)
    assert desk.ticket(2).desk == ""
    house.ask("new", BOB)
    desk.submit(form | {"desk": "Sales"}, by=BOB)
    assert desk.ticket(3).desk == "Sales"


def test_many_new_tickets_are_told_in_the_channel_of_their_desk(house, desk):
    looking = [house.crowds(""), house.crowds("Sales")]
    for crowds in looking:
        crowds.look()
    for number in range(33):
        desk.a_ticket(desk="Sales" if number < 21 else "", subject=f"Number {number}")
    desk.time.sleep(5)
    for crowds in looking:
        crowds.look()
    assert [each["text"][:25] for each in house.roots(house.sales)] == ["📬 21 new tickets at once."]
    assert house.roots(SUPPORT) == []


def test_a_channel_that_takes_nothing_holds_up_nothing_of_the_other_desk(house, desk, slack):
    slack.archive("#sales")
    theirs, ours = desk.a_ticket(desk="Sales"), desk.a_ticket()
    desk.deliver()
    assert desk.place(ours) is not None
    assert desk.place(theirs) is None
    assert desk.courier.closed_because == ""
    desk.time.sleep(90)
    desk.deliver()
    [line] = house.shut.lines(desk.style.zone)
    assert line.startswith("What goes to Sales waits since Mon 30 Nov 10:0")
    assert "is_archived: unarchive the channel" in line
    slack.archive("#sales", archived=False)
    desk.time.sleep(31)
    desk.deliver()
    assert desk.place(theirs).channel == house.sales
    assert house.shut.lines(desk.style.zone) == []


def test_a_card_that_may_have_arrived_in_a_shut_channel_is_looked_for_when_it_opens(house, desk, slack):
    number = desk.a_ticket(desk="Sales")
    slack.fault("chat.postMessage", drop="after")
    desk.deliver()
    slack.fault("conversations.history", error="not_in_channel")
    desk.time.sleep(6)
    desk.deliver()
    assert desk.place(number) is None
    desk.time.sleep(31)
    desk.deliver()
    assert desk.place(number) is not None
    assert len(house.roots(house.sales)) == 1


def test_every_row_says_whether_it_is_about_a_ticket_and_then_its_desk_is_found(house, desk):
    number = desk.a_ticket(desk="Sales")
    desk.deliver()
    place = desk.place(number)
    for name, right in RIGHTS.items():
        asked = what_slack_sends(desk, name if not name.startswith("command ") else f"{name} {number}", SAM)
        if name == "shortcut send_to_customer":
            asked |= {
                "type": "message_action",
                "channel": {"id": place.channel},
                "message": {"thread_ts": place.ts},
            }
        if name == "event message":
            asked["event"] |= {"channel": place.channel, "thread_ts": place.ts}
        if right.about is About.TICKET:
            assert about.desk_of(asked, desk.db) == "Sales", name


def test_whatever_is_about_a_ticket_of_another_desk_is_refused(house, desk, slack):
    number = desk.a_ticket(desk="Sales")
    desk.deliver()
    before = desk.ticket(number).version
    for name in [name for name, right in RIGHTS.items() if right.about is About.TICKET]:
        if name in ("event message", "shortcut send_to_customer"):
            continue  # what they are about is a place; see above
        asked = what_slack_sends(desk, name if not name.startswith("command ") else f"{name} {number}", ALICE)
        said = desk.dispatch(asked)
        told = slack.told
        assert "this ticket is for Sales" in str(said.body or (told and told[-1]["text"])), name
    assert desk.ticket(number).version == before
    with pytest.raises(DeskError):
        about.desk_of(desk._a_forged_click("take", "nonsense", ALICE), desk.db)


def test_the_week_in_figures_goes_to_the_leads_of_each_desk_about_its_own_tickets(house, desk):
    for name in ("", "", "Sales"):
        desk.a_ticket(desk=name)
    desk.time.at += timedelta(days=7)
    channels = {"": LEADS, "Sales": house.chiefs}
    weeks = Weeks(desk.house, house.wire, channels.__getitem__)
    assert weeks.tell_due() == 2
    assert weeks.tell_due() == 0
    [support], [sales] = house.roots(LEADS), house.roots(house.chiefs)
    assert support["text"].startswith("The week of 30 November to 6 December 2026, Support: Came in 2;")
    assert sales["text"].startswith("The week of 30 November to 6 December 2026, Sales: Came in 1;")


def test_a_report_goes_to_the_leads_of_the_desk_that_answers_for_the_client(house, desk, slack):
    desk.a_ticket(desk="Sales")
    desk.time.at += timedelta(days=1)
    monthly = Monthly(desk, of="Sales", channel=house.chiefs)
    monthly.beat()
    [message] = house.roots(house.chiefs)
    assert "November 2026 for Bakery" in message["text"]
    assert house.roots(LEADS) == []
    for who, refusal in ((LENA, "this ticket is for Sales"), (SAM, "Only a lead may decide whether")):
        desk.forge("send_report", "1:1", by=who)
        assert refusal in slack.told[-1]["text"]
    monthly.press("send_report", by=PIA)
    monthly.beat()
    assert [to for _, to, _ in monthly.left] == [BOSS]
