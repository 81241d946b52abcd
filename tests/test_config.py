"""What the desk takes as settings, and what it refuses before it starts."""

import re
from datetime import date, time
from pathlib import Path

import pytest

import helpdesk
from config import Config, describe, example, load, load_opening
from settings.problems import ConfigRefused
from settings.values import Period
from store.database import Database
from wiring.letters import pages_of

EXAMPLE = Path(__file__).parent.parent / "helpdesk.example.toml"
NEEDED = {
    "SLACK_BOT_TOKEN": "xoxb-1-bot-secret-9876",
    "SLACK_APP_TOKEN": "xapp-1-app-secret-5432",
    "HELPDESK_SLACK__SUPPORT_CHANNEL": "C0SUPPORT",
    "HELPDESK_SLACK__LEADS_CHANNEL": "C0LEADS",
}


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "helpdesk.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refusal(path=None, **environ):
    """The problems by key, with reason and mend as one text."""
    with pytest.raises(ConfigRefused) as refused:
        load(path, NEEDED | environ)
    return {problem.key: f"{problem.reason}; {problem.mend}" for problem in refused.value.problems}


def test_the_tokens_and_two_channels_are_all_a_desk_needs():
    config = load(None, NEEDED)
    assert config.slack.bot_token.get_secret_value() == "xoxb-1-bot-secret-9876"
    assert config.desk.prefix == "HD"
    assert config.promises.levels == (50, 75, 100)
    assert config.hours.week.fri == (Period(time(9), time(17)),)
    assert config.database.url.get_secret_value() == "sqlite:///helpdesk.sqlite3"


def test_the_promises_of_the_published_page_are_the_defaults():
    promises = load(None, NEEDED).promises
    assert promises.first_response.model_dump() == {"urgent": 8, "high": 8, "medium": 16, "low": 16}
    assert promises.recovery.model_dump() == {"urgent": 8, "high": 16, "medium": 40, "low": 112}


def test_the_environment_beats_the_file(file):
    path = file('[web]\nport = 9000\nhost = "0.0.0.0"')
    config = load(path, NEEDED | {"HELPDESK_WEB__PORT": "9001"})
    assert (config.web.port, config.web.host) == (9001, "0.0.0.0")


def test_lists_and_tables_come_from_the_environment_as_json_or_with_commas():
    config = load(
        None,
        NEEDED
        | {
            "HELPDESK_SLACK__LEADS": "U0ANNA, U0BEN",
            "HELPDESK_PROMISES__LEVELS": "[60, 100]",
            "HELPDESK_PROMISES__RECOVERY": "urgent=4, high=12",
            "HELPDESK_PROMISES__FIRST_RESPONSE": "urgent=4",
            "HELPDESK_HOURS__WEEK": '{"sat": ["10:00-14:00"]}',
            "HELPDESK_HOURS__CLOSED_ADD": "2026-12-24,2026-12-31",
            "HELPDESK_CONTRACTS": '[{"name": "Acme", "domains": ["ACME.example.com"]}]',
        },
    )
    assert config.slack.leads == ("U0ANNA", "U0BEN")
    assert config.promises.levels == (60, 100)
    assert (config.promises.recovery.urgent, config.promises.recovery.medium) == (4, 40)
    assert config.hours.week.sat == (Period(time(10), time(14)),)
    assert config.hours.closed_add == (date(2026, 12, 24), date(2026, 12, 31))
    assert config.contracts[0].domains == ("acme.example.com",)


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path, name):
    (tmp_path / "secret").write_text(f"  {NEEDED[name]}\n")
    given = {key: value for key, value in NEEDED.items() if key != name}
    config = load(None, given | {f"{name}_FILE": str(tmp_path / "secret")})
    assert getattr(config.slack, name.removeprefix("SLACK_").lower()).get_secret_value() == NEEDED[name]
    assert any(line.endswith(f"{name}_FILE") for line in describe(config))


def test_the_address_of_the_database_may_stand_in_a_file_too(tmp_path):
    (tmp_path / "url").write_text("postgres://desk:pw@db/desk\n")
    config = load(None, NEEDED | {"DATABASE_URL_FILE": str(tmp_path / "url")})
    assert config.database.url.get_secret_value() == "postgresql+psycopg://desk:pw@db/desk"


