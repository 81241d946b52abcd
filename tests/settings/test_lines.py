"""On which line of helpdesk.toml a setting stands."""

import pytest

from config import load, load_opening
from settings.lines import line_of
from settings.problems import ConfigRefused

FILE = """\
# Our desk
desk.name = "A [hours] desk"   # line 2

[hours]  # line 4
country = "NL"
closed_add = [2026-12-24,
  2026-12-31]
closed_rules = [
  "FREQ=YEARLY;BYEASTER=39",  # [
  # "country"
  "FREQ=OFTEN",
]
week = { mon = ["09:00-12:00",
  "11:00-17:00"], tue = [] }

[hours.half_days]
2026-12-24 = ["09:00-13:00"]
"FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31" = [
  "09:00-15:00",
]

[mail]
templates = \'\'\'
[web]
port = 1
\'\'\'
[[contracts]]
name = "A"
[[contracts]]
domains = ["b.example"]
[contracts.hours]
country = "B"
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("desk", 2),
        ("desk.name", 2),
        ("hours", 4),
        ("hours.country", 5),
        ("hours.closed_add", 6),
        ("hours.closed_add[0]", 6),
        ("hours.closed_add[1]", 7),
        ("hours.closed_rules", 8),
        ("hours.closed_rules[0]", 9),
        ("hours.closed_rules[1]", 11),
        ("hours.week.mon", 13),
        ("hours.week.mon[1]", 14),
        ("hours.week.tue", 14),
        ("hours.half_days.2026-12-24", 17),
        ("hours.half_days.2026-12-24[0]", 17),
        ("hours.half_days.FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", 18),
        ("hours.half_days.FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31[0]", 19),
        ("mail.templates", 23),
        ("contracts", 27),
        ("contracts[1]", 29),
        ("contracts[1].domains[0]", 30),
        ("contracts[1].hours.country", 32),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_setting_stands_where_a_person_sees_it(key: str, line: int, newline: str) -> None:
    assert line_of(FILE.replace("\n", newline), key) == line


@pytest.mark.parametrize(
    "key",
    [
        "web.port",  # only inside a text
        "hours.subdivision",
        "hours.closed_rules[2]",
        "hours.country.name",
        "hour",
        "contracts[0].domains",
        "contracts.name",
        "SLACK_BOT_TOKEN",
        "country",
    ],
)
def test_what_the_file_does_not_say_has_no_line(key: str) -> None:
    assert line_of(FILE, key) is None


def test_an_empty_file_has_no_lines_to_tell() -> None:
    assert line_of("", "desk") is None


def test_each_problem_of_the_file_is_told_with_its_line(tmp_path) -> None:
    file = tmp_path / "helpdesk.toml"
    file.write_text('[hours]\ncountry = "NL"\nclosed_rules = [\n  "FREQ=OFTEN",\n]\n[hours.week]\nmnd = []\n')
    with pytest.raises(ConfigRefused) as refused:
        load_opening(file, {})
    assert [(each.key, each.line) for each in refused.value.problems] == [
        ("hours.closed_rules[0]", 4),
        ("hours.week.mnd", 7),
    ]
    assert "  hours.week.mnd (line 7): is not a setting; did you mean mon?" in str(refused.value)


def test_a_variable_that_beats_the_file_has_no_line_of_it(tmp_path) -> None:
    file = tmp_path / "helpdesk.toml"
    file.write_text('[hours]\ncountry = "NL"\n')
    with pytest.raises(ConfigRefused) as refused:
        load(file, {"HELPDESK_HOURS__COUNTRY": "Holland"})
    told = {each.key: each.line for each in refused.value.problems}
    assert told["hours.country (from HELPDESK_HOURS__COUNTRY)"] is None
    assert told["slack.bot_token"] is None
