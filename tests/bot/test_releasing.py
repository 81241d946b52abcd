"""The report of a month for a client: written when it is over, shown to leads, sent when one says so."""

import json
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from threading import Barrier, Thread

import pytest

from bot import app as bot_app
from bot.asking import Messages
from bot.wire import Wire
from desk.actor import Actor
from desk.errors import DeliveryFailed, DeliveryUncertain
from desk.priority import Priority
from desk.release import Stand
from mail.letterhead import Letterhead
from mail.notifications import Templates
from mail.releases import Releases
from mail.reporting import Reporting
from mail.smtp import Server
from sla.policy import Contract
from store import aftermath, reports, tables
from tests.bot.desk_at_work import AMSTERDAM, AtOnce
from tests.bot.strict_slack import LEADS

LENA = Actor.lead("U0LENA", "Lena")
BOSS = "boss@bakery.example"
BAKERY = Contract(name="Bakery", domains=frozenset({"bakery.example"}), report_to=BOSS)


class Monthly:
    """The parts that write, show and send a report, as the desk has them.  left: the mails that left."""

    def __init__(self, desk, contract=BAKERY, *, of="", channel=LEADS):
        """of: the desk that answers for the client; channel: where its leads are.  trouble: what the mail
        server does instead of taking the next mail."""
        self.desk, self.left, self.channel, self.trouble = desk, [], channel, []
        policy_ = replace(desk.policy, contracts=(contract,))
        letterhead = Letterhead(name="Helpdesk", address="help@desk.example", zone=AMSTERDAM)
        now = desk.time.now
        self.writing = Reporting(
            desk.db, policy_, letterhead, Templates(), "s" * 32, "en", lambda client: of, now
        )
        writing = {"write_report": self.writing.make, "desk_of": self.writing.desk_of}
        desk.house = replace(desk.house, policy=policy_, **writing)
        desk.app = bot_app.build(desk.house, AtOnce())
        desk.listen()
        wire = Wire(desk.write, desk.read, desk.pace)
        self.messages = Messages(desk.house, wire, lambda name: channel, letterhead.address)
        self.sending = Releases(desk.db, Server(host="127.0.0.1"), letterhead.address, now, road=self._take)

    def _take(self, raw, server, *, sender, recipient, copy):
        if self.trouble:
            raise self.trouble.pop()
        self.left.append((sender, recipient, message_from_bytes(raw, policy=policy.default)))

    def beat(self):
        """Everything that looks by itself looks once."""
        self.writing.make_due()
        self.sending.send_due()
        self.messages.tell_due()
        self.desk.slack.line.rest()

    def shown(self):
        """The messages about reports in the leads' channel, the newest last."""
        channel = next(each for each in self.desk.slack.state()["channels"] if each["id"] == self.channel)
        return [each for each in channel["messages"] if "📊" in each["text"]]

    def words(self):
        return json.dumps(self.shown()[-1]["blocks"], ensure_ascii=False)

    def press(self, action, *, by="U0LENA"):
        [value] = {
            element["value"]
            for block in self.shown()[-1]["blocks"]
            if block["type"] == "actions"
            for element in block["elements"]
            if element["action_id"] == action
        }
        return self.desk.click(action, value, by=by)

    def stand(self):
        with self.desk.db.read() as session:
            found = reports.of(session, "Bakery", "2026-11")
        return found and found.stand


@pytest.fixture
def monthly(desk, at):
    """A ticket that was resolved in November, and the first morning of December."""
    number = desk.a_ticket(priority=Priority.URGENT)
    desk.change(number, lambda ticket: ticket.resolve("Done.", by=LENA, at=at("mon 12:00")))
    desk.time.at = at("tue 09:00")
    return Monthly(desk)


def test_when_the_month_is_over_the_leads_see_the_mail_as_it_will_leave_and_nothing_leaves(monthly):
    monthly.beat()
    monthly.beat()
    [message] = monthly.shown()
    assert "November 2026 for Bakery" in message["text"]
    words = monthly.words()
    for said in (f"To: {BOSS}", "Subject: November 2026: your requests in figures", "HD-2026-11.csv",
                 "Solved in time: 1 of 1 (100%)", "Send to the client", "Not this time"):  # fmt: skip
        assert said in words
    assert monthly.left == []


@pytest.mark.both_engines
def test_a_lead_sends_it_and_it_leaves_once(monthly):
    monthly.beat()
    value = monthly.shown()[-1]
    monthly.press("send_report")
    for _ in range(3):
        monthly.beat()
    [(sender, recipient, mail)] = monthly.left
    assert (sender, recipient, mail["To"]) == ("help@desk.example", BOSS, BOSS)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_filename() for part in mail.iter_attachments()] == ["HD-2026-11.csv"]
    assert f"✅ Sent to {BOSS}, Tue 1 Dec 09:00; released by Lena." in monthly.words()
    assert [each["ts"] for each in monthly.shown()] == [value["ts"]], "it is the same message, drawn anew"
    assert monthly.stand() is Stand.SENT