def test_a_secret_file_that_cannot_be_read_is_named_once(tmp_path):
    gone = str(tmp_path / "gone")
    told = refusal(SLACK_BOT_TOKEN="", SLACK_BOT_TOKEN_FILE=gone)
    assert list(told) == ["SLACK_BOT_TOKEN_FILE"]
    assert gone in told["SLACK_BOT_TOKEN_FILE"]


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe"])
def test_a_secret_file_without_a_secret_is_refused(tmp_path, content):
    (tmp_path / "secret").write_bytes(content)
    assert "SLACK_BOT_TOKEN_FILE" in refusal(
        SLACK_BOT_TOKEN="", SLACK_BOT_TOKEN_FILE=str(tmp_path / "secret")
    )


def test_a_secret_given_twice_is_refused(tmp_path):
    (tmp_path / "secret").write_text("xoxb-another")
    assert "SLACK_BOT_TOKEN" in refusal(SLACK_BOT_TOKEN_FILE=str(tmp_path / "secret"))


def test_every_problem_is_told_at_once(file):
    path = file('[web]\nport = "eighty"\n[desk]\ntimezone = "Europe/Amsterdm"\n[slak]\nmode = "http"')
    told = refusal(path, SLACK_BOT_TOKEN="", SLACK_APP_TOKEN="", HELPDESK_DESK_NAME="x")
    assert set(told) == {
        "HELPDESK_DESK_NAME",
        "slak",
        "web.port",
        "desk.timezone",
        "slack.bot_token",
        "slack.app_token",
    }
    assert "did you mean slack?" in told["slak"]
    assert "did you mean HELPDESK_DESK__NAME?" in told["HELPDESK_DESK_NAME"]
    assert "OAuth & Permissions" in told["slack.bot_token"]
    assert "SLACK_BOT_TOKEN" in told["slack.bot_token"]
    assert "connections:write" in told["slack.app_token"]


def test_nothing_given_at_all_says_what_is_missing():
    with pytest.raises(ConfigRefused) as refused:
        load(None, {})
    assert {problem.key for problem in refused.value.problems} == {
        "slack.bot_token",
        "slack.app_token",
        "slack.support_channel",
        "slack.leads_channel",
    }
    assert str(refused.value).startswith("The settings cannot be used: 4 problems.\n")


