"""`helpdesk calendar show`: when the desk is open, in words."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from terminal.calendar import calendar
from terminal.call import Call

Shown = Callable[..., Result]
TWO_SHIFTS = """
[hours]
closed_add = [2026-12-28]
closed_rules = ["FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=5"]
closed_remove = [2026-04-27]
[hours.week]
tue = ["09:00-12:30", "13:00-17:00"]
sat = ["20:00-24:00"]
[hours.half_days]
2026-12-24 = ["09:00-13:00"]
"FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31" = ["09:00-12:00", "13:00-15:30"]
"""


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    """What is shown on New Year's Eve of 2025 at 23:30 UTC, when it is 2026 in Amsterdam."""

    def run(settings: str, *words: str) -> Result:
        path = tmp_path / "helpdesk.toml"
        path.write_text(settings, encoding="utf-8")
        late = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
        return CliRunner(env={"LANGUAGE": "th"}).invoke(
            calendar, ["show", *words], obj=Call(path, lambda: late)
        )

    return run


def test_a_plain_calendar_is_shown_for_the_year_that_it_is_at_the_desk(shown: Shown) -> None:
    assert (
        shown("").output
        == """\
Open hours, by the clocks of Europe/Amsterdam
  Monday to Friday        09:00-17:00   8 h
  Saturday and Sunday     closed

Closed in 2026
  Thu  1 January          Nieuwjaarsdag
  Sun  5 April            Eerste paasdag
  Mon  6 April            Tweede paasdag
  Mon 27 April            Koningsdag
  Thu 14 May              Hemelvaartsdag
  Sun 24 May              Eerste pinksterdag
  Mon 25 May              Tweede pinksterdag
  Fri 25 December         Eerste kerstdag
  Sat 26 December         Tweede kerstdag

Holidays worked all the same in 2026
  Fri  3 April            Goede vrijdag

255 days with open hours in 2026, 2,040 h in all
"""
    )


def test_half_days_own_closed_days_rules_and_late_hours_are_shown_too(shown: Shown) -> None:
    page = shown(TWO_SHIFTS, "--year", "2026").output
    for line in (
        "  Monday                  09:00-17:00   8 h",
        "  Tuesday                 09:00-12:30, 13:00-17:00   7 h 30 min",
        "  Wednesday to Friday     09:00-17:00   8 h",
        "  Saturday                20:00-24:00   4 h",
        "  Sunday                  closed",
        "  Tue  5 May              closed by the desk (FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=5)",
        "  Mon 28 December         closed by the desk",
        "Half days in 2026",
        "  Thu 24 December         09:00-13:00   4 h",
        "  Thu 31 December         09:00-12:00, 13:00-15:30   5 h 30 min",
        "  Mon 27 April            Koningsdag",
    ):
        assert line in page.splitlines()
    assert page.index("Holidays worked all the same") < page.index("Koningsdag")
    assert "Goede vrijdag" in page[: page.index("Half days")], "Good Friday is no longer removed"


def test_another_year_and_another_country_have_other_days_in_their_language(shown: Shown) -> None:
    page = shown('[hours]\ncountry = "DE"\nsubdivision = "BY"', "--year", "2027").output
    assert "  Wed  6 January          Heilige Drei Könige" in page
    assert "Closed in 2027" in page
    assert "worked all the same" not in page


def test_a_desk_that_never_closes_says_so_without_empty_headings(shown: Shown) -> None:
    days = "\n".join(f'{day} = ["00:00-24:00"]' for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    assert (
        shown(f'[hours]\ncountry = ""\n[hours.week]\n{days}', "--year", "2028").output
        == """\
Open hours, by the clocks of Europe/Amsterdam
  Monday to Sunday        00:00-24:00   24 h

366 days with open hours in 2028, 8,784 h in all
"""
    )


def test_a_year_beyond_the_calendar_is_refused(shown: Shown) -> None:
    done = shown("", "--year", "2300")
    assert done.exit_code == 2
    assert "1900<=x<=2299" in done.output


def test_unusable_hours_are_told_with_line_and_mend(shown: Shown) -> None:
    done = shown('[hours]\nclosed_add = [2026-12-24]\n[hours.half_days]\n2026-12-24 = ["09:00-13:00"]')
    assert done.exit_code == 78
    assert (
        "hours.half_days.2026-12-24 (line 4): the half day 2026-12-24 is closed: closed by the desk"
        in done.output
    )


def test_its_help_gives_an_example() -> None:
    assert "Example: helpdesk calendar show" in CliRunner().invoke(calendar, ["show", "--help"]).output
