"""Mail fetched from a real IMAP server: every message once, whoever else reads there."""

import socket
import ssl
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from imapclient import IMAPClient
from sqlalchemy import select

from mail.account import Account
from mail.connection import Connection
from mail.house import House
from mail.intake import Intake
from mail.journal import SentFolder
from mail.line import Unreachable
from mail.mailbox import Mailbox
from store import mailboxes, tables, tickets
from store.database import Database, Unavailable
from tests.ports import free_ports

pytestmark = pytest.mark.both_engines

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
WITH_ONE_ENGINE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what depends on the mail server and not on the database."""

WAIT = 30
"""Seconds that a test waits at the most for another thread or process."""


def mail(number=1, body="The printer is on fire.\r\n"):
    return (
        f"From: Alice <alice@customer.example>\r\nTo: help@desk.example\r\nSubject: Fault {number}\r\n"
        f"Message-ID: <m{number}@customer.example>\r\n\r\n{body}"
    ).encode()


IMAP_SERVER = """
from pymap.config import IMAPConfig
from pymap.main import main
from pysasl.hashing import Cleartext
IMAPConfig._get_hash_context = lambda *_: Cleartext()
main()
"""
"""It keeps its one password as it is: half a million rounds of a hash at every login prove nothing here."""


@pytest.fixture(scope="module")
def imap_port():
    """A server of the test group's own, in another process."""
    (port,) = free_ports(1)
    arguments = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict", "--demo-user", "help"]
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", IMAP_SERVER, *arguments, "--demo-password", "secret"],
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: answers(port))
        yield port
    finally:
        server.terminate()
        server.wait(WAIT)


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except ConnectionRefusedError:
        return False
    return True


def wait_until(condition):
    pause = Event()
    for _ in range(WAIT * 50):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError("it never happened")


class Post:
    """A folder of its own on the server, and people who look into it."""

    def __init__(self, db, port, folder):
        self.db = db
        self.now = MONDAY
        self.account = Account(
            host="127.0.0.1", port=port, user="help", password="secret", tls="none", folder=folder
        )
        self.human = IMAPClient("127.0.0.1", port, ssl=False, timeout=WAIT)
        self.human.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.human.login("help", "secret")
        self.human.create_folder(folder)
        self._open = []

    def look(self):
        """A person opens the folder in a mail program; the UIDs they see."""
        self.human.select_folder(self.account.folder)
        return self.human.search()

    def arrives(self, raw, at=None):
        self.human.append(self.account.folder, raw, msg_time=at or self.now)

    def mailbox(self, **facts):
        facts.setdefault("seconds", WAIT)
        mailbox = Mailbox(self.db, self.account, clock=lambda: self.now, **facts)
        self._open.append(mailbox)
        return mailbox

    def close(self):
        self.human.logout()
        for mailbox in self._open:
            mailbox.close()

    def kept(self):
        with self.db.read() as session:
            return session.execute(select(tables.inbox).order_by(tables.inbox.c.id)).all()

    def subjects(self):
        return [row.raw.split(b"Subject: ")[1].split(b"\r")[0].decode() for row in self.kept()]

    def flags(self):
        """The flags of the only message."""
        (found,) = self.human.fetch(self.look(), ["FLAGS"]).values()
        return set(found[b"FLAGS"])

    def read_up_to(self):
        with self.db.read() as session:
            return mailboxes.all_read_up_to(session, [self.account.name], now=MONDAY + timedelta(days=9))


@pytest.fixture
def post(db, imap_port, request):
    folder = f"F{abs(hash(request.node.name)):x}"
    post = Post(db, imap_port, folder)
    yield post
    post.close()


def test_a_message_is_kept_as_it_came_with_the_moment_it_arrived(post):
    earlier = datetime(2026, 11, 23, 9, 20, tzinfo=UTC) - timedelta(hours=1)
    post.arrives(mail(), at=earlier)

    assert post.mailbox().fetch() == 1

    (kept,) = post.kept()
    assert (kept.raw, kept.arrived_at, kept.source) == (mail(), earlier, post.account.name)
    assert [kept.uid] == post.look()


@WITH_ONE_ENGINE
def test_what_a_mail_server_keeps_as_sent_is_found_by_its_name(post):
    post.arrives(mail(7))
    sent = SentFolder(post.account, post.account.folder)

    assert sent.holds("m7@customer.example")
    assert not sent.holds("m8@customer.example")
    assert b"\\Seen" not in post.flags()
    assert not SentFolder(post.account, "there is no such folder").holds("m7@customer.example")
    nobody = replace(post.account, port=1)
    assert not SentFolder(nobody, post.account.folder).holds("m7@customer.example")


