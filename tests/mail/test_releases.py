"""A report that a lead let go: it leaves once, over lines that break, by any number of processes."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from desk.actor import Actor
from desk.erasing import Person
from desk.release import Stand
from mail.house import House as MailHouse
from mail.intake import Intake
from mail.letterhead import Letterhead
from mail.message import report_id
from mail.notifications import Templates
from mail.releases import Releases
from mail.reporting import Reporting
from mail.sending import MailSender
from mail.smtp import Server
from sla.calendar import Calendar
from sla.hours import BusinessHours
from sla.policy import Contract, Policy
from store import aftermath, erasing, inbox, points, releases, reports, unsent
from store.erasing import Deed
from store.inbox import Arrival
from store.points import Point
from store.traces import StillUnderWay
from tests.dying import dying_at
from tests.mail.mailing_desk import AMSTERDAM, MONDAY, SECRET
from tests.mail.rivals import until, waits_for_the_other

BOSS = "boss@bakkerij.example"
OURS = "help@desk.example"


class Office:
    """What writes and sends reports, with the mail server of the other tests."""

    def __init__(self, house, **kept):
        self.house, self.db, self.post = house, house.db, house.post
        contract = Contract(name="Bakery", domains=frozenset({"bakkerij.example"}), report_to=BOSS)
        policy = Policy(hours=BusinessHours(Calendar()), contracts=(contract,))
        letterhead = Letterhead(name="Helpdesk", address=OURS, zone=AMSTERDAM)
        self.writing = Reporting(
            self.db, policy, letterhead, Templates(), SECRET, "nl", lambda client: "", lambda: house.now
        )
        server = Server(host="127.0.0.1", port=house.port, hello="desk.example", timeout=10.0)
        self.sending = Releases(self.db, server, OURS, lambda: house.now, **kept)
        house.opens(client="Bakery")
        house.now = MONDAY + timedelta(days=1)
        assert self.writing.make_due() == 1

    def report(self):
        with self.db.read() as session:
            found = reports.of(session, "Bakery", "2026-11")
        assert found is not None
        return found

    def release(self):
        now = self.report()
        with self.db.change() as session:
            reports.release(session, now.id, now.version, by="Lena", at=self.house.now)

    def later(self, **more):
        self.house.now += timedelta(**more)
        self.sending.send_due()

    def look_often(self):
        for pause in MailSender.patience.looks:
            self.later(seconds=pause.total_seconds())


class Sent:
    """The folder in which a mail server keeps what it sent."""

    def __init__(self, *names):
        self.names = names

    def holds(self, message_id):
        return message_id in self.names

    shows = holds


NAME = report_id("Bakery", "2026-11", secret=SECRET, domain="desk.example")


@pytest.fixture
def office(house):
    return Office(house)


def test_nothing_leaves_before_a_lead_let_it_go_and_then_it_leaves_once(office):
    office.later(hours=1)
    assert office.post.mails == []
    office.release()
    office.later(seconds=1)
    office.later(hours=1)
    [(sender, to, _)] = office.post.mails
    assert (sender, to, office.report().stand) == (OURS, [BOSS], Stand.SENT)
    mail = office.post.last()
    assert (mail["Message-ID"], mail["Subject"]) == (f"<{NAME}>", "November 2026: uw meldingen in cijfers")
    assert "Nieuw: 1" in office.post.text()
    [file] = mail.iter_attachments()
    assert file.get_filename() == "HD-2026-11.csv"
    rows = file.get_content().decode("utf-8-sig").splitlines()
    assert rows[:2] == ["Wat;Prioriteit;Aantal;Van", "Nieuw;;1;"]


@pytest.mark.both_engines
def test_of_several_that_look_at_once_one_sends(office):
    office.release()
    together = Barrier(3)

    def look():
        together.wait(30)
        office.sending.send_due()

    threads = [Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(office.post.mails), office.report().stand) == (1, Stand.SENT)


def test_a_server_that_has_no_time_is_asked_again_and_one_that_refuses_is_not(office):
    office.release()
    office.post.answers = ["451 later", "550 nobody here"]
    office.later(seconds=1)
    assert (office.report().stand, office.post.mails) == (Stand.RELEASED, [])
    office.later(minutes=6)
    report = office.report()
    assert (report.stand, report.posting) == (Stand.FAILED, 2), "the leads hear of it in a message of its own"
    assert "550 nobody here" in report.last_error
    office.release()
    office.later(seconds=1)
    assert (len(office.post.mails), office.report().stand) == (1, Stand.SENT)


def test_a_server_that_nobody_reaches_costs_no_attempt(office):
    office.release()
    port, office.sending.server = office.sending.server, Server(host="127.0.0.1", port=9, timeout=1.0)
    office.later(seconds=1)
    assert (office.report().stand, office.report().attempts) == (Stand.RELEASED, 0)
    office.sending.server = port
    office.later(minutes=1)
    assert office.report().stand is Stand.SENT


def test_the_days_on_which_nobody_reached_the_server_use_up_no_patience(office):
    office.release()
    server, office.sending.server = office.sending.server, Server(host="127.0.0.1", port=9, timeout=1.0)
    office.later(seconds=1)
    office.later(days=6)
    office.sending.server = server
    office.post.answers = ["451 later"]
    office.later(minutes=1)
    assert office.report().stand is Stand.RELEASED
    office.later(minutes=6)
    assert office.report().stand is Stand.SENT


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("point", "left"),
    [(Point.MONTH_TAKEN, 0), (Point.SMTP_WRITTEN, 0), (Point.SMTP_TAKEN, 1), (Point.MONTH_SENT, 1)],
)
def test_one_over_which_the_desk_died_is_asked_about_and_never_repeated_by_itself(office, point, left):
    office.release()
    with dying_at(point):
        office.later(seconds=1)
    office.later(minutes=2)
    assert (office.report().stand, len(office.post.mails)) == (Stand.DOUBTFUL, left)


@pytest.mark.both_engines
def test_a_process_that_slept_over_it_does_not_send_it(office):
    office.release()

    def sleep(point):
        if point is Point.MONTH_TAKEN:
            points.watch(None)
            office.house.now += timedelta(seconds=40)

    points.watch(sleep)
    try:
        office.later(seconds=1)
    finally:
        points.watch(None)
    assert (office.report().stand, office.post.mails) == (Stand.RELEASED, [])
    office.later(minutes=6)
    assert (office.report().stand, len(office.post.mails)) == (Stand.SENT, 1)


def test_what_may_have_arrived_is_asked_about_and_never_repeated_by_itself(office):
    office.release()
    office.post.breaks = 1
    office.later(seconds=1)
    assert office.report().stand is Stand.UNCERTAIN
    office.look_often()
    report = office.report()
    assert (report.stand, len(office.post.mails)) == (Stand.DOUBTFUL, 1)
    with office.db.change() as session:
        reports.vouch(session, report.id, report.version, by="Lena", at=office.house.now)
    assert office.report().stand is Stand.SENT


def test_a_copy_among_the_sent_mails_proves_it(house):
    office = Office(house, journal=Sent(NAME))
    office.release()
    office.post.breaks = 1
    office.later(seconds=1)
    office.look_often()
    assert (office.report().stand, len(office.post.mails)) == (Stand.SENT, 1)


def arrives(office, raw):
    desk = MailHouse(addresses=frozenset({OURS}), loop_mark=OURS)
    with office.db.change() as session:
        inbox.keep(session, Arrival(source="imap", raw=raw, at=office.house.now))
    assert Intake(office.db, desk, clock=lambda: office.house.now).receive_new() == 1


def test_a_copy_in_our_own_mailbox_proves_it_even_when_people_were_asked_already(house):
    office = Office(house, copy_to="help+sent@desk.example")
    office.release()
    office.post.breaks = 1
    office.later(seconds=1)
    office.look_often()
    assert office.report().stand is Stand.DOUBTFUL
    arrives(office, office.post.mails[-1][2])
    assert (office.report().stand, len(office.post.mails)) == (Stand.SENT, 1)


@pytest.mark.both_engines
def test_what_a_process_that_died_was_sending_is_looked_for_before_anybody_sends_it(office):
    office.release()
    with office.db.change() as session:
        assert releases.claim(session, now=office.house.now, lease=timedelta(seconds=60))
    office.later(seconds=30)
    assert office.report().stand is Stand.SENDING
    office.later(seconds=31)
    assert (office.report().stand, office.post.mails) == (Stand.DOUBTFUL, [])


def test_after_a_restore_what_left_before_is_not_sent_again(house):
    office = Office(house, journal=Sent(NAME))
    with office.db.change() as session:
        aftermath.begin(session, taken_at=MONDAY, at=office.house.now)
        aftermath.release(session, at=office.house.now)
    office.release()
    office.later(seconds=1)
    assert (office.report().stand, office.post.mails) == (Stand.SENT, [])


BOUNCE = """From: MAILER-DAEMON@mx.example
To: help@desk.example
Subject: Undelivered Mail
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