def test_http_mode_needs_the_signing_secret_instead_of_the_app_token():
    told = refusal(HELPDESK_SLACK__MODE="http", SLACK_APP_TOKEN="")
    assert list(told) == ["slack.signing_secret"]
    load(
        None, NEEDED | {"HELPDESK_SLACK__MODE": "http", "SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "abc"}
    )


def test_a_mailbox_needs_somebody_who_logs_in():
    told = refusal(HELPDESK_MAIL__IMAP__HOST="imap.example.com")
    assert set(told) == {"mail.imap.user", "mail.imap.password"}


def test_an_empty_variable_is_no_variable(file):
    path = file('[desk]\nname = "Desk of Anna"')
    assert load(path, NEEDED | {"HELPDESK_DESK__NAME": ""}).desk.name == "Desk of Anna"


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("[web]\nprot = 1", "web.prot", "did you mean port?"),
        ("[mail]\npoll_seconds = 5", "mail.poll_seconds", "did you mean mail.imap.poll_seconds?"),
        ("[[contracts]]\nname = 'A'\ndomain = ['a.nl']", "contracts[0].domain", "did you mean domains?"),
        ("[desk]\nweight = 'red'", "desk.weight", "remove it"),
        ("[contracts]\nname = 'A'", "contracts", "for example"),
    ],
)
def test_an_unknown_or_misplaced_key_is_refused_with_a_guess(file, text, key, said):
    assert said in refusal(file(text))[key]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WEB__PORT", "70000", "less than or equal to 65535"),
        ("DESK__ADDRESS", "help at example", "not a mail address"),
        ("DESK__PREFIX", "hd-", "pattern"),
        ("DESK__DEFAULT_PRIORITY", "hgih", "'urgent', 'high'"),
        ("DESK__TIMEZONE", "Amsterdam", "not a time zone"),
        ("HOURS__TIMEZONE", "../etc/passwd", "not a time zone"),
        ("HOURS__TIMEZONE", "Europe", "not a time zone"),
        ("HOURS__COUNTRY", "Holland", "no holidays are known"),
        ("HOURS__SUBDIVISION", "XX", "NL has no 'XX'"),
        ("HOURS", '{"country": "DE", "subdivision": "XX"}', "take one of BB, BE, BW, BY"),
        ("HOURS", '{"closed_add": ["2026-12-25"], "closed_remove": ["2026-12-25"]}', "closed_add too"),
        ("HOURS__CLOSED_RULES", "FREQ=DAILY", "no open hour in 2024"),
        ("HOURS__WEEK", '{"monday": []}', "did you mean mon?"),
        ("HOURS__HALF_DAYS", "24 December", "is not a table"),
        ("HOURS__HALF_DAYS", '["2026-12-24"]', "dictionary"),
        ("HOURS__HALF_DAYS", '{"Monday": ["09:00-13:00"]}', "not an RRULE"),
        ("HOURS__HALF_DAYS", '{"2026-12-24": ["13:00-09:00"]}', "ends before it begins"),
        ("HOURS__HALF_DAYS", '{"2026-12-24": ["09:00-13:00", "12:00-14:00"]}', "overlap"),
        ("HOURS__HALF_DAYS", '{"2026-12-24": []}', "has no hours"),
        ("HOURS__HALF_DAYS", '{"2026-12-25": ["09:00-13:00"]}', "is closed: Eerste kerstdag"),
        ("HOURS__HALF_DAYS", '{"2026-12-19": ["09:00-13:00"]}', "is a Saturday"),
        ("HOURS__CLOSED_RULES", "FREQ=SOMETIMES", "not an RRULE"),
        ("HOURS__CLOSED_RULES", "Christmas", "not an RRULE"),
        ("HOURS__CLOSED_ADD", "24 December", "date"),
        ("HOURS__CLOSED_REMOVE", "2026-13-01", "not an RRULE"),
        ("HOURS__WEEK__MON", "9-5", "not a period"),
        ("HOURS__WEEK__MON", "25:00-26:00", "not a period"),
        ("HOURS__WEEK__MON", "22:00-06:00", "ends before it begins"),
        ("HOURS__WEEK__MON", "09:00-13:00,12:30-17:00", "overlap"),
        ("HOURS__WEEK__MON", "00:00-24:00,12:00-13:00", "overlap"),
        ("HOURS__WEEK", '{"mon":[],"tue":[],"wed":[],"thu":[],"fri":[]}', "no open day"),
        ("PROMISES__LEVELS", "75,50", "does not ascend"),
        ("PROMISES__LEVELS", "[]", "does not ascend"),
        ("PROMISES__LEVELS", "50,101", "less than or equal to 100"),
        ("PROMISES__SILENCE_HOURS", "40", "not longer than reminder_hours"),
        ("PROMISES__RECOVERY", "urgent", "should be a table"),
        ("SLACK", "C0SUPPORT", "write its settings under [slack]"),
        ("PROMISES__CLOSE_AFTER_DAYS", "inf", "finite"),
        ("HOURS__CLOSED_RULES", "FREQ=DAILY;INTERVAL=0", "day to day"),
        ("HOURS__CLOSED_RULES", "FREQ=HOURLY", "day to day"),
        ("HOURS__CLOSED_RULES", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "names no day"),
        ("HOURS__CLOSED_REMOVE", "DTSTART:20260101T000000Z RRULE:FREQ=YEARLY", "without a zone"),
        ("HOURS__CLOSED_RULES", "DTSTART:2025 RRULE:", "not an RRULE"),
        ("PROMISES__RECOVERY__LOW", "0", "greater than 0"),
        ("SLACK__SUPPORT_CHANNEL", "#support", "does not look like a channel id"),
        ("SLACK__LEADS", "anna", "does not look like a user id"),
        ("MAIL__MESSAGE_SECRET", "short", "at least 16"),
        ("LOG__LEVEL", "loud", "'debug'"),
        ("WEB__PUBLIC_ADDRESS", "http://desk.example.com", "is not an https address"),
    ],
)
def test_a_value_without_meaning_is_refused(name, value, said):
    [text] = refusal(**{f"HELPDESK_{name}": value}).values()
    assert said in text


