"""What `helpdesk doctor` finds of a real mail server, and what it says to mend."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from imapclient import IMAPClient

from desk.finding import Health
from mail.account import Account
from mail.examining import Examination
from mail.marking import After
from mail.tokens import Grant, Tokens
from tests.dovecot import PASSWORD
from tests.mail.token_server import token_server

WAIT = 20


@pytest.fixture
def look(dovecot_server, request):
    """Looks at a mailbox of its own; gives what was found, by health."""
    user = f"u{abs(hash(request.node.name)):x}@desk.example"

    def examine(*, context=None, after=None, trusted=None, now=None, **facts):
        account = {"host": "localhost", "port": dovecot_server.encrypted, "password": PASSWORD} | facts
        examination = Examination(
            part="mailbox", account=Account(user=user, **account), after=after or After(), trusted=trusted,
            now=now or datetime.now(UTC), seconds=WAIT,
            context=context or ssl.create_default_context(cafile=dovecot_server.certificate),
        )  # fmt: skip
        found = list(examination.findings())
        return {health: [one for one in found if one.health is health] for health in Health}

    examine.user = user
    return examine


def said(findings):
    return "\n".join(f"{one.said} -> {one.mend}" for one in findings)


def test_a_sound_mailbox_is_described_and_nothing_is_to_be_mended(look, dovecot_server):
    with IMAPClient("127.0.0.1", dovecot_server.plain, ssl=False, timeout=WAIT) as human:
        human.login(look.user, PASSWORD)
        for named in ("mx.desk.example (ours) 1; dmarc=pass", "mx.desk.example; dkim=fail", "other.example"):
            human.append("INBOX", f"Authentication-Results: {named}\r\nSubject: x\r\n\r\nx\r\n".encode())

        found = look(trusted="mx.desk.example")

        assert human.folder_status("INBOX", ["UNSEEN"])[b"UNSEEN"] == 3
    assert (found[Health.MEND], found[Health.AWAY], found[Health.NOTE]) == ([], [], [])
    whole = said(found[Health.OK])
    for words in (
        "lets u", "with a password", "encrypted with TLSv1.3", "good until 02 November 2126",
        "has IDLE, MOVE, UIDPLUS", "INBOX can be read and written", "3 mails lie in INBOX",
        "by: mx.desk.example (2), other.example (1)",
    ):  # fmt: skip
        assert words in whole

    unset = look()
    assert 'set mail.trusted_authserv = "mx.desk.example"' in said(unset[Health.NOTE])
    assert "nobody calls itself mx.other" in said(look(trusted="mx.other")[Health.NOTE])
    slow = look(trusted="mx.desk.example", now=datetime.now(UTC) - timedelta(hours=1))
    assert "seconds from now by our clock -> set this machine's clock" in said(slow[Health.NOTE])


def test_each_way_of_being_shut_out_says_what_to_mend(look, dovecot_server):
    assert "check user and password" in said(look(password="wrong")[Health.MEND])
    assert "set mail.ca_file" in said(look(context=ssl.create_default_context())[Health.MEND])
    assert "set folder to one of: INBOX" in said(look(folder="Nowhere")[Health.MEND])
    assert "wait for the server" in said(look(port=1)[Health.AWAY])
    plain = look(port=dovecot_server.plain, tls="none", after=After("move", "Done"))
    assert "not encrypted" in said(plain[Health.NOTE])
    assert "Done does not exist yet" in said(plain[Health.OK])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_token_is_tried_as_well(db, look, dovecot_server):
    lives = 600

    def answers(form):
        return 200, {"access_token": dovecot_server.token(look.user, lives=lives)}

    with token_server(answers) as server:

        def tokens():
            return Tokens(db, Grant(token_url=server.url, client_id="x"), clock=lambda: datetime.now(UTC))

        assert "with a token (XOAUTH2)" in said(look(tokens=tokens())[Health.OK])
        lives = -600
        assert "check [mail.oauth], and that" in said(look(tokens=tokens())[Health.MEND])