Sorry.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; boss@bakkerij.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 no such user

--x
Content-Type: text/rfc822-headers

Message-ID: <{}>

--x--
"""


def test_what_comes_back_is_told_to_the_leads_and_makes_no_ticket(office):
    office.release()
    office.later(seconds=1)
    arrives(office, BOUNCE.format(NAME).encode())
    report = office.report()
    assert (report.stand, report.posting) == (Stand.RETURNED, 2)
    assert "no such user" in report.last_error
    with office.db.read() as session:
        assert inbox.what_became(session, 1)[1] is None


@pytest.mark.both_engines
def test_who_is_forgotten_is_forgotten_here_too(office):
    with office.db.change() as session:
        assert reports.names(session, BOSS)
        assert reports.unname(session, Person(BOSS, (), "erased-1"), now=office.house.now) == 1
        assert not reports.names(session, BOSS)
    report = office.report()
    assert (report.stand, report.raw) == (Stand.DECLINED, b"")


DOUBT = "nobody knows whether it arrived, and whoever it was for is erased"


@pytest.mark.parametrize(
    ("answer", "breaks", "looks", "stand"),
    [
        ("", 0, 0, Stand.DECLINED),
        ("421 later", 0, 1, Stand.DECLINED),
        ("550 nobody here", 0, 1, Stand.DECLINED),
        ("", 1, 1, Stand.DOUBTFUL),
        ("", 1, 2, Stand.DOUBTFUL),
    ],
    ids=["let go", "put off", "refused", "uncertain", "doubtful"],
)
def test_an_erasure_says_of_a_report_what_became_of_it(office, answer, breaks, looks, stand):
    office.release()
    office.post.answers, office.post.breaks = [answer] if answer else [], breaks
    for _ in range(looks):
        office.later(seconds=10)
    assert erased(office) == ""
    left = office.report()
    assert (left.stand, left.raw, left.may_go_again) == (stand, b"", False)
    assert (left.decided_by == "an erasure") is (stand is Stand.DECLINED)
    assert (DOUBT in left.last_error) is (stand is Stand.DOUBTFUL)
    office.later(hours=1)
    assert (office.report().stand, len(office.post.mails)) == (stand, breaks)
    with office.db.read() as session:
        standing = unsent.standing(session)
    assert (standing.in_doubt, standing.given_up, standing.since) == (0, 0, None), "nobody is asked about it"


def test_a_report_over_whose_sending_the_desk_died_may_have_left_before_it_was_erased(office):
    office.release()
    with dying_at(Point.MONTH_SENT):
        office.later(seconds=1)
    office.house.now += timedelta(minutes=2)
    assert erased(office) == ""
    assert (office.report().stand, len(office.post.mails)) == (Stand.DOUBTFUL, 1)


def test_a_report_of_which_a_copy_was_seen_was_sent_though_it_was_erased(office):
    office.release()
    office.post.breaks = 1
    office.later(seconds=1)
    with office.db.change() as session:
        releases.prove(session, NAME, at=office.house.now)
    seen = office.house.now
    office.house.now += timedelta(seconds=1)
    assert erased(office) == ""
    assert (office.report().stand, office.report().sent_at) == (Stand.SENT, seen)


def test_a_report_that_came_back_came_back_though_it_was_erased(office):
    office.release()
    office.later(seconds=1)
    arrives(office, BOUNCE.format(NAME).encode())
    assert erased(office) == ""
    assert office.report().stand is Stand.RETURNED
    assert "it came back" in office.report().last_error


def erased(office):
    """Erase whoever gets the report; returns what stood in the way."""
    with office.db.read() as session:
        found = erasing.find(session, BOSS)
    try:
        list(erasing.erase(office.db, found, Deed("forget", Actor.operator("olga"), office.house.now)))
    except StillUnderWay as busy:
        return str(busy)
    return ""


@pytest.mark.both_engines
def test_an_erasure_waits_for_a_report_that_is_just_being_sent(office):
    # given a report that another process has claimed and not committed yet
    office.release()
    outcomes = []
    erasure = Thread(target=lambda: outcomes.append(erased(office)))
    with office.db.change() as session:
        report = releases.claim(session, now=office.house.now, lease=timedelta(minutes=1))
        erasure.start()
        until(lambda: waits_for_the_other(office.db))

    # then the erasure touches nothing of it, and says so
    erasure.join(timeout=100)
    assert outcomes == ["The report of Bakery for 2026-11 is just being sent."]
    assert (office.report().stand, office.report().address) == (Stand.SENDING, BOSS)

    # and once it has left, that stays on record, without whose it was
    with office.db.change() as session:
        releases.end(session, report, Stand.SENT, at=office.house.now)
    assert erased(office) == ""
    left = office.report()
    assert (left.stand, left.raw, BOSS in left.address + left.body) == (Stand.SENT, b"", False)
