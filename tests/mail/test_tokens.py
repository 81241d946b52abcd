"""Access tokens: asked for in time, renewed in time, and never told to anybody but the mail server."""

import traceback
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from mail.tokens import Grant, NoToken, Tokens
from store import points
from store.database import Unavailable
from store.points import Point
from tests.mail.token_server import token_server

pytestmark = pytest.mark.both_engines

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECRET, REFRESH = "hush-client-7Q", "hush-refresh-9Z"
WITH_ONE_ENGINE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Desk:
    """Asks for tokens, by a clock that stands until it is moved."""

    def __init__(self, db):
        self.db = db
        self.now = MONDAY

    def tokens(self, server, **facts):
        facts = {"client_secret": SECRET, "refresh_token": REFRESH} | facts
        grant = Grant(token_url=server.url, client_id="desk", **facts)
        return Tokens(self.db, grant, clock=lambda: self.now)


@pytest.fixture
def desk(db):
    return Desk(db)


def numbered(form):
    """A new token each time."""
    numbered.count += 1
    return 200, {"access_token": f"token {numbered.count}", "expires_in": 3600}


@pytest.fixture(autouse=True)
def _counted():
    numbered.count = 0


@WITH_ONE_ENGINE
def test_a_token_is_asked_for_once_and_again_before_it_ends(desk):
    with token_server(numbered) as server:
        tokens = desk.tokens(server, scope="https://mail.google.com/")
        assert [tokens.token().value, tokens.token().value] == ["token 1", "token 1"]

        desk.now += timedelta(minutes=56)
        assert tokens.token().value == "token 2"

    assert server.forms[0] == {
        "grant_type": "refresh_token", "refresh_token": REFRESH, "client_id": "desk",
        "client_secret": SECRET, "scope": "https://mail.google.com/",
    }  # fmt: skip


@WITH_ONE_ENGINE
def test_without_a_refresh_token_the_desk_asks_as_an_application(desk):
    with token_server(numbered) as server:
        assert desk.tokens(server, refresh_token="").token().value == "token 1"

    assert server.forms == [
        {"grant_type": "client_credentials", "client_id": "desk", "client_secret": SECRET}
    ]


@WITH_ONE_ENGINE
def test_a_token_that_the_mail_server_refused_is_not_offered_again(desk):
    with token_server(numbered) as server:
        tokens = desk.tokens(server)
        tokens.token()
        tokens.forget()
        assert tokens.token().value == "token 2"


def once_each(form):
    """A strict server: every refresh token serves once, and the answer holds the next."""
    if form["refresh_token"] != once_each.good:
        return 400, {"error": "invalid_grant"}
    once_each.good += "+"
    return 200, {"access_token": f"for {form['refresh_token']}", "refresh_token": once_each.good}


def test_a_newer_refresh_token_is_kept_and_used_by_every_process_from_then_on(desk):
    once_each.good = REFRESH
    with token_server(once_each) as server:
        first, second = desk.tokens(server), desk.tokens(server)
        assert first.token().value == f"for {REFRESH}"
        assert second.token().value == f"for {REFRESH}+"

        desk.now += timedelta(hours=1)
        assert first.token().value == f"for {REFRESH}++"


def test_a_newer_refresh_token_that_comes_while_the_database_is_away_is_not_lost(desk):
    def away(point):
        if point is Point.COMMITTING:
            raise Unavailable("locked")

    once_each.good = REFRESH
    with token_server(once_each) as server:
        tokens = desk.tokens(server)
        points.watch(away)
        try:
            assert tokens.token().value == f"for {REFRESH}"
            desk.now += timedelta(hours=1)
            assert tokens.token().value == f"for {REFRESH}+"
        finally:
            points.watch(None)

        # and once the database is back other processes know it too
        assert tokens.token().value == f"for {REFRESH}+"
        assert desk.tokens(server).token().value == f"for {REFRESH}++"


@WITH_ONE_ENGINE
def test_of_two_processes_that_ask_at_once_the_slower_uses_what_the_other_got(desk):
    once_each.good = REFRESH

    def overtaken(form):
        if len(server.forms) == 1:  # while this one is on its way, the other process has its turn
            other.token()
        return once_each(form)

    with token_server(overtaken) as server:
        other, slower = desk.tokens(server), desk.tokens(server)
        assert slower.token().value == f"for {REFRESH}+"


@WITH_ONE_ENGINE
def test_a_refresh_token_put_into_the_settings_anew_beats_the_one_that_was_kept(desk):
    once_each.good = REFRESH
    with token_server(once_each) as server:
        desk.tokens(server).token()
        once_each.good = "brand new"
        assert desk.tokens(server, refresh_token="brand new").token().value == "for brand new"


@pytest.mark.parametrize(
    ("answer", "said", "mend"),
    [
        ((400, {"error": "invalid_grant", "error_description": "expired,\n90 days"}),
         r"refuses a token: invalid_grant \(expired, 90 days\)", "sign in again"),
        ((401, {"error": "invalid_client"}), "invalid_client", "make a new secret"),
        ((400, {"error": "unauthorized_client"}), "unauthorized_client", "have an administrator consent"),
        ((400, {"error": "invalid_scope"}), "invalid_scope", "mail.oauth.scope"),
        ((404, {}), "status 404", "check token_url"),
        ((200, {"hello": "world"}), "status 200", "check token_url"),
        ((302, {}), "status 302", "check token_url"),
        ((503, {}), "no token just now: it answers 503", ""),
        ((429, {}), "429", ""),
    ],
)  # fmt: skip
@WITH_ONE_ENGINE
def test_a_refusal_says_what_to_mend_and_an_absence_that_waiting_helps(desk, answer, said, mend):
    with token_server(lambda form: answer) as server, pytest.raises(NoToken, match=said) as refused:
        desk.tokens(server).token()

    assert mend in refused.value.mend
    assert bool(refused.value.mend) == bool(mend)
    assert server.others == []  # secrets follow nobody to another address


@WITH_ONE_ENGINE
def test_a_token_server_that_is_down_is_not_a_matter_of_settings(desk):
    with token_server(numbered) as server:
        tokens = desk.tokens(server)
    with pytest.raises(NoToken, match=r"127\.0\.0\.1 cannot be reached for a token") as problem:
        tokens.token()
    assert problem.value.mend == ""


@WITH_ONE_ENGINE
def test_secrets_stand_in_no_message_no_traceback_and_no_name(desk, caplog):
    def telltale(form):
        return 400, {"error": "invalid_grant", "error_description": f"{form['refresh_token']} {SECRET}"}

    caplog.set_level("DEBUG")
    with token_server(telltale) as server:
        tokens = desk.tokens(server)
        with pytest.raises(NoToken) as refused:
            tokens.token()

    told = "".join(traceback.format_exception(refused.value)) + caplog.text + repr(tokens.grant)
    assert "hush" not in told
    assert "invalid_grant (*** ***)" in told


@WITH_ONE_ENGINE
def test_a_token_that_takes_too_long_is_for_whoever_asks_next(desk):
    come = Event()

    def slowly(form):
        come.wait(30)
        return numbered(form)

    with token_server(slowly) as server:
        tokens = desk.tokens(server)
        for _ in range(2):
            with pytest.raises(NoToken, match="takes too long to give a token"):
                tokens.token(within=0.05)
        come.set()
        assert tokens.token().value == "token 1"
        assert len(server.forms) == 1
