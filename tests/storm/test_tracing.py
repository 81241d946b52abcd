"""What was said before it was on the disk is found in what strace wrote down."""

from pathlib import Path

import pytest

from tests.storm.tracing import Traced, is_answer_to_slack, read

MAIL = r'11 pwrite64(7</log>, "\0\1Storm 00000 in the shop\n", 30, 0) = 30'
SYNC = "11 fdatasync(7</log>) = 0"
NOTE = r'12 pwrite64(7</log>, "\0note-00000-said-once", 30, 0) = 30'
NOTE_SYNC = "12 fdatasync(7</log> <unfinished ...>\n12 <... fdatasync resumed>) = 0"
TAKEN = r'13 sendto(9<TCP:[7->8]>, "250 2.0.0 Kept\r\n", 16, 0, NULL, 0) = 16'
STORE = r'11 sendto(8<TCP:[7->8]>, "X1 UID STORE 5 +FLAGS.SILENT (\\Seen)\r\n", 30, 0, NULL, 0) = 30'
LEFT = r'14 sendto(8<TCP:[7->8]>, "Message-ID: <hd.3.abc@desk.example>\r\n", 30, 0, NULL, 0) = 30'
BYTES = r'14 pwrite64(7</log>, "hd.3.abc@desk.example", 30, 0) = 30'


def acknowledged() -> str:
    """A masked frame, as strace writes it."""
    words, mask = b'{"envelope_id": "1"}', b"\x01\x82\x03\xff"
    frame = bytes([0x81, 0x80 | len(words)]) + mask
    frame += bytes(each ^ mask[place % 4] for place, each in enumerate(words))
    escaped = "".join(f"\\{each:03o}" for each in frame)
    return f'12 sendto(5<TCP:[7->8]>, "{escaped}", {len(frame)}, 0, NULL, 0) = {len(frame)}'


def told(tmp_path: Path, *lines: str) -> Traced:
    calls = tmp_path / "calls"
    calls.write_text("\n".join(lines) + "\n")
    return read(calls, first_in_mailbox=0)


@pytest.mark.parametrize(
    ("which", "written", "synced", "said"),
    [
        ("kept", MAIL, SYNC, TAKEN),
        ("marked", MAIL, SYNC, STORE),
        ("clicked", NOTE, NOTE_SYNC, acknowledged()),
        ("left", BYTES, "14 fsync(7</log>) = 0", LEFT),
    ],
)
def test_what_is_said_too_early_is_found(
    tmp_path: Path, which: str, written: str, synced: str, said: str
) -> None:
    in_time = getattr(told(tmp_path, written, synced, said), which)
    assert (len(in_time.told), in_time.too_early) == (1, [])
    before = getattr(told(tmp_path, written, said, synced), which)
    assert len(before.too_early) == 1
    failed = getattr(
        told(tmp_path, written, "11 fdatasync(7</log>) = -1 EIO (Input/output error)", said), which
    )
    assert len(failed.too_early) == 1


def test_whoever_syncs_a_file_syncs_what_others_wrote_to_it_and_no_other_file(tmp_path: Path) -> None:
    assert told(tmp_path, MAIL, "19 fdatasync(3</log>) = 0", TAKEN).kept.too_early == []
    assert told(tmp_path, MAIL, "19 fdatasync(7</other>) = 0", TAKEN).kept.too_early == [0]


def test_what_the_database_is_told_has_not_left(tmp_path: Path) -> None:
    inside = LEFT.replace("<TCP:[7->8]>", "<UNIX-STREAM:[1->2]>")
    assert told(tmp_path, inside, BYTES, "14 fdatasync(7</log>) = 0", LEFT).left.too_early == []


def test_what_is_written_after_a_sync_began_is_not_on_the_disk_by_its_end(tmp_path: Path) -> None:
    begun, ended = NOTE_SYNC.splitlines()
    assert told(tmp_path, begun, MAIL, ended, TAKEN).kept.too_early == [0]
    writing = MAIL.replace(", 30, 0) = 30", ", 30, 0 <unfinished ...>")
    assert told(tmp_path, writing, SYNC.replace("11", "19"), TAKEN).kept.too_early == [0]


def test_other_frames_are_no_answers() -> None:
    assert not is_answer_to_slack(r"\211\200\1\2\3\4")
    assert not is_answer_to_slack("GET / HTTP/1.1")
