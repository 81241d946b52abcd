"""What was promised is kept as text, comes back as it was, and differs where dates would."""

from pathlib import Path

import pytest

from config import load
from settings.agreed import read, text_of
from settings.promised import policy_of

NEEDED = {
    "SLACK_BOT_TOKEN": "xoxb-1-bot-secret-9876",
    "SLACK_APP_TOKEN": "xapp-1-app-secret-5432",
    "HELPDESK_SLACK__SUPPORT_CHANNEL": "C0SUPPORT",
    "HELPDESK_SLACK__LEADS_CHANNEL": "C0LEADS",
}
FULL = """
    [hours]
    timezone = "Europe/Brussels"
    country = "BE"
    closed_add = [2026-12-24]
    closed_remove = ["FREQ=YEARLY;BYEASTER=1", 2027-01-01]
    closed_rules = ["FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24"]
    [hours.week]
    mon = ["09:00-12:30", "13:00-24:00"]
    sun = []
    [promises]
    levels = [25, 50, 100]
    response_counts = "reply-or-taken"
    silence_hours = 71.5
    [promises.recovery]
    low = 200
    [[contracts]]
    name = "Müller & \\"Söhne\\""
    domains = ["x.example"]
    rate = 99.95
    first_response = { urgent = 4 }
    approvers = ["boss@x.example"]
    [contracts.hours.week]
    sat = ["10:00-14:00"]
    """


@pytest.fixture
def config(tmp_path: Path):
    def make(text):
        path = tmp_path / "helpdesk.toml"
        path.write_text(text, encoding="utf-8")
        return load(path, NEEDED)

    return make


@pytest.mark.parametrize("text", ["", FULL])
def test_it_comes_back_as_it_was(config, text):
    settings = config(text)
    kept = read(text_of(settings))
    assert (kept.hours, kept.promises) == (settings.hours, settings.promises)
    assert text_of(kept) == text_of(settings)
    before, after = policy_of(settings), policy_of(kept)
    assert [c.name for c in before.contracts] == [c.name for c in after.contracts]
    assert before.hours.calendar == after.hours.calendar


@pytest.mark.parametrize(
    "change",
    [
        "hours.closed_add = [2026-12-24]",
        "promises.recovery.low = 113",
        "promises.levels = [60, 100]",
        "promises.close_after_days = 8",
        '[[contracts]]\nname = "A"\ndomains = ["a.example"]',
    ],
)
def test_what_moves_a_date_changes_the_text(config, change):
    assert text_of(config(change)) != text_of(config(""))


def test_what_moves_no_date_does_not(config):
    assert text_of(config('desk.name = "Other"\nweb.port = 9')) == text_of(config(""))
