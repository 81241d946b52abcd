"""Reads what strace wrote down of a desk and its database's server: what was on the disk, and said, when.

Whoever syncs a file has all on the disk that is written to it by then, whichever process wrote it: the log of
one process of PostgreSQL is often written by another."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_LINE = re.compile(r'^(\d+) +(?:<\.\.\. )?(\w+)[^"]*(?:"((?:[^"\\]|\\.)*)")?')
_FILE = re.compile(r"^\d+ +\w+\(\d+<([^>]*)>")
_MAIL = re.compile(r"Storm (\d{5}) in the shop|first-(\d{5})-said-once")
_NOTE = re.compile(r"note-\d{5}-said-once")
_OURS = re.compile(r"hd\.[0-9a-z.]+@[0-9a-z.]*desk\.example")
_TEXT, _MASKED, _LONG = 0x81, 0x80, 126

Thing = int | str
"""A mail by the number of its customer, a note by its words, a mail of ours by its name."""


@dataclass
class Order:
    """Things that were promised, and those of them that were not on the disk by then."""

    told: set[Thing] = field(default_factory=set)
    too_early: list[Thing] = field(default_factory=list)

    def tell(self, thing: Thing, lasting: set[Thing]) -> None:
        self.too_early += [] if thing in lasting or thing in self.told else [thing]
        self.told.add(thing)


@dataclass
class Traced:
    """kept: mails, said to the servers that hand them in; marked: messages in the mailbox; clicked: notes,
    said to Slack; left: mails of ours, said to a mail server."""

    kept: Order = field(default_factory=Order)
    marked: Order = field(default_factory=Order)
    clicked: Order = field(default_factory=Order)
    left: Order = field(default_factory=Order)
    lasting: set[Thing] = field(default_factory=set)

    def hear(self, said: str, meant: set[Thing], *, first_in_mailbox: int) -> None:
        """What the desk says to somebody outside.

        Mails that are handed in, and messages in the mailbox, come one after the other: the n-th answer is
        about the n-th of them.  meant: of what the thread that speaks has written since it last spoke."""
        if "250 2.0.0 Kept" in said:
            self.kept.tell(len(self.kept.told), self.lasting)
        elif "UID STORE" in said and "Seen" in said:
            self.marked.tell(first_in_mailbox + len(self.marked.told), self.lasting)
        elif is_answer_to_slack(said):
            for each in meant:
                self.clicked.tell(each, self.lasting)
            meant.clear()
        elif name := re.search(f"Message-ID: <({_OURS.pattern})>", said):
            self.left.tell(name[1], self.lasting)


def read(calls: Path, *, first_in_mailbox: int) -> Traced:
    """first_in_mailbox: the customer whose mail came there first."""
    found, disk, meant = Traced(), _Disk(), defaultdict[str, set[Thing]](set)
    for thread, call, said, line in _calls(calls):
        if call in ("fdatasync", "fsync"):
            found.lasting |= disk.sync(thread, line)
            continue
        if call == "pwrite64":
            disk.write(thread, {*_things_in(said)}, line)
        meant[thread] |= {each for each in _NOTE.findall(said) if each not in found.lasting}
        if (
            call == "sendto" and "<TCP" in line
        ):  # what goes to the database goes through a socket of this machine
            found.hear(said, meant[thread], first_in_mailbox=first_in_mailbox)
    return found


class _Disk:
    """What is written to which file, and not yet told to be on the disk.

    A call that others ran into is two lines: what is written counts from its end, and a sync is of what was
    there when it began."""

    def __init__(self) -> None:
        self._written = defaultdict[str, set[Thing]](set)
        self._begun = dict[str, tuple[str, set[Thing]]]()

    def write(self, thread: str, things: set[Thing], line: str) -> None:
        if begins := _FILE.match(line):
            self._begun[thread] = begins[1], things
        if not line.endswith("<unfinished ...>"):
            file, done = self._begun.pop(thread, ("", set()))
            self._written[file] |= done

    def sync(self, thread: str, line: str) -> set[Thing]:
        """What is on the disk by that line."""
        if begins := _FILE.match(line):
            self._begun[thread] = begins[1], {*self._written[begins[1]]}
        if line.endswith("<unfinished ...>"):
            return set()
        file, things = self._begun.pop(thread, ("", set()))
        if not line.endswith("= 0"):
            return set()
        self._written[file] -= things
        return things


def is_answer_to_slack(said: str) -> bool:
    """Whether it is a frame of a WebSocket, masked as clients must, that acknowledges an envelope."""
    if not said.startswith("\\201"):
        return False
    frame = said.encode().decode("unicode_escape").encode("latin-1")
    begins = 4 if frame[1] & ~_MASKED == _LONG else 2
    mask, words = frame[begins : begins + 4], frame[begins + 4 :]
    return b"envelope_id" in bytes(each ^ mask[place % 4] for place, each in enumerate(words))


def _things_in(said: str) -> Iterator[Thing]:
    yield from (int(one or other) for one, other in _MAIL.findall(said))
    yield from _NOTE.findall(said)
    yield from _OURS.findall(said)


def _calls(calls: Path) -> Iterator[tuple[str, str, str, str]]:
    """Thread, call, the words in it, and the line."""
    with calls.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            named = _LINE.match(line)
            if named:
                yield named[1], named[2], named[3] or "", line.rstrip()