def test_a_page_for_clients_is_served_only_under_a_public_address():
    unused = Database("sqlite:///unused.sqlite3")
    assert pages_of(load(None, NEEDED), unused, helpdesk.now) == ()
    secret = {"HELPDESK_MAIL__MESSAGE_SECRET": "at-least-16-characters"}
    for address in ("https://desk.example.com", "https://desk.example.com/"):
        config = load(None, NEEDED | secret | {"HELPDESK_WEB__PUBLIC_ADDRESS": address})
        assert config.web.public_address == "https://desk.example.com/"
        assert [route.path for route in pages_of(config, unused, helpdesk.now)] == [
            "/approve/{link}",
            "/opinion/{link}",
        ]


def test_slacks_tokens_are_sent_encrypted_or_stay_on_this_machine():
    for address in ("http://slack.example.com/api/", "ftp://slack.com/api/", "https://"):
        [text] = refusal(SLACK_API_URL=address).values()
        assert "is not an https address" in text
    here = load(None, NEEDED | {"SLACK_API_URL": "http://127.0.0.1:8080/api"})
    assert here.slack.api_url == "http://127.0.0.1:8080/api/"


def test_a_wrong_value_names_the_variable_it_came_from():
    assert list(refusal(HELPDESK_WEB__PORT="eighty")) == ["web.port (from HELPDESK_WEB__PORT)"]


def test_a_switch_is_no_number(file):
    assert "should be a number" in refusal(file("[web]\nport = true"))["web.port"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xapp-hush-hush-1"),
        ("SLACK_APP_TOKEN", "xoxb-hush-hush-2"),
        ("DATABASE_URL", "mysql://desk:hush-hush@db/desk"),
        ("HELPDESK_MAIL__MESSAGE_SECRET", "hush-hush"),
    ],
)
def test_no_secret_is_ever_echoed(name, value):
    with pytest.raises(ConfigRefused) as refused:
        load(None, NEEDED | {name: value})
    assert value not in str(refused.value)
    assert "hush" not in repr(refused.value.problems)


def test_a_config_prints_no_secret():
    config = load(None, NEEDED | {"DATABASE_URL": "postgresql://desk:hush@db/desk"})
    printed = repr(config) + "\n".join(describe(config))
    assert "hush" not in printed
    assert "secret" not in re.sub("(signing|message|client)_secret", "", printed)


BOX = """
[[mailboxes]]
address = "sales@desk.example"
host = "imap.desk.example"
user = "sales"
"""


def test_a_mailbox_of_its_own_gets_its_secrets_from_variables_and_files_and_prints_none(file, tmp_path):
    (tmp_path / "secret").write_text("hush-client\n")
    path = file(f'{BOX}[mailboxes.oauth]\ntoken_url = "https://login.example/token"\nclient_id = "desk"')
    config = load(
        path,
        NEEDED
        | {
            "HELPDESK_MAILBOXES__0__PASSWORD": "hush-password",
            "HELPDESK_MAILBOXES__0__OAUTH__CLIENT_SECRET_FILE": str(tmp_path / "secret"),
        },
    )

    [box] = config.mailboxes
    assert box.password.get_secret_value() == "hush-password"
    assert box.oauth.client_secret.get_secret_value() == "hush-client"
    assert (box.folder, box.rescan_days, box.has_its_own_smtp) == ("INBOX", 3, False)
    assert "hush" not in repr(config) + "\n".join(describe(config))