@WITH_ONE_ENGINE
def test_a_kept_message_is_marked_seen_and_stays_where_it_is(post):
    post.arrives(mail())
    post.mailbox().fetch()

    assert b"\\Seen" in post.flags()
    assert b"\\Deleted" not in post.flags()


def test_every_message_is_fetched_once(post):
    mailbox = post.mailbox()
    for number in (1, 2, 3):
        post.arrives(mail(number))
    assert mailbox.fetch() == 3

    post.arrives(mail(4))

    assert (mailbox.fetch(), mailbox.fetch(), post.mailbox().fetch()) == (1, 0, 0)
    assert post.subjects() == ["Fault 1", "Fault 2", "Fault 3", "Fault 4"]


@WITH_ONE_ENGINE
def test_what_a_human_has_read_is_not_missed(post):
    post.arrives(mail())
    post.human.add_flags(post.look(), [b"\\Seen"])

    assert post.mailbox().fetch() == 1


@WITH_ONE_ENGINE
def test_a_message_that_is_gone_meanwhile_stops_nothing(post):
    post.arrives(mail(1))
    post.arrives(mail(2))
    mailbox = post.mailbox()
    wanted = mailbox._wanted

    def somebody_deletes_it_meanwhile(*args):
        found = wanted(*args)
        post.human.delete_messages(post.look()[:1])
        post.human.expunge()
        return found

    mailbox._wanted = somebody_deletes_it_meanwhile

    assert mailbox.fetch() == 1
    assert post.subjects() == ["Fault 2"]
    assert post.read_up_to() == MONDAY


def test_a_look_says_up_to_when_everything_was_read(post):
    mailbox = post.mailbox()
    mailbox.fetch()
    assert post.read_up_to() == MONDAY

    post.now += timedelta(minutes=1)
    mailbox.fetch()

    assert post.read_up_to() == MONDAY + timedelta(minutes=1)


@WITH_ONE_ENGINE
def test_a_date_in_the_future_is_now(post):
    post.arrives(mail(), at=MONDAY + timedelta(days=2))
    post.mailbox().fetch()

    assert post.kept()[0].arrived_at == MONDAY


@WITH_ONE_ENGINE
def test_what_lay_there_before_the_desk_came_is_not_the_desks(post):
    post.arrives(mail(1), at=MONDAY - timedelta(days=40))
    post.arrives(mail(2))

    mailbox = post.mailbox()
    mailbox.fetch()
    mailbox.close()
    mailbox.fetch()

    assert post.subjects() == ["Fault 2"]


@WITH_ONE_ENGINE
def test_an_old_message_that_somebody_moves_in_is_the_desks(post):
    mailbox = post.mailbox()
    post.arrives(mail(1), at=MONDAY - timedelta(days=40))
    mailbox.fetch()
    post.arrives(mail(2), at=MONDAY - timedelta(days=30))

    assert mailbox.fetch() == 1
    assert post.subjects() == ["Fault 2"]


@WITH_ONE_ENGINE
def test_a_message_that_is_too_large_becomes_a_ticket_that_says_so(post):
    post.arrives(mail(1, "x" * 3_000))
    post.arrives(mail(2))
    post.mailbox(max_bytes=2_000).fetch()

    house = House(addresses=frozenset({"help@desk.example"}))
    assert Intake(post.db, house, clock=lambda: post.now).receive_new() == 2
    with post.db.read() as session:
        ticket = tickets.get(session, 1)
    assert (ticket.subject, ticket.customer) == ("Fault 1", "alice@customer.example")
    assert "It is still in the mailbox" in ticket.history[0].text
    assert len(post.kept()[0].raw) < 300


def test_a_folder_made_anew_is_read_again_and_its_mails_are_known(post):
    mailbox = post.mailbox()
    post.arrives(mail(1))
    mailbox.fetch()
    mailbox.close()
    post.human.delete_folder(post.account.folder)
    post.human.create_folder(post.account.folder)
    post.arrives(mail(2))
    post.arrives(mail(1))

    assert mailbox.fetch() == 2

    Intake(post.db, House(addresses=frozenset()), clock=lambda: post.now).receive_new()
    assert [row.state for row in post.kept()] == ["done", "done", "duplicate"]
    assert len({row.uidvalidity for row in post.kept()}) == 2


