"""The app takes what it is given, whatever else the environment names."""

import logging
import os

import pytest

from bot import app as bot_app
from tests.bot.desk_at_work import AtOnce, Desk


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_the_environment_names_is_neither_taken_nor_warned_of_and_stays_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # given an environment with the desk's own token, and with what another app of the machine is known by
    named = {
        "SLACK_BOT_TOKEN": "xoxb-1-bot-secret-9876",
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "of another app",
    }
    for name, value in named.items():
        monkeypatch.setenv(name, value)

    # when the app is built
    with caplog.at_level(logging.INFO):
        app = bot_app.build(desk.house, AtOnce())

    # then nothing is said of it, nobody can install it from outside, and other programs find what they need
    assert caplog.messages == []
    assert app.oauth_flow is None
    assert {name: os.environ[name] for name in named} == named