def test_a_variable_for_a_mailbox_that_there_is_not_is_refused(file):
    told = refusal(file(BOX), HELPDESK_MAILBOXES__1__PASSWORD="x")
    assert "is not a setting" in told["HELPDESK_MAILBOXES__1__PASSWORD"]


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        (BOX, "mailboxes", "sales@desk.example has no password"),
        (BOX + 'password = "x"\n' + BOX + 'password = "x"', "mailboxes", "is read twice"),
        (BOX + 'password = "x"\ntls = "none"', "mailboxes[0].tls", "unencrypted"),
        (BOX.replace("host", "#") + 'password = "x"', "mailboxes[0].host", "is missing"),
        (BOX.replace("address", "#") + 'password = "x"', "mailboxes[0].address", "has an address"),
        (BOX + 'password = "x"\nafter_reading = "move"', "mailboxes[0].move_to", "no other folder"),
        ('[mail.imap]\nafter_reading = "move"\nmove_to = "INBOX"', "mail.imap.move_to", "no other folder"),
        ('[mail.smtp]\nhost = "mail.desk.example"', "mail.smtp.tls", "allow_plain_text = true"),
        ('[mail.imap]\nhost = "10.0.0.7"\ntls = "none"', "mail.imap.tls", "unencrypted"),
        ('[mail.oauth]\ntoken_url = "http://login.example/"', "mail.oauth.token_url", "not an https address"),
        ('[mail.oauth]\ntoken_url = "https://l.example/"', "mail.oauth.client_secret", "is missing"),
    ],
)
def test_a_mailbox_that_could_not_be_read_safely_is_refused(file, text, key, words):
    assert words in refusal(file(text))[key]


@pytest.mark.parametrize(
    "text",
    [
        '[mail.smtp]\nhost = "mail.desk.example"\nallow_plain_text = true',
        '[mail.smtp]\nhost = "127.0.0.1"',
        '[mail.smtp]\nhost = "::1"',
        '[mail.smtp]\nhost = "mail.desk.example"\ntls = "starttls"',
    ],
)
def test_plain_text_is_for_this_machine_and_for_who_asks_for_it(file, text):
    assert load(file(text), NEEDED).mail.smtp.host


def test_with_tokens_a_mailbox_needs_no_password(file):
    path = file(
        '[mail.oauth]\ntoken_url = "https://l.example/"\nclient_id = "x"\nrefresh_token = "y"\n'
        '[mail.imap]\nhost = "imap.desk.example"\nuser = "help"\n'
        '[mail.smtp]\nhost = "smtp.desk.example"\ntls = "starttls"\nuser = "help"'
    )
    assert load(path, NEEDED).mail.imap.password is None


def test_describe_tells_each_value_and_where_it_came_from(file):
    path = file('[desk]\ntimezone = "Europe/Brussels"')
    config = load(path, NEEDED | {"DATABASE_URL": "postgres://desk:hush@db/desk", "HELPDESK_WEB__PORT": "0"})
    lines = [re.sub(" +", " ", line) for line in describe(config)]
    assert "slack.bot_token ***9876 SLACK_BOT_TOKEN" in lines
    assert "web.port 0 HELPDESK_WEB__PORT" in lines
    assert f'desk.timezone "Europe/Brussels" {path}' in lines
    assert 'hours.timezone "Europe/Brussels" desk.timezone' in lines
    assert "database.url postgresql+psycopg://desk:***@db/desk DATABASE_URL" in lines
    assert "mail.imap.password not set default" in lines


@pytest.mark.parametrize(
    "url",
    [
        "postgres://desk:hu/sh:hu@sh@db/desk",
        "postgresql://db/desk?user=desk&password=hush",
        "postgresql://desk:hush@/desk",
    ],
)
def test_no_part_of_a_database_password_is_shown(url):
    printed = "\n".join(describe(load(None, NEEDED | {"DATABASE_URL": url})))
    assert "***" in printed
    assert not re.search("hu|sh$|sh@", re.search("database.url.*", printed)[0])


def test_a_token_under_the_name_of_a_setting_is_pointed_to_its_own_name():
    told = refusal(HELPDESK_SLACK__BOT_TOKEN="xoxb-1", HELPDESK_DATABASE__URL="x")
    assert "did you mean SLACK_BOT_TOKEN?" in told["HELPDESK_SLACK__BOT_TOKEN"]
    assert "did you mean DATABASE_URL?" in told["HELPDESK_DATABASE__URL"]


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql+psycopg://u:p@h/d?sslmode=require", "postgresql+psycopg://u:p@h/d?sslmode=require"),
        ("sqlite:////data/desk.sqlite3", "sqlite:////data/desk.sqlite3"),
    ],
)
def test_a_postgres_address_is_read_however_it_is_usually_written(given, used):
    assert load(None, NEEDED | {"DATABASE_URL": given}).database.url.get_secret_value() == used


