"""`helpdesk why`: the sum of a date, beside a running desk."""

from pathlib import Path

import pytest


@pytest.mark.parametrize("how", ["{}", "#{}", "HD-{}", "hd{}"])
def test_it_prints_the_sum_of_each_date(typed, opened, how):
    done = typed("why", how.format(opened()))
    assert done.exit_code == 0
    assert "First response: due Mon 30 Nov 16:30, 4:30 h left" in done.stdout
    assert "  ran Fri 27 Nov 0:30, Mon 30 Nov 7:30" in done.stdout
    assert "Recovery: due Mon 30 Nov 16:30" in done.stdout
    assert "\x1b" not in done.stdout


def test_it_speaks_the_language_that_is_asked_for_or_the_desks(typed, opened):
    number = opened()
    assert "mail binnengekomen vr 27 nov 16:30" in typed("why", number, "--language", "nl").stdout
    assert "mail binnengekomen" in typed("why", number, HELPDESK_DESK__LANGUAGE="nl").stdout


def test_a_number_that_does_not_exist_is_refused_in_a_line(typed, opened):
    opened()
    done = typed("why", 4711)
    assert (done.exit_code, done.stderr) == (66, "Error: There is no ticket 4711.\n")
    assert done.stdout == ""


def test_what_is_no_number_is_refused(typed):
    done = typed("why", "everything")
    assert done.exit_code == 2
    assert "'everything' is no ticket number" in done.stderr


@pytest.mark.both_engines
def test_a_database_that_is_not_there_is_not_made(typed, tmp_path):
    done = typed("why", 1, DATABASE_URL=f"sqlite:///{tmp_path}/elsewhere.sqlite3")
    assert done.exit_code == 78
    assert "There is no database at" in done.stderr
    assert not Path(tmp_path, "elsewhere.sqlite3").exists()


@pytest.mark.both_engines
def test_a_database_without_the_schema_is_refused(typed, tmp_path):
    Path(tmp_path, "empty.sqlite3").touch()
    done = typed("why", 1, DATABASE_URL=f"sqlite:///{tmp_path}/empty.sqlite3")
    assert done.exit_code == 78
    assert "another version" in done.stderr