def test_an_agent_is_told_that_a_lead_has_to_do_it(monthly, slack):
    monthly.beat()
    slack.invite("#support-leads", "Alice")
    for action in ("send_report", "skip_report"):
        monthly.press(action, by="U0ALICE")
        assert slack.told[-1]["text"] == "Only a lead may decide whether a report goes to a client."
        monthly.desk.time.sleep(10)
    monthly.beat()
    assert (monthly.left, monthly.stand()) == ([], Stand.ASKED)


def test_not_this_time_sends_nothing_and_it_is_offered_again_on_demand(monthly, slack):
    monthly.beat()
    monthly.press("skip_report")
    monthly.beat()
    assert "🚫 Not sent: Lena decided so" in monthly.words()
    assert "Send to the client" not in monthly.words()
    write_anew(monthly, slack)
    monthly.beat()
    assert len(monthly.shown()) == 2
    monthly.press("send_report")
    monthly.beat()
    assert [to for _, to, _ in monthly.left] == [BOSS]


def report(desk, slack):
    """What a lead reads who asks for the month."""
    before = len(slack.told)
    desk.ask("report november bakery", by="U0LENA")
    told = [each for each in slack.told[before:] if "Counting" not in each["text"]]
    return json.dumps(told[-1]["blocks"], ensure_ascii=False)


def write_anew(monthly, slack):
    """A lead asks for the month and has the mail written."""
    assert "Write the mail to the client" in report(monthly.desk, slack)
    shown = [one for one in slack.state()["ephemerals"] if "write_report" in str(one["blocks"])][-1]
    [row] = [block for block in shown["blocks"] if block["type"] == "actions"]
    value = row["elements"][0]["value"]
    monthly.desk._gesture(lambda: slack.click("U0LENA", shown, "write_report", value, row["block_id"]))
    return slack.told[-1]["text"]


def test_what_was_seen_is_what_leaves_or_nothing(monthly, slack):
    monthly.beat()
    before = monthly.shown()[-1]
    late = monthly.desk.a_click("send_report", "1:1", by="U0LENA")
    monthly.desk.a_ticket(subject="Another")
    assert "shown in the channel of the leads" in write_anew(monthly, slack)
    monthly.desk.dispatch(late)
    assert "out of date" in slack.told[-1]["text"]
    monthly.beat()
    assert [each["ts"] for each in monthly.shown()] == [before["ts"]]
    assert "New: 2" in monthly.words()
    assert monthly.left == []


@pytest.mark.both_engines
def test_once_it_was_let_go_it_is_not_offered_a_second_time(monthly, slack):
    monthly.beat()
    monthly.press("send_report")
    assert "each month is sent once" in report(monthly.desk, slack)
    monthly.desk.forge("write_report", '["2026-11", "Bakery"]', by="U0LENA")
    assert slack.told[-1]["text"] == "That report was released by Lena already; it is sent only once."
    monthly.beat()
    assert len(monthly.left) == 1


@pytest.mark.parametrize(
    ("said", "months"),
    [("mon 16:00", 0), ("tue 08:59", 0), ("tue 09:00", 1), ("sat 12:00", 0), ("fri 16:00", 1)],
)
def test_it_is_written_while_the_desk_is_open_once_the_month_is_over(desk, at, said, months):
    desk.a_ticket()
    desk.time.at = at(said)
    assert Monthly(desk).writing.make_due() == months


def test_a_month_that_is_over_for_long_is_written_only_for_whoever_asks(desk, at):
    desk.a_ticket()
    desk.time.at = at("tue 09:00") + timedelta(days=15)
    monthly = Monthly(desk)
    assert monthly.writing.make_due() == 0
    monthly.writing.make("Bakery", "2026-11")
    monthly.beat()
    assert len(monthly.shown()) == 1


def test_clients_that_nobody_is_named_for_get_none(desk, at):
    desk.a_ticket()
    desk.time.at = at("tue 09:00")
    assert Monthly(desk, replace(BAKERY, report_to="")).writing.make_due() == 0
    assert Monthly(desk, replace(BAKERY, name="Garage")).writing.make_due() == 0, "nothing happened for it"


def test_a_month_that_runs_is_not_for_clients_yet(desk, at, slack):
    desk.a_ticket()
    desk.time.at = at("mon 16:00")
    monthly = Monthly(desk)
    assert f"Once the month is over it can be mailed to {BOSS}." in report(desk, slack)
    desk.forge("write_report", '["2026-11", "Bakery"]', by="U0LENA")
    assert slack.told[-1]["text"] == "That month is not over yet."
    assert monthly.stand() is None


def test_a_message_that_somebody_deleted_comes_back_while_it_has_to_be_decided(monthly, slack):
    monthly.beat()
    [before] = monthly.shown()
    slack.remove("Helpdesk", before)
    write_anew(monthly, slack)
    monthly.beat()
    monthly.beat()
    [after] = monthly.shown()
    assert after["ts"] != before["ts"]