def test_the_hours_make_the_calendar_that_the_promises_count_with():
    hours = load(None, NEEDED | {"HELPDESK_HOURS__WEEK__SAT": "20:00-24:00"}).hours.calendar()
    assert hours.week.sat == ((time(20), time(0)),)
    assert date(2026, 4, 3) not in hours.closed_days(2026)
    assert date(2026, 4, 6) in hours.closed_days(2026)


def test_half_days_come_by_date_and_by_rule_from_the_file_or_as_json(file):
    new_years_eve = "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31"
    path = file(f"""
        [hours.half_days]
        2026-12-24 = ["09:00-13:00"]
        "{new_years_eve}" = ["09:00-12:00", "13:00-15:00"]
        """)
    config = load(path, NEEDED)
    assert config.hours.calendar().short_days(2026) == {
        date(2026, 12, 24): ((time(9), time(13)),),
        date(2026, 12, 31): ((time(9), time(12)), (time(13), time(15))),
    }
    [told] = [line for line in describe(config) if line.startswith("hours.half_days")]
    assert '{ 2026-12-24 = ["09:00-13:00"], "FREQ=YEARLY;' in told
    variable = {"HELPDESK_HOURS__HALF_DAYS": '{"2026-12-23": ["09:00-13:00"]}'}
    assert list(load(path, NEEDED | variable).hours.half_days) == [date(2026, 12, 23)]


def test_a_half_day_on_a_closed_day_is_named_with_its_key(file):
    path = file('[hours]\nclosed_add = [2026-12-24]\n[hours.half_days]\n2026-12-24 = ["09:00-13:00"]')
    assert "is closed: closed by the desk" in refusal(path)["hours.half_days.2026-12-24"]


def test_when_the_desk_is_open_can_be_read_without_tokens_or_channels(file):
    path = file('[desk]\ntimezone = "Europe/Brussels"\nname = 5\n[slak]\n[hours.week]\nfri = []')
    opening = load_opening(path, {"HELPDESK_HOURS__COUNTRY": "BE", "HELPDESK_NONSENSE": "1"})
    assert opening.desk.timezone.key == opening.hours.timezone.key == "Europe/Brussels"
    assert (opening.hours.week.fri, opening.hours.country) == ((), "BE")
    assert load_opening(None, {}).hours == load(None, NEEDED).hours


def test_hours_that_cannot_be_kept_are_refused_however_little_is_read(file):
    with pytest.raises(ConfigRefused) as refused:
        load_opening(file('[desk]\ntimezone = "Amsterdam"\n[hours]\ncountry = "Holland"'), {})
    assert [each.key for each in refused.value.problems] == ["desk.timezone", "hours.country"]


def test_good_friday_is_worked_in_the_netherlands_alone():
    assert load(None, NEEDED).hours.closed_remove == ("FREQ=YEARLY;BYEASTER=-2",)
    assert load(None, NEEDED | {"HELPDESK_HOURS__COUNTRY": "DE"}).hours.closed_remove == ()


def test_a_contract_keeps_the_hours_it_does_not_change(file):
    path = file("""
        [hours]
        timezone = "Europe/Brussels"
        [hours.week]
        sun = ["10:00-12:00"]
        [[contracts]]
        name = "Acme"
        domains = ["acme.example.com"]
        first_response = { urgent = 4 }
        recovery = { urgent = 4 }
        [contracts.hours.week]
        sat = ["10:00-14:00"]
        """)
    [contract] = load(path, NEEDED).contracts
    assert contract.hours.timezone.key == "Europe/Brussels"
    assert contract.hours.week.sun == (Period(time(10), time(12)),)
    assert contract.hours.week.sat == (Period(time(10), time(14)),)
    assert (contract.recovery.urgent, contract.recovery.high) == (4, None)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("week = { sat = [] }", [date(2026, 12, 24)]),
        ("half_days = {}", []),
        ('half_days = { 2026-12-31 = ["09:00-13:00"] }', [date(2026, 12, 31)]),
    ],
)
def test_a_contract_has_the_half_days_of_the_desk_unless_it_names_its_own(file, said, kept):
    path = file(f"""
        [hours.half_days]
        2026-12-24 = ["09:00-13:00"]
        [[contracts]]
        name = "Acme"
        domains = ["acme.example.com"]
        hours = {{ {said} }}
        """)
    [contract] = load(path, NEEDED).contracts
    assert list(contract.hours.half_days) == kept


