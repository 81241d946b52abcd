"""Letters as the programs of our customers write them, each with what the desk has to understand."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mail.quoting import trim
from mail.reading import InboundEmail, read
from mail.screening import screen

LETTERS = sorted((Path(__file__).parent / "letters").glob("*.eml"))
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize("letter", LETTERS, ids=lambda path: path.stem)
def test_a_letter_says_what_its_writer_meant(letter):
    meant: dict[str, Any] = json.loads(letter.with_suffix(".json").read_text("utf-8"))
    mail = read(letter.read_bytes(), zone=AMSTERDAM)
    assert isinstance(mail, InboundEmail)
    seen = screen(mail)
    written = trim(mail.text, mail.written, meant.get("sent", [])).text

    assert mail.sender is not None
    assert (mail.sender.address, mail.subject_line) == (meant["sender"], meant["subject"])
    assert (seen.kind.value, [file.name for file in mail.attachments]) == (meant["kind"], meant["files"])
    assert meant["text"] is None or written.split() == meant["text"].split()
    assert all(words in written for words in meant.get("contains", []))
    assert meant.get("whole", "") in mail.text
    assert list(mail.remarks) == meant.get("remarks", [])
    assert mail.language == meant["language"]
    assert seen.bounce is None or (seen.bounce.recipient, seen.bounce.status) == (
        meant["recipient"],
        meant["status"],
    )
