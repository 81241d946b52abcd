"""`helpdesk export ticket`: one ticket in a ZIP, beside a running desk."""

import zipfile
from pathlib import Path

from desk.actor import Role
from desk.event import Kind
from store import tickets


def test_a_ticket_is_written_for_its_owner_alone_and_that_is_on_record(typed, opened, db, tmp_path):
    number = opened()

    done = typed("export", "ticket", f"HD-{number}")

    file = Path(tmp_path, f"HD-{number}.zip")
    assert (done.exit_code, done.stderr) == (0, f"Written to HD-{number}.zip.\n")
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as packed:
        assert "mail landed Fri 27 Nov 16:30" in packed.read("ticket.html").decode()
    with db.read() as session:
        last = tickets.get(session, number).history[-1]
    assert (last.kind, last.by.role) == (Kind.EXPORTED, Role.OPERATOR)


def test_nothing_is_overwritten_and_nothing_that_is_not_there_is_exported(typed, opened, tmp_path):
    opened()
    mine = Path(tmp_path, "mine.zip")
    mine.write_text("mine")
    there, missing = typed("export", "ticket", 1, "--out", mine), typed("export", "ticket", 4711)
    assert (there.exit_code, mine.read_text()) == (2, "mine")
    assert "is there already" in there.stderr
    assert (missing.exit_code, missing.stderr) == (66, "Error: There is no ticket 4711.\n")
    assert not Path(tmp_path, "HD-4711.zip").exists()