def test_a_providers_domain_is_no_client_s(file):
    path = file('[[contracts]]\nname="A"\ndomains=["Gmail.com"]')
    assert "where anybody has a mailbox" in str(refusal(path))


def test_whom_the_desk_does_not_hear_is_an_address_or_a_domain(file):
    good = load(file('[mail]\nblocked = ["Spam.example", "Rude@Other.example"]'), NEEDED)
    assert good.mail.blocked == ("spam.example", "rude@other.example")
    assert "is not a mail domain" in str(refusal(file('[mail]\nblocked = ["everybody"]')))


@pytest.mark.parametrize(
    ("blocked", "said"),
    [
        ("Help@Desk.Example.Com", "help@desk.example.com is the desk itself"),
        ("desk.example.com", "desk.example.com is a domain of help@desk.example.com, the desk itself"),
        ("example.com", "example.com is a domain of help@desk.example.com, the desk itself"),
        ("verkoop@shop.example.nl", "verkoop@shop.example.nl is the desk itself"),
        ("shop.example.nl", "shop.example.nl is a domain of Verkoop@shop.example.nl, the desk itself"),
    ],
)
def test_the_desk_is_not_to_block_an_address_of_its_own(file, blocked, said):
    text = f"""
    desk.address = "help@desk.example.com"
    mail.blocked = ["spam.example", "{blocked}"]
    [[mailboxes]]
    address = "Verkoop@shop.example.nl"
    host = "imap.example"
    user = "verkoop"
    password = "secret"
    """
    assert refusal(file(text)) == {
        "mail.blocked": f"{said}; take it out; it would not hear what its own addresses send"
    }


def test_who_shares_a_domain_with_the_desk_can_be_blocked(file):
    text = 'desk.address = "help@desk.example"\nmail.blocked = ["rude@desk.example", "k.example"]'
    assert load(file(text), NEEDED).mail.blocked == ("rude@desk.example", "k.example")


def test_one_domain_cannot_belong_to_two_contracts(file):
    path = file('[[contracts]]\nname="A"\ndomains=["x.nl"]\n[[contracts]]\nname="B"\ndomains=["X.nl"]')
    assert "x.nl is claimed by A and B" in refusal(path)["contracts"]


@pytest.mark.parametrize(
    ("one", "other"),
    [('domains=["x.nl"]', 'domains=["X.nl"]'), ('addresses=["Jan@x.nl"]', 'addresses=["jan@X.nl"]')],
)
def test_one_customer_cannot_belong_to_two_contracts_even_of_one_name(file, one, other):
    path = file(f'[[contracts]]\nname="A"\n{one}\n[[contracts]]\nname="A"\n{other}')
    assert "is claimed by A and A; leave it to one" in refusal(path)["contracts"]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("[promises.recovery]\nurgent = 20", "recovery.urgent is 20 hours and recovery.high only 16"),
        ("[promises.recovery]\nlow = 39", "recovery.medium is 40 hours and recovery.low only 39"),
        ("[promises.first_response]\nhigh = 17", "first_response.high is 17 hours and first_response.medium"),
        ("[promises.recovery]\nurgent = 4", "first_response.urgent is 8 hours and recovery.urgent only 4"),
    ],
)
def test_targets_that_shrink_with_urgency_or_answer_after_they_solve_are_refused(file, table, reason):
    told = refusal(file(table))
    assert reason in told["promises"]
    assert told["promises"].partition("; ")[2] in (
        "what is more urgent may not take longer",
        "a ticket is answered before it is solved",
    )