def test_one_process_reads_and_another_takes_over_when_it_is_gone(post):
    first, second = post.mailbox(), post.mailbox()
    first.fetch()
    post.arrives(mail(1))
    assert second.fetch() == 0

    post.now += timedelta(minutes=30)

    assert second.fetch() == 1
    assert first.fetch() == 0
    assert len(post.kept()) == 1


def test_a_crash_before_the_mark_makes_no_second_copy(post):
    post.arrives(mail())
    crashing = post.mailbox(on_mail=lambda: None)
    crashing._mark = lambda connection, uid: (_ for _ in ()).throw(Unreachable("killed here"))
    with pytest.raises(Unreachable):
        crashing.fetch()
    post.now += timedelta(minutes=30)

    assert post.mailbox().fetch() == 0
    assert len(post.kept()) == 1


@WITH_ONE_ENGINE
def test_without_a_database_nothing_is_marked(post, tmp_path):
    post.arrives(mail())
    nowhere = Database(f"sqlite:///{tmp_path / 'missing' / 'x.sqlite3'}")
    mailbox = Mailbox(nowhere, post.account, clock=lambda: MONDAY)

    with pytest.raises(Unavailable):
        mailbox.fetch()

    nowhere.close()
    assert b"\\Seen" not in post.flags()


@WITH_ONE_ENGINE
def test_a_wrong_password_is_said_without_the_password(post):
    account = Account(
        host="127.0.0.1", port=post.account.port, user="help", password="hunter2", tls="none", folder="X"
    )
    mailbox = Mailbox(post.db, account, clock=lambda: MONDAY)

    with pytest.raises(Unreachable, match="does not let help in"):
        mailbox.fetch()

    assert "does not let help in" in mailbox.problem
    assert "hunter2" not in mailbox.problem + repr(account)


@WITH_ONE_ENGINE
def test_a_server_without_tls_is_not_spoken_to_where_tls_is_asked(post):
    account = Account(host="127.0.0.1", port=post.account.port, user="help", password="secret")

    with pytest.raises(Unreachable):
        Mailbox(post.db, account, clock=lambda: MONDAY, seconds=2).fetch()


@contextmanager
def reading(mailbox):
    stop = Event()
    thread = Thread(target=mailbox.run, args=(stop,))
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(WAIT)
    assert not thread.is_alive()


def test_the_server_calls_when_mail_comes(post):
    arrived = Event()
    with reading(post.mailbox(poll=timedelta(minutes=5), on_mail=arrived.set)):
        wait_until(post.read_up_to)
        post.arrives(mail())
        assert arrived.wait(WAIT)

    assert post.subjects() == ["Fault 1"]


@WITH_ONE_ENGINE
def test_without_idle_the_mailbox_is_polled(post):
    arrived = Event()
    with reading(post.mailbox(poll=timedelta(seconds=0.05), idle=False, on_mail=arrived.set)):
        wait_until(post.read_up_to)
        post.arrives(mail())
        assert arrived.wait(WAIT)


# A server that misbehaves


