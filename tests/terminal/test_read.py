"""`helpdesk read`: how the desk understands a mail, with no settings and no database."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import helpdesk

REPLY = b"""From: Sanne de Wit <sanne@bakkerij.example>
To: help@desk.example
Subject: Re: [HD-42] Printer \x1b[31m
Content-Type: multipart/mixed; boundary=grens

--grens
Content-Type: text/plain; charset=utf-8

Het werkt nog steeds niet.

Op 23-11-2026 om 09:12 schreef Helpdesk:
> Kunt u de printer herstarten?
--grens
Content-Type: image/png; name="foto.png"

png
--grens--
"""
AWAY = REPLY.replace(b"From:", b"Auto-Submitted: auto-replied\nFrom:")
NAMES = [
    "file", "sender", "subject", "text", "full_text", "auto", "auto_rule", "bounce", "attachments",
    "language", "error",
]  # fmt: skip


def reading(*words: object, given: bytes | None = None) -> Result:
    return CliRunner().invoke(helpdesk.main, ["read", *map(str, words)], input=given)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "away.eml").write_bytes(AWAY)
    (tmp_path / "empty.eml").write_bytes(b"")
    (tmp_path / "reply.eml").write_bytes(REPLY)
    return tmp_path


def test_programs_get_one_object_a_line_also_for_what_cannot_be_read(folder):
    files = [folder / name for name in ("away.eml", "empty.eml", "gone.eml", "reply.eml")]
    done = reading("--json", *files)
    away, empty, gone, reply = map(json.loads, done.stdout.splitlines())

    assert done.exit_code == 65
    assert [list(each) for each in (away, empty, gone, reply)] == [NAMES] * 4
    assert (away["auto"], away["auto_rule"]) == (True, "Auto-Submitted: auto-replied")
    assert (empty["error"], gone["error"]) == ("it is empty", "No such file or directory")
    assert reply == {
        "file": str(files[3]),
        "sender": "sanne@bakkerij.example",
        "subject": "Re: [HD-42] Printer [31m",
        "text": "Het werkt nog steeds niet.",
        "full_text": REPLY.decode().split("\n\n", 2)[2].partition("\n--grens")[0],
        "auto": False,
        "auto_rule": None,
        "bounce": False,
        "attachments": [{"name": "foto.png", "type": "image/png", "bytes": 3}],
        "language": "nl",
        "error": None,
    }


def test_people_read_it_laid_out_and_are_told_what_is_left_out():
    done = reading("--whole", given=REPLY)

    assert done.exit_code == 0
    assert "From        Sanne de Wit <sanne@bakkerij.example>\n" in done.stdout
    assert "Files       foto.png (image/png, 3 bytes)\n\n  Het werkt nog steeds niet.\n" in done.stdout
    assert "\nThe whole text:\n\n  Het werkt" in done.stdout
    assert "\x1b" not in done.stdout
    assert "(--whole shows them)" in reading("-", given=REPLY).stdout