def test_a_contract_is_judged_together_with_what_it_does_not_change(file):
    odd = file('[[contracts]]\nname="A"\ndomains=["x.nl"]\nrecovery={high=6}')
    assert "A: recovery.urgent is 8 hours and recovery.high only 6" in refusal(odd)["contracts"]
    fine = file(
        '[[contracts]]\nname="A"\ndomains=["x.nl"]\nfirst_response={urgent=4, high=4}\n'
        "recovery={urgent=4, high=6}\n"
    )
    assert load(fine, NEEDED).contracts[0].recovery.high == 6


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        ("75,50,100", "does not ascend; write it like [50, 75, 100]"),
        ("50,50", "does not ascend"),
        ("[]", "does not ascend"),
    ],
)
def test_levels_out_of_order_are_refused(levels, reason):
    assert (
        reason
        in refusal(HELPDESK_PROMISES__LEVELS=levels)["promises.levels (from HELPDESK_PROMISES__LEVELS)"]
    )


@pytest.mark.parametrize(("levels", "bound"), [("0,50", "greater than"), ("50,101", "less than")])
def test_a_level_is_a_percentage(levels, bound):
    [(key, told)] = refusal(HELPDESK_PROMISES__LEVELS=levels).items()
    assert key.startswith("promises.levels[")
    assert bound in told


def test_a_mistake_in_the_hours_is_not_told_again_for_each_contract(file):
    path = file("""
        [hours]
        country = "Holland"
        [[contracts]]
        name = "Acme"
        domains = ["acme.example.com"]
        hours = { timezone = "Europe/Brussels" }
        """)
    assert list(refusal(path)) == ["hours.country"]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "mysql://db/desk", "desk.sqlite3"])
def test_a_database_that_cannot_be_used_is_refused(url):
    assert (
        "is not a database the desk can use" in refusal(DATABASE_URL=url)["database.url (from DATABASE_URL)"]
    )


@pytest.mark.parametrize("url", ["postgresql://desk:hush@@db:x/desk", "postgresql://desk:hush@db:54a/desk"])
def test_a_database_whose_address_cannot_be_read_is_refused_without_its_password(url):
    said = refusal(DATABASE_URL=url)["database.url (from DATABASE_URL)"]
    assert "cannot be read" in said
    assert "hush" not in said


def test_a_contract_for_nobody_is_refused(file):
    assert "matches nobody" in refusal(file('[[contracts]]\nname = "A"'))["contracts[0]"]


def test_a_file_of_windows_notepad_is_read(tmp_path):
    path = tmp_path / "helpdesk.toml"
    path.write_bytes(b'\xef\xbb\xbf[desk]\r\nname = "Bureau"\r\n')
    assert load(path, NEEDED).desk.name == "Bureau"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[desk]\nname = \n\n", "line 2"),
        (b'[desk]\nname = "caf\xe9"', "not UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_clear_line(tmp_path, content, said):
    path = tmp_path / "helpdesk.toml"
    if content is not None:
        path.write_bytes(content)
    [(key, text)] = refusal(path).items()
    assert key == str(path)
    assert said in text
    assert "\n" not in text


def test_a_folder_in_place_of_the_file_is_refused(tmp_path):
    assert "is a folder" in refusal(tmp_path)[str(tmp_path)]


@pytest.mark.parametrize(
    "name", ["HELPDESK_PORT", "HELPDESK_PORT_8025_TCP_ADDR", "HELPDESK_SERVICE_HOST", "HELPDESK_TEST_PG_URL"]
)
def test_variables_that_a_container_platform_makes_up_are_ignored(name):
    load(None, NEEDED | {name: "tcp://10.0.0.7:8025"})


def test_the_config_cannot_be_changed():
    config = load(None, NEEDED)
    with pytest.raises(ValueError, match="frozen"):
        config.desk.name = "Other"


def test_the_example_file_agrees_with_the_settings():
    assert EXAMPLE.read_text(encoding="utf-8") == example()


def test_the_example_file_changes_nothing_as_it_stands():
    assert load(EXAMPLE, NEEDED) == load(None, NEEDED)


def test_the_example_file_loads_with_every_line_uncommented(file):
    text = re.sub(r"^#(?=[a-z\[])", "", example(), flags=re.MULTILINE)
    config = load(file(text), {})
    told = Config.model_fields.keys() - {"contracts"}
    assert all(f"[{section}]" in text for section in told)
    assert config.contracts[0].recovery.urgent == 6
    assert config.mail.imap.host == "imap.example.com"
    assert config.promises == load(None, NEEDED).promises