class OddServer:
    """Speaks just enough IMAP to misbehave: answers each command from a script, by its name."""

    def __init__(self, context=None, drip=0, greeting="* OK ready\r\n", **answers):
        self.context = context
        self.drip = drip
        self.greeting = greeting
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.connections = 0
        self.answers = {
            "CAPABILITY": "* CAPABILITY IMAP4rev1\r\n",
            "SELECT": "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n",
            "UID SEARCH": "* SEARCH 1 2\r\n",
            "RFC822.SIZE": "* 1 FETCH (UID {uid} RFC822.SIZE 10)\r\n",
            "BODY.PEEK": "* 1 FETCH (UID {uid} BODY[] {{5}}\r\nhello)\r\n",
            **answers,
        }
        self.thread = Thread(target=self._serve, daemon=True)
        self.thread.start()

    def account(self, **facts):
        facts = {"host": "127.0.0.1", "tls": "none", **facts}
        return Account(port=self.port, user="help", password="secret", **facts)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(WAIT)

    def _serve(self):
        while True:
            try:
                line, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.context and (line := self._shake_hands(line)) is None:
                continue
            with suppress(OSError), line, line.makefile("rb") as commands:
                self._say(line, self.greeting.encode())
                self._talk(line, commands)

    def _shake_hands(self, line):
        """The same line, under TLS; None where the client did not like our certificate."""
        try:
            return self.context.wrap_socket(line, server_side=True)
        except OSError:
            line.close()
            return None

    def _talk(self, line, commands):
        for command in commands:
            tag, _, rest = command.decode().strip().partition(" ")
            name = next((name for name in self.answers if name in rest.upper()), "")
            answer = self.answers.get(name, "")
            if isinstance(answer, list):  # the last one goes on
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
            words = rest.split()
            answer = answer(words[2]) if callable(answer) else answer
            answer = answer.format(uid=words[2] if words[0] == "UID" else "")
            if answer == "hang up":
                return
            if name == "IDLE":
                answer = self._idle(line, commands, answer)
            if not answer.startswith("NO"):
                self._say(line, answer.encode())
                answer = "OK done"
            line.sendall(f"{tag} {answer}\r\n".encode())
            if "LOGOUT" in rest:
                return

    def _say(self, line, answer):
        """At once, or in drops for as long as somebody listens."""
        pause = Event()
        step = 1 if self.drip and len(answer) > 400 else len(answer) or 1
        for begin in range(0, len(answer), step):
            line.sendall(answer[begin : begin + step])
            pause.wait(self.drip if step == 1 else 0)

    def _idle(self, line, commands, announced):
        """Announce the first half of a line, and the other half when the client has had enough."""
        together = announced.startswith(TOGETHER)
        announced = announced.removeprefix(TOGETHER)
        half = len(announced) if together else len(announced) // 2
        pieces = (b"+ idling\r\n", announced[:half].encode())
        for piece in (b"".join(pieces),) if together else pieces:
            line.sendall(piece)
        commands.readline()
        if announced == SILENCE:
            commands.readline()  # until the client hangs up
        return announced[half:]


def test_a_line_is_hung_up_where_no_token_can_be_had_for_want_of_a_database():
    class NoDatabase:
        def token(self, *, within=45.0):
            raise Unavailable("locked")

    server = OddServer()
    with pytest.raises(Unreachable, match="locked"):
        Connection(server.account(tokens=NoDatabase()), seconds=WAIT)
    server.close()
    assert not server.thread.is_alive()


@contextmanager
def odd_server(context=None, **answers):
    server = OddServer(context, **answers)
    try:
        yield server
    finally:
        server.close()


SILENCE = ""
TOGETHER = "in one piece with the answer: "
WITH_IDLE = "* CAPABILITY IMAP4rev1 IDLE\r\n"


def rows(db):
    with db.read() as session:
        return session.execute(select(tables.inbox).order_by(tables.inbox.c.id)).all()


@WITH_ONE_ENGINE
def test_one_broken_message_stops_no_other_and_is_told_of_in_the_end(db):
    good, bad = "* 2 FETCH (UID 2 BODY[] {{5}}\r\nhello)\r\n", "NO it is broken"
    with odd_server(**{"BODY.PEEK": [bad, good, bad, bad]}) as server:
        mailbox = Mailbox(db, server.account(), clock=lambda: MONDAY)
        assert [mailbox.fetch() for _ in range(4)] == [1, 0, 1, 0]
        mailbox.close()

    first, second = rows(db)
    assert (first.uid, first.raw) == (2, b"hello")
    assert (second.uid, "does not hand over message 1" in second.envelope["withheld"]) == (1, True)


@WITH_ONE_ENGINE
def test_a_line_cut_in_the_middle_of_a_message_keeps_nothing_and_connects_again(db):
    cut = "hang up"
    whole = "* 1 FETCH (UID {uid} BODY[] {{5}}\r\nhello)\r\n"
    with odd_server(**{"BODY.PEEK": [cut, whole, whole]}) as server:
        mailbox = Mailbox(db, server.account(), clock=lambda: MONDAY)
        with pytest.raises(Unreachable):
            mailbox.fetch()
        assert rows(db) == []
        assert mailbox.fetch() == 2
        assert (server.connections, mailbox.problem) == (2, "")
        mailbox.close()


@WITH_ONE_ENGINE
def test_a_message_over_which_every_line_breaks_lets_others_pass_and_is_told_of_in_the_end(db):
    def hangs_up_over_the_first(uid):
        return "hang up" if uid == "1" else "* 1 FETCH (UID {uid} BODY[] {{5}}\r\nhello)\r\n"

    with odd_server(**{"BODY.PEEK": hangs_up_over_the_first}) as server:
        mailbox = Mailbox(db, server.account(), clock=lambda: MONDAY)
        for _ in range(5):
            with pytest.raises(Unreachable):
                mailbox.fetch()
        assert [row.uid for row in rows(db)] == [2]

        assert (mailbox.fetch(), mailbox.fetch()) == (1, 0)
        mailbox.close()

    assert "does not hand over message 1" in rows(db)[1].envelope["withheld"]
    assert "breaks over it" in rows(db)[1].envelope["withheld"]


