"""The desk's mailbox on a real Dovecot: over TLS, with a password or a token, with every way of marking."""

import ssl
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from imapclient import IMAPClient
from sqlalchemy import select

from mail.account import Account
from mail.connection import Connection
from mail.line import Line, NotLetIn, Unreachable
from mail.mailbox import Mailbox
from mail.marking import After
from mail.tokens import Grant, Tokens
from store import tables
from tests.dovecot import PASSWORD
from tests.mail.token_server import token_server

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WAIT = 20


class Post:
    """A mailbox of its own, the person who looks into it, and the desk that reads it."""

    def __init__(self, db, server, user):
        self.db, self.server, self.user = db, server, user
        self.trust = ssl.create_default_context(cafile=server.certificate)
        self.human = IMAPClient("127.0.0.1", server.plain, ssl=False, timeout=WAIT)
        self.human.login(user, PASSWORD)
        self.human.select_folder("INBOX")
        self.opened = []

    def arrives(self, number=1, at=None):
        raw = f"From: a@b.example\r\nSubject: Fault {number}\r\nMessage-ID: <{number}@b.example>\r\n\r\nx\r\n"
        self.human.append("INBOX", raw.encode(), msg_time=at)

    def mailbox(self, *, context=None, after=None, on_mail=lambda: None, **facts):
        account = {"host": "localhost", "port": self.server.encrypted, "password": PASSWORD} | facts
        mailbox = Mailbox(
            self.db, Account(user=self.user, **account), clock=lambda: datetime.now(UTC), seconds=WAIT,
            context=context or self.trust, after=after, on_mail=on_mail, poll=timedelta(minutes=5),
        )  # fmt: skip
        self.opened.append(mailbox)
        return mailbox

    def lies_in(self, folder):
        self.human.select_folder(folder)
        return len(self.human.search())

    def kept(self):
        with self.db.read() as session:
            return session.execute(select(tables.inbox)).all()


@pytest.fixture
def post(db, dovecot_server, request):
    post = Post(db, dovecot_server, f"u{abs(hash(request.node.name)):x}@desk.example")
    yield post
    post.human.shutdown()
    for mailbox in post.opened:
        mailbox.close()


def test_mail_is_read_over_verified_tls_and_marked_seen(post):
    landed = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)
    post.arrives(at=landed)
    mailbox = post.mailbox()

    assert (mailbox.fetch(), mailbox.fetch()) == (1, 0)

    (kept,) = post.kept()
    assert kept.arrived_at == landed
    (found,) = post.human.fetch(post.human.search(), ["FLAGS"]).values()
    assert b"\\Seen" in found[b"FLAGS"]


def test_a_certificate_of_nobody_we_trust_gets_no_password(post):
    with pytest.raises(Unreachable, match="certificate verify failed"):
        post.mailbox(context=ssl.create_default_context()).fetch()


def test_the_encryption_that_is_asked_for_later_is_verified_as_well(post):
    post.arrives()
    assert post.mailbox(port=post.server.plain, tls="starttls").fetch() == 1
    stranger = Account(
        host="localhost", port=post.server.plain, tls="starttls", user=post.user, password=PASSWORD
    )
    with pytest.raises(Unreachable, match="certificate verify failed"):
        Line(stranger, seconds=WAIT)


def test_a_wrong_password_is_a_matter_of_settings(post):
    with pytest.raises(NotLetIn, match="does not let") as refused:
        post.mailbox(password="hush-wrong").fetch()
    assert "hush" not in str(refused.value)


def test_a_token_opens_the_mailbox_and_an_ended_one_is_exchanged_for_another(post, caplog):
    caplog.set_level("DEBUG")
    lives = [-10.0, 600.0]

    def answers(form):
        token = post.server.token(post.user, lives=lives.pop(0))
        return 200, {"access_token": token, "expires_in": 3600}

    post.arrives()
    with token_server(answers) as server:
        grant = Grant(token_url=server.url, client_id="desk", client_secret="hush-client")
        tokens = Tokens(post.db, grant, clock=lambda: datetime.now(UTC))
        mailbox = post.mailbox(tokens=tokens)

        with pytest.raises(NotLetIn, match="does not let") as refused:
            mailbox.fetch()
        assert mailbox.fetch() == 1

        value = tokens.token().value
    for told in (caplog.text, str(refused.value), repr(tokens.token()), repr(mailbox._account)):
        assert "hush" not in told
        assert value.rpartition(".")[2] not in told


def test_a_line_is_renewed_with_its_token_before_the_server_ends_it(post):
    def answers(form):
        return 200, {"access_token": post.server.token(post.user), "expires_in": 0.02}

    with token_server(answers) as server:
        grant = Grant(token_url=server.url, client_id="desk")
        mailbox = post.mailbox(tokens=Tokens(post.db, grant, clock=lambda: datetime.now(UTC)))
        mailbox.fetch()
        post.arrives()
        assert mailbox.fetch() == 1
        assert len(server.forms) == 2


def test_mail_that_the_server_mentions_below_another_answer_is_not_waited_for(post):
    post.arrives()
    account = post.mailbox()._account
    connection = Connection(account, seconds=WAIT, context=post.trust)
    try:
        connection.select()
        assert connection.uids_since(datetime.now(UTC).date() - timedelta(days=1)) == {1}
        post.arrives(2)
        assert connection.facts(1)
        waiting = Thread(target=connection.wait, args=(Event(), 600), daemon=True)
        waiting.start()
        waiting.join(WAIT)
        assert not waiting.is_alive()
        connection.select()
        assert connection.uids_since(datetime.now(UTC).date() - timedelta(days=1)) == {1, 2}
    finally:
        connection.close()


def test_the_server_calls_when_mail_comes(post):
    arrived, stop = Event(), Event()
    mailbox = post.mailbox(on_mail=arrived.set)
    reading = Thread(target=mailbox.run, args=(stop,))
    mailbox.fetch()
    reading.start()
    post.arrives()
    try:
        assert arrived.wait(WAIT)
    finally:
        stop.set()
        reading.join(WAIT)


def test_kept_mail_is_moved_into_a_folder_that_is_made_for_it(post):
    post.arrives(1)
    post.arrives(2)
    mailbox = post.mailbox(after=After("move", "Désk"))

    assert (mailbox.fetch(), mailbox.fetch()) == (2, 0)

    assert (post.lies_in("INBOX"), post.lies_in("Désk")) == (0, 2)


def test_a_move_that_was_interrupted_is_made_up_for_once(post):
    post.arrives()
    post.mailbox(after=After("leave")).fetch()
    assert post.lies_in("INBOX") == 1
    (found,) = post.human.fetch(post.human.search(), ["FLAGS"]).values()
    assert b"\\Seen" not in found[b"FLAGS"]

    again = post.mailbox(after=After("move", "Done"))
    again._reader = post.opened[0]._reader  # the process that was interrupted, started anew

    assert (again.fetch(), again.fetch()) == (0, 0)
    assert (post.lies_in("INBOX"), post.lies_in("Done"), len(post.kept())) == (0, 1, 1)


def test_without_move_a_message_is_copied_and_only_that_one_expunged(post):
    post.arrives(1)
    post.arrives(2)
    post.human.add_flags(post.human.search()[:1], [b"\\Deleted"])
    mailbox = post.mailbox(after=After("move", "Done"))
    mailbox.fetch()
    assert post.lies_in("Done") == 2

    post.arrives(3)
    mailbox._connection.line.capabilities -= {"MOVE"}
    assert mailbox.fetch() == 1
    assert (post.lies_in("INBOX"), post.lies_in("Done")) == (0, 3)
