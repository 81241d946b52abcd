"""Business hours: the worked examples, the edges of days, both nights in which clocks change."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from sla.calendar import OWN_CLOSED_DAY, Calendar, Week
from sla.hours import BusinessHours
from sla.walltime import Period, shown_once

At = Callable[[str], datetime]
EVE, CHRISTMAS = date(2026, 12, 24), date(2026, 12, 25)
MORNING, NINE_TO_FIVE = ((time(9), time(13)),), ((time(9), time(17)),)
EVERY_EVE = "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24"
ROUND_THE_CLOCK = Week(*[((time(0), time(0)),)] * 7)


def a_desk(week: Week | None = None, zone: str = "Europe/Amsterdam", **more: object) -> BusinessHours:
    """A desk without public holidays."""
    facts = {"country": "", "remove": (), **more}
    return BusinessHours(Calendar(zone=ZoneInfo(zone), week=week or Week(), **facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("landed", "target", "due"),
    [
        ("2026-11-27 16:30", 8, "2026-11-30 16:30"),
        ("2026-11-27 16:30", 6, "2026-11-30 14:30"),
        ("2026-11-28 11:00", 8, "2026-11-30 17:00"),
        ("2026-11-30 18:10", 8, "2026-12-01 17:00"),
        ("2026-12-24 16:30", 8, "2026-12-28 16:30"),
        ("2026-11-26 10:00", 16, "2026-11-30 10:00"),
        ("2026-11-27 16:30", 40, "2026-12-04 16:30"),
        ("2026-11-23 09:00", 112, "2026-12-10 17:00"),
        ("2026-12-23 15:00", 112, "2027-01-14 15:00"),
    ],
)
def test_the_worked_examples_are_due_when_the_desk_says(
    landed: str, target: int, due: str, hours: BusinessHours, at: At
) -> None:
    assert hours.after(at(landed), timedelta(hours=target)) == at(due)


def test_an_answer_is_in_utc_whatever_zone_was_asked_in(hours: BusinessHours) -> None:
    start = datetime(2026, 11, 27, 10, 30, tzinfo=ZoneInfo("America/New_York"))
    due = hours.after(start, timedelta(hours=8))
    assert due.tzinfo is UTC
    assert due == datetime(2026, 11, 30, 15, 30, tzinfo=UTC)


def test_no_time_at_all_is_used_up_at_once_even_while_closed(hours: BusinessHours, at: At) -> None:
    assert hours.after(at("2026-11-28 11:00"), timedelta()) == at("2026-11-28 11:00")


def test_a_microsecond_of_open_time_is_a_microsecond(hours: BusinessHours, at: At) -> None:
    least = timedelta(microseconds=1)
    assert hours.after(at("2026-11-27 17:00"), least) == at("2026-11-30 09:00") + least
    assert hours.between(at("2026-11-27 17:00") - least, at("2026-11-30 09:00") + least) == 2 * least


def test_time_runs_backwards_when_asked_backwards(hours: BusinessHours, at: At) -> None:
    friday, monday = at("2026-11-27 16:30"), at("2026-11-30 10:00")
    assert hours.between(monday, friday) == -hours.between(friday, monday) == -timedelta(hours=1.5)


def test_the_desk_is_open_from_opening_up_to_not_including_closing(hours: BusinessHours, at: At) -> None:
    assert [hours.is_open(at(f"2026-11-27 {clock}")) for clock in ("08:59", "09:00", "16:59", "17:00")] == [
        False, True, True, False,
    ]  # fmt: skip


def test_the_next_opening_is_now_while_the_desk_is_open_and_after_the_weekend_otherwise(
    hours: BusinessHours, at: At
) -> None:
    assert hours.next_opening(at("2026-11-27 16:59")) == at("2026-11-27 16:59")
    assert hours.next_opening(at("2026-11-27 17:00")) == at("2026-11-30 09:00")
    assert hours.next_opening(at("2026-12-24 20:00")) == at("2026-12-28 09:00")


def test_the_next_working_day_is_a_later_date_even_when_asked_before_opening(
    hours: BusinessHours, at: At
) -> None:
    assert hours.next_working_day(at("2026-11-26 06:00")) == at("2026-11-27 09:00")
    assert hours.next_working_day(at("2026-11-27 09:00")) == at("2026-11-30 09:00")


def test_a_lunch_break_does_not_count(at: At) -> None:
    day = ((time(9), time(12, 30)), (time(13), time(17)))
    desk = a_desk(Week(day, day, day, day, day))
    assert desk.after(at("2026-11-27 12:00"), timedelta(hours=1)) == at("2026-11-27 13:30")
    assert desk.after(at("2026-11-27 12:00"), timedelta(minutes=30)) == at("2026-11-27 12:30")
    assert desk.between(at("2026-11-27 00:00"), at("2026-11-28 00:00")) == timedelta(hours=7.5)
    assert not desk.is_open(at("2026-11-27 12:45"))


def test_days_may_differ(at: At) -> None:
    desk = a_desk(Week(mon=((time(13), time(17)),), sat=((time(10), time(14)),)))
    assert desk.between(at("2026-11-28 00:00"), at("2026-12-01 00:00")) == timedelta(hours=8)
    assert desk.after(at("2026-11-27 16:00"), timedelta(hours=6)) == at("2026-11-30 14:00")


@pytest.mark.parametrize(
    ("night", "lasts"),
    [("2026-03-29", 11), ("2026-10-25", 13), ("2026-06-14", 12)],
    ids=["spring", "autumn", "none"],
)
def test_a_desk_open_through_the_night_counts_the_hours_that_pass(
    night: str, lasts: int, mornings: BusinessHours, at: At
) -> None:
    assert mornings.between(at(f"{night} 00:00"), at(f"{night} 12:00")) == timedelta(hours=lasts)
    assert mornings.after(at(f"{night} 00:00"), timedelta(hours=lasts)) == at(f"{night} 12:00")
    assert next(mornings.periods(at(f"{night} 00:00"))) == Period(at(f"{night} 00:00"), at(f"{night} 12:00"))


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_round_the_clock_every_second_counts(day: str, at: At) -> None:
    desk = a_desk(ROUND_THE_CLOCK)
    start = at(f"{day} 00:00") - timedelta(hours=5)
    assert desk.after(start, timedelta(hours=50)) == start + timedelta(hours=50)
    assert desk.next_working_day(start) == at(f"{day} 00:00")


def test_opening_at_a_time_that_no_clock_shows_is_opening_when_the_clocks_jump_over_it() -> None:
    desk = a_desk(Week(sun=((time(2, 30), time(5)),)))
    jump = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert next(desk.periods(jump - timedelta(hours=3))) == Period(jump, jump + timedelta(hours=2))


def test_hours_that_clocks_jump_over_altogether_are_not_open_that_day() -> None:
    desk = a_desk(Week((), (), (), (), (), (), ((time(2, 10), time(2, 50)),)))
    assert desk.between(_utc(2026, 3, 29), _utc(2026, 3, 30)) == timedelta()
    assert desk.next_opening(_utc(2026, 3, 29)) == _utc(2026, 4, 5, 0, 10)


def test_a_time_that_clocks_show_twice_is_open_twice() -> None:
    desk = a_desk(Week(sun=((time(2, 30), time(4)),)))
    first, second = islice(desk.periods(datetime(2026, 10, 25, tzinfo=UTC)), 2)
    assert first == Period(_utc(2026, 10, 25, 0, 30), _utc(2026, 10, 25, 1, 0))
    assert second == Period(_utc(2026, 10, 25, 1, 30), _utc(2026, 10, 25, 3, 0))


def test_clocks_that_change_at_midnight_or_skip_a_whole_day_are_no_trouble() -> None:
    havana = a_desk(ROUND_THE_CLOCK, "America/Havana")
    start = _utc(2026, 3, 1)
    assert havana.between(start, _utc(2026, 12, 1)) == _utc(2026, 12, 1) - start
    apia = a_desk(zone="Pacific/Apia")  # 30 December 2011, a Friday, did not happen there
    thursday = datetime(2011, 12, 29, 9, tzinfo=apia.calendar.zone)
    monday = datetime(2012, 1, 2, 9, tzinfo=apia.calendar.zone)
    assert apia.between(thursday, monday) == timedelta(hours=8)


def test_clocks_that_go_back_over_midnight_show_the_evening_before_once_more() -> None:
    st_johns = a_desk(ROUND_THE_CLOCK, "America/St_Johns")  # on 7 November 2010, at 00:01, it was 23:01 again
    start = _utc(2010, 11, 6)
    assert st_johns.between(start, start + timedelta(days=3)) == timedelta(days=3)
    saturdays = a_desk(Week((), (), (), (), (), ((time(22), time(0)),)), "America/St_Johns")
    first, second = islice(saturdays.periods(start), 2)
    assert first == Period(_utc(2010, 11, 7, 0, 30), _utc(2010, 11, 7, 2, 30))
    assert second == Period(_utc(2010, 11, 7, 2, 31), _utc(2010, 11, 7, 3, 30))


def test_a_span_of_many_years_is_used_up_where_adding_up_the_days_says(hours: BusinessHours, at: At) -> None:
    start = at("2026-01-02 09:00")
    periods = hours.periods(start)
    working_days = list(islice(periods, 15_000))
    assert hours.after(start, timedelta(hours=8) * 15_000) == working_days[-1].closes


def test_questions_may_jump_through_the_centuries(at: At) -> None:
    desk = BusinessHours(Calendar())
    for text in ("2026-11-27 16:30", "1950-11-24 16:30", "2200-11-28 16:30", "2026-11-27 16:30"):
        assert desk.between(at(text), at(text) + timedelta(minutes=45)) == timedelta(minutes=30)


@pytest.mark.parametrize("year", [1850, 2300])
def test_a_moment_beyond_the_calendar_is_refused(year: int, hours: BusinessHours) -> None:
    with pytest.raises(ValueError, match="1900 to 2299"):
        hours.between(_utc(year), _utc(year))
    with pytest.raises(ValueError, match="1900 to 2299"):
        hours.is_open(_utc(year))


def test_a_span_that_never_ends_is_refused(hours: BusinessHours, at: At) -> None:
    with pytest.raises(ValueError, match="after the year 2299"):
        hours.after(at("2026-11-27 16:30"), timedelta(days=365 * 300))


def test_a_desk_that_closes_for_good_at_the_end_of_the_calendar_says_so() -> None:
    last = date(2299, 6, 5)  # a Monday
    closed = tuple(last + timedelta(weeks=n) for n in range(1, 100))
    desk = a_desk(Week(NINE_TO_FIVE, (), (), (), ()), add=closed)
    assert desk.next_opening(_utc(2299, 6, 5)) == _utc(2299, 6, 5, 7)
    with pytest.raises(ValueError, match="no open hour after 2299-06-06"):
        desk.next_opening(_utc(2299, 6, 6))
    with pytest.raises(ValueError, match="after the year 2299"):
        desk.after(_utc(2299, 6, 5), timedelta(hours=9))


def test_a_naive_moment_is_refused(hours: BusinessHours) -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        hours.is_open(datetime(2026, 11, 27, 16, 30))  # noqa: DTZ001


def test_a_negative_span_is_refused(hours: BusinessHours, at: At) -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        hours.after(at("2026-11-27 16:30"), timedelta(hours=-1))


def test_good_friday_is_worked_and_the_names_are_told(hours: BusinessHours) -> None:
    closed = hours.closed_days(2026)
    assert date(2026, 4, 3) not in closed
    assert closed[date(2026, 4, 6)] == "Tweede paasdag"


def test_dates_and_rules_close_more_days_and_open_holidays(at: At) -> None:
    desk = BusinessHours(
        Calendar(
            add=(date(2026, 11, 27), date(2026, 4, 27)),
            remove=("FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=27", date(2026, 12, 25), "FREQ=YEARLY;BYEASTER=-2"),
            rules=("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "FREQ=YEARLY;BYEASTER=39"),
        )
    )
    closed = desk.closed_days(2026)
    assert closed[date(2026, 11, 27)] == OWN_CLOSED_DAY
    assert closed[date(2026, 12, 24)] == "closed by the desk (FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24)"
    assert date(2026, 4, 27) in closed, "a day that is added wins over a rule that removes it"
    assert date(2026, 12, 25) not in closed
    assert desk.calendar.worked_holidays(2026) == {
        date(2026, 4, 3): "Goede vrijdag",
        date(2026, 12, 25): "Eerste kerstdag",
    }
    assert closed[date(2026, 5, 14)] == "Hemelvaartsdag", "a holiday keeps its name"
    assert desk.after(at("2026-11-26 16:00"), timedelta(hours=2)) == at("2026-11-30 10:00")


def test_a_half_day_has_its_own_hours_and_the_days_around_it_have_theirs(at: At) -> None:
    desk = BusinessHours(Calendar(half_days=((EVE, MORNING),)))
    assert desk.between(at("2026-12-23 00:00"), at("2026-12-25 00:00")) == timedelta(hours=12)
    assert desk.after(at("2026-12-24 12:00"), timedelta(hours=1)) == at("2026-12-24 13:00")
    assert desk.after(at("2026-12-24 12:00"), timedelta(hours=2)) == at("2026-12-28 10:00")
    assert not desk.is_open(at("2026-12-24 14:00"))
    assert desk.calendar.short_days(2026) == {EVE: MORNING}
    assert EVE not in desk.closed_days(2026)


def test_a_day_may_also_be_longer_or_be_cut_by_lunch(at: At) -> None:
    sinterklaas = ((time(8), time(12)), (time(13), time(0)))
    desk = BusinessHours(Calendar(half_days=((date(2025, 12, 5), sinterklaas),)))
    assert desk.between(at("2025-12-05 00:00"), at("2025-12-06 00:00")) == timedelta(hours=15)


def test_half_days_by_rule_open_no_day_that_is_closed() -> None:
    desk = BusinessHours(Calendar(half_days=((EVERY_EVE, MORNING),), add=(date(2025, 12, 24),)))
    short = [list(desk.calendar.short_days(year)) for year in (2024, 2025, 2026, 2027, 2028)]
    assert short == [[date(2024, 12, 24)], [], [EVE], [date(2027, 12, 24)], []], "in 2028 it is a Sunday"


def test_of_half_days_a_date_beats_a_rule_and_the_first_rule_the_second() -> None:
    late, later = ((time(12), time(17)),), ((time(14), time(17)),)
    fridays, decembers = "FREQ=WEEKLY;BYDAY=FR", "FREQ=DAILY;BYMONTH=12"
    halves = ((fridays, MORNING), (decembers, late), (date(2026, 12, 18), later))
    short = BusinessHours(Calendar(half_days=halves)).calendar.short_days(2026)
    assert short[date(2026, 12, 11)] == MORNING
    assert short[date(2026, 12, 10)] == late
    assert short[date(2026, 12, 18)] == later


def test_a_half_day_may_be_the_day_on_which_clocks_change() -> None:
    halves = ((date(2026, 3, 29), ((time(1), time(4)),)), (date(2026, 10, 25), ((time(1), time(4)),)))
    desk = a_desk(ROUND_THE_CLOCK, half_days=halves)
    for day, lasts in ((date(2026, 3, 29), 2), (date(2026, 10, 25), 4)):
        begins = datetime.combine(day, time(), desk.calendar.zone)
        ends = datetime.combine(day + timedelta(1), time(), desk.calendar.zone)
        assert desk.between(begins, ends) == timedelta(hours=lasts)


def test_a_rule_may_say_where_it_starts() -> None:
    every_fifth_year = "DTSTART:20250505\nRRULE:FREQ=YEARLY;INTERVAL=5"
    desk = a_desk(rules=(every_fifth_year,))
    assert [list(desk.closed_days(year)) for year in (2024, 2025, 2029, 2030)] == [
        [], [date(2025, 5, 5)], [], [date(2030, 5, 5)],
    ]  # fmt: skip


def test_another_country_or_state_has_other_holidays() -> None:
    bavaria = BusinessHours(Calendar(ZoneInfo("Europe/Berlin"), country="DE", subdivision="BY", remove=()))
    berlin = BusinessHours(Calendar(ZoneInfo("Europe/Berlin"), country="DE", subdivision="BE", remove=()))
    assert date(2026, 1, 6) in bavaria.closed_days(2026)
    assert date(2026, 1, 6) not in berlin.closed_days(2026)
    assert date(2026, 4, 3) in berlin.closed_days(2026)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"week": Week((), (), (), (), ())}, "no open hour"),
        ({"rules": ("FREQ=DAILY",)}, "no open hour in 2024"),
        ({"rules": ("DTSTART:20310101\nRRULE:FREQ=DAILY",)}, "no open hour in 2031"),
        ({"rules": ("DTSTART:20310101\nRRULE:FREQ=DAILY;UNTIL=20321231",)}, "no open hour in 2031"),
        ({"add": tuple(date(2030, 1, 1) + timedelta(n) for n in range(365))}, "no open hour in 2030"),
        ({"add": (CHRISTMAS,), "remove": (CHRISTMAS,)}, "added to the closed days and removed from them"),
        ({"half_days": ((CHRISTMAS, MORNING),)}, "2026-12-25 is closed: Eerste kerstdag"),
        ({"half_days": ((date(2026, 12, 26), MORNING),)}, "2026-12-26 is closed: Tweede kerstdag"),
        (
            {"half_days": ((date(2026, 12, 19), MORNING),)},
            "2026-12-19 is a Saturday, when the desk is closed",
        ),
        ({"half_days": ((EVE, MORNING), (EVE, MORNING))}, "2026-12-24 is given twice"),
        ({"half_days": ((EVE, ()),)}, "2026-12-24 has no hours"),
        ({"half_days": ((EVE, ((time(13), time(9)),)),)}, "begins at 13:00:00 ends at 9:00:00"),
        ({"half_days": ((EVE, MORNING),), "add": (EVE,)}, "2026-12-24 is closed: closed by the desk"),
        (
            {"half_days": (("FREQ=WEEKLY;BYDAY=SA", MORNING),)},
            "FREQ=WEEKLY;BYDAY=SA fall on closed days only",
        ),
        ({"half_days": (("on Fridays", MORNING),)}, "is not an RRULE"),
        ({"country": "XX"}, "no public holidays are known for 'XX'"),
        ({"subdivision": "ZZ"}, "no public holidays are known for 'NL ZZ'"),
        ({"rules": ("FREQ=OFTEN",)}, "is not an RRULE"),
        ({"rules": ("every Friday",)}, "is not an RRULE"),
        ({"rules": ("FREQ=HOURLY",)}, "does not go from day to day"),
        ({"rules": ("FREQ=DAILY;INTERVAL=0",)}, "does not go from day to day"),
        ({"rules": ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",)}, "names no day"),
        ({"rules": ("DTSTART:25000505\nRRULE:FREQ=YEARLY",)}, "names no day"),
        ({"rules": ("DTSTART;TZID=Europe/Amsterdam:20250505T000000\nRRULE:FREQ=YEARLY",)}, "without a zone"),
        ({"rules": ("DTSTART:20250505T000000Z\nRRULE:FREQ=YEARLY",)}, "without a zone"),
        ({"remove": ("FREQ=YEARLY;BYWOMBAT=1",)}, "is not an RRULE"),
    ],
)
def test_a_calendar_that_cannot_be_kept_is_refused_with_the_reason(
    facts: dict[str, object], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        BusinessHours(Calendar(**facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("times", "reason"),
    [
        (((time(17), time(9)),), "ends at"),
        (((time(9), time(9)),), "ends at"),
        (((time(9), time(13)), (time(12), time(17))), "before the one in front of it ends"),
        (((time(13), time(17)), (time(9), time(12))), "before the one in front of it ends"),
    ],
)
def test_a_week_that_contradicts_itself_is_refused(times: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Week(mon=times)  # type: ignore[arg-type]


def _utc(year: int, month: int = 1, day: int = 1, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def test_a_wall_time_is_the_moment_at_which_clocks_show_it() -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    shown = shown_once(datetime.fromisoformat("2026-11-27T16:30"), amsterdam)
    assert shown.astimezone(UTC) == datetime(2026, 11, 27, 15, 30, tzinfo=UTC)
    with pytest.raises(ValueError, match="never"):
        shown_once(datetime.fromisoformat("2026-03-29T02:30"), amsterdam)
    with pytest.raises(ValueError, match="twice"):
        shown_once(datetime.fromisoformat("2026-10-25T02:30"), amsterdam)