def test_a_server_that_greets_us_drop_by_drop_is_left_after_a_while():
    with (
        odd_server(drip=0.005, greeting=f"* OK {'ready ' * 70}\r\n") as server,
        pytest.raises(Unreachable, match=r"nothing came within 0\.3 seconds"),
    ):
        Connection(server.account(), seconds=0.1)


@WITH_ONE_ENGINE
def test_a_server_that_drips_is_cut_off_after_a_while(db):
    drops = "* 1 FETCH (UID {uid} BODY[] {{9999}}\r\n" + "x" * 500
    with odd_server(drip=0.01, **{"BODY.PEEK": drops}) as server:
        mailbox = Mailbox(db, server.account(), clock=lambda: MONDAY, seconds=0.3)
        with pytest.raises(Unreachable, match=r"longer than 0\.9 seconds"):
            mailbox.fetch()


@WITH_ONE_ENGINE
def test_a_server_that_hangs_up_is_connected_again_after_a_while(db, caplog):
    looks = ["hang up", "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n"]
    arrived = Event()
    with odd_server(SELECT=looks) as server:
        mailbox = Mailbox(
            db, server.account(), clock=lambda: MONDAY, idle=False,
            pause=timedelta(seconds=0.05), on_mail=arrived.set,
        )  # fmt: skip
        with reading(mailbox):
            assert arrived.wait(WAIT)

    assert "cannot be read" in caplog.text
    assert server.connections == 2


@WITH_ONE_ENGINE
def test_a_server_that_falls_silent_in_idle_is_hung_up_on_and_called_again(db):
    stop = Impatient(waits=2)
    poll = timedelta(seconds=0.1)
    with odd_server(CAPABILITY=WITH_IDLE, IDLE=SILENCE) as server:
        Mailbox(db, server.account(), clock=lambda: MONDAY, seconds=0.3, poll=poll).run(stop)

    assert (server.connections, stop.waits) == (2, [5, 5])


class Impatient(Event):
    """A stop sign that nobody waits for: it remembers for how long somebody would have, and falls at last."""

    def __init__(self, waits):
        super().__init__()
        self.waits = []
        self._most = waits

    def wait(self, timeout=None):
        self.waits.append(timeout)
        if len(self.waits) == self._most:
            self.set()
        return self.is_set()


@WITH_ONE_ENGINE
def test_a_line_that_is_announced_in_two_pieces_is_no_reason_to_hang_up(db):
    searches = ["* SEARCH\r\n"] * 3 + ["* SEARCH 1\r\n"]
    arrived = Event()
    with odd_server(CAPABILITY=WITH_IDLE, IDLE="* 1 EXISTS\r\n", **{"UID SEARCH": searches}) as server:
        poll = timedelta(seconds=0.5)  # the first half may have come with the answer to IDLE
        mailbox = Mailbox(db, server.account(), clock=lambda: MONDAY, poll=poll, on_mail=arrived.set)
        with reading(mailbox):
            assert arrived.wait(WAIT)

    assert server.connections == 1


@WITH_ONE_ENGINE
@pytest.mark.parametrize("tls", ["none", "tls"])
def test_what_is_announced_in_one_piece_with_the_answer_to_idle_is_heard_at_once(db, tls, certificate):
    ours, theirs = certificate if tls == "tls" else (None, None)
    searches = ["* SEARCH\r\n"] * 3 + ["* SEARCH 1\r\n"]
    announced, arrived = f"{TOGETHER}* 1 EXISTS\r\n", Event()
    with odd_server(ours, CAPABILITY=WITH_IDLE, IDLE=announced, **{"UID SEARCH": searches}) as server:
        mailbox = Mailbox(
            db, server.account(host="localhost", tls=tls), clock=lambda: MONDAY, poll=timedelta(minutes=9),
            on_mail=arrived.set, context=theirs,
        )  # fmt: skip
        with reading(mailbox):
            assert arrived.wait(WAIT)