def test_what_the_mail_server_refused_is_told_in_a_new_message_and_sent_again_by_a_lead(monthly):
    monthly.beat()
    monthly.press("send_report")
    monthly.trouble.append(DeliveryFailed("550 nobody here", permanent=True))
    monthly.beat()
    assert f"⚠️ This mail did not reach {BOSS}: 550 nobody here." in monthly.words()
    assert len(monthly.shown()) == 2
    monthly.press("resend_report")
    monthly.beat()
    assert [to for _, to, _ in monthly.left] == [BOSS]
    assert "✅ Sent" in monthly.words()


def test_of_what_may_have_arrived_a_lead_says_that_it_did(monthly):
    monthly.beat()
    monthly.press("send_report")
    monthly.trouble += [DeliveryUncertain("silence")]
    monthly.beat()
    assert "📤 On its way" in monthly.words()
    monthly.desk.time.sleep(10)
    monthly.beat()
    assert "❓ Nobody knows whether this mail arrived" in monthly.words()
    monthly.press("report_arrived")
    monthly.beat()
    assert (monthly.stand(), monthly.left) == (Stand.SENT, [])


def test_an_address_that_the_settings_no_longer_name_gets_nothing(monthly, slack):
    monthly.beat()
    house = monthly.desk.house
    moved = replace(house.policy, contracts=(replace(BAKERY, report_to="new@bakery.example"),))
    monthly.desk.house = replace(house, policy=moved)
    monthly.desk.app = bot_app.build(monthly.desk.house, AtOnce())
    monthly.desk.listen()
    monthly.press("send_report")
    assert "The settings name another address by now" in slack.told[-1]["text"]
    monthly.beat()
    assert (monthly.stand(), monthly.left) == (Stand.ASKED, [])


def test_a_message_whose_answer_was_lost_is_found_and_not_posted_twice(monthly, slack):
    slack.fault("chat.postMessage", drop="after")
    monthly.beat()
    monthly.beat()
    monthly.desk.time.sleep(31)
    monthly.beat()
    assert len(monthly.shown()) == 1
    monthly.press("skip_report")
    monthly.beat()
    assert "🚫 Not sent" in monthly.words()


def test_what_slack_refused_is_posted_later(monthly, slack):
    slack.fault("chat.postMessage", error="ratelimited")
    monthly.beat()
    assert monthly.shown() == []
    monthly.desk.time.sleep(31)
    monthly.beat()
    assert len(monthly.shown()) == 1


@pytest.mark.both_engines
def test_several_desks_in_one_database_post_one_message(monthly):
    monthly.writing.make_due()
    together = Barrier(3)

    def look():
        together.wait(30)
        monthly.messages.tell_due()

    threads = [Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(monthly.shown()) == 1


def test_after_a_restore_the_message_is_found_again_and_warns(monthly, at):
    monthly.beat()
    [before] = monthly.shown()
    with monthly.desk.db.change() as session:
        session.execute(tables.reports.delete())
        aftermath.begin(session, taken_at=at("mon 12:00"), at=monthly.desk.time.now())
        aftermath.release(session, at=monthly.desk.time.now())
    monthly.beat()
    monthly.desk.time.sleep(31)
    monthly.beat()
    assert [each["ts"] for each in monthly.shown()] == [before["ts"]]
    assert "this mail may have been sent before" in monthly.words()


@pytest.mark.both_engines
def test_both_buttons_at_once_do_one_thing(monthly, slack):
    monthly.beat()
    first = monthly.desk.a_click("send_report", picture(monthly), by="U0LENA")
    second = monthly.desk.a_click("skip_report", picture(monthly), by="U0LENA")
    for body in (first, second, first):
        monthly.desk.dispatch(body)
    monthly.beat()
    assert (monthly.stand(), len(monthly.left)) == (Stand.SENT, 1)
    assert "out of date" in slack.told[-1]["text"]


def picture(monthly):
    [row] = [block for block in monthly.shown()[-1]["blocks"] if block["type"] == "actions"]
    return row["elements"][0]["value"]


def test_a_process_that_slept_over_the_message_leaves_it_to_the_other_that_has_told_it(monthly):
    monthly.writing.make_due()

    def where(name):
        if not monthly.shown():
            monthly.desk.time.sleep(61)
            monthly.messages.tell_due()
        return LEADS

    replace(monthly.messages, channel_of=where).tell_due()
    assert len(monthly.shown()) == 1


def test_a_process_that_slept_does_not_end_the_turn_of_the_other(monthly):
    monthly.writing.make_due()
    now, later = monthly.desk.time.now(), timedelta(seconds=61)
    with monthly.desk.db.change() as session:
        slept = reports.claim_message(session, now=now, lease=timedelta(seconds=60))
    with monthly.desk.db.change() as session:
        assert reports.claim_message(session, now=now + later, lease=timedelta(seconds=60))
        reports.tell_later(session, slept, claimed_until=now + timedelta(seconds=60), until=now)
    with monthly.desk.db.read() as session:
        assert not reports.is_message_due(session, now=now + later)