@WITH_ONE_ENGINE
def test_a_server_that_cuts_every_idle_is_not_waited_for_longer_each_time(db):
    stop = Impatient(waits=4)
    with odd_server(CAPABILITY=WITH_IDLE, IDLE="hang up") as server:
        Mailbox(db, server.account(), clock=lambda: MONDAY, pause=timedelta(seconds=5)).run(stop)

    assert stop.waits == [5, 5, 5, 5]
    assert len(rows(db)) == 2


@WITH_ONE_ENGINE
def test_a_database_that_was_away_is_not_waited_for_longer_each_time(database_url):
    stop = Impatient(waits=4)
    read_only = Database(f"{database_url.replace('///', '///file:')}?mode=ro&uri=true")
    with odd_server() as server:
        Mailbox(read_only, server.account(), clock=lambda: MONDAY, pause=timedelta(seconds=5)).run(stop)
    read_only.close()

    assert stop.waits == [5, 5, 5, 5]


@pytest.mark.parametrize(
    "refusal",
    [
        {"UID STORE": "NO [NOPERM] you may not"},
        {"SELECT": "* OK [UIDVALIDITY 7] ok\r\n* OK [READ-ONLY] look\r\n", "UID STORE": "hang up",
         "EXAMINE": "* OK [UIDVALIDITY 7] ok\r\n"},
    ],
    ids=["told at the mark", "told at the start"],
)  # fmt: skip
@WITH_ONE_ENGINE
def test_an_unwritable_mailbox_is_read_all_the_same(db, refusal):
    with odd_server(**refusal) as server:
        mailbox = Mailbox(db, server.account(), clock=lambda: MONDAY)
        assert mailbox.fetch() == 2
        mailbox.close()


@WITH_ONE_ENGINE
def test_a_folder_that_is_not_there_is_said(db):
    with odd_server(SELECT="NO no such folder") as server:
        mailbox = Mailbox(db, server.account(), clock=lambda: MONDAY)
        with pytest.raises(Exception, match="no such folder"):
            mailbox.fetch()

    assert "no such folder" in mailbox.problem


CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgcCplOLPigPamncw5
AUO9tVokT0F0s1WTmXsgXjRcAQuhRANCAATpFwML0c2Ylj8uTlAPWWiRpH4k5uY6
M6STldWlk0HivKWN6zg8mx+8Fs/2OAOVzEE4sTGhatikFZqUHyS9RCZ9
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUK6PIZWaPh6ZUMwQlN/7aHXtRyvEwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDAxMzYxOFoYDzIxMjYxMDMx
MDEzNjE4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATpFwML0c2Ylj8uTlAPWWiRpH4k5uY6M6STldWlk0HivKWN6zg8mx+8
Fs/2OAOVzEE4sTGhatikFZqUHyS9RCZ9o2kwZzAdBgNVHQ4EFgQUAP/pvOLp+yS9
61xkaf/6eBA59q4wHwYDVR0jBBgwFoAUAP/pvOLp+yS961xkaf/6eBA59q4wDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAONuLZuCcz8Lbc4MEzUyhBWaRsZZ4mldCf+tsPlc/2vcAiEAg+LTlGtu
ne36fLA4vOqllKRuQELlSfbJdmxoqIaclu4=
-----END CERTIFICATE-----
"""
"""Made for these tests, for localhost, signed by itself; nothing else ever used this key."""


@pytest.fixture
def certificate(tmp_path):
    file = tmp_path / "localhost.pem"
    file.write_text(CERTIFICATE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, ssl.create_default_context(cafile=file)


@WITH_ONE_ENGINE
def test_only_a_server_that_proves_its_name_gets_the_password(db, certificate):
    ours, trusting = certificate
    with odd_server(ours) as server:
        unknown = Mailbox(db, server.account(tls="tls", host="localhost"), clock=lambda: MONDAY)
        with pytest.raises(Unreachable, match="certificate verify failed"):
            unknown.fetch()
        other_name = Mailbox(db, server.account(tls="tls"), clock=lambda: MONDAY, context=trusting)
        with pytest.raises(Unreachable, match="certificate verify failed"):
            other_name.fetch()
        right = Mailbox(
            db,
            server.account(tls="tls", host="localhost", folder="X"),
            clock=lambda: MONDAY,
            context=trusting,
        )
        assert right.fetch() == 2
        right.close()


@WITH_ONE_ENGINE
def test_a_server_that_offers_no_starttls_gets_no_password(db):
    with odd_server() as server:
        mailbox = Mailbox(db, server.account(tls="starttls"), clock=lambda: MONDAY)
        with pytest.raises(Unreachable, match="STARTTLS"):
            mailbox.fetch()
