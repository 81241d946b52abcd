"""A whole ticket as one ZIP: a page to read, the same for programs, and its files."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from bot import dossier, dossierpage
from bot.dossier import Enclosed
from bot.dossierpage import Page
from bot.hidden import is_hidden
from bot.style import Style
from bot.words import ticket_name
from desk.event import Event
from desk.ticket import Ticket
from sla.policy import Policy
from sla.reasons import sums_of
from sla.telling import tell
from store import emails, files, holdings, tickets
from store.database import Database, Session
from store.emails import Email
from store.files import File

_MOST = 100_000_000
"""Bytes of all files together."""

_HIDDEN = "[hidden]"

Attached = Callable[[int, Sequence[Mapping[str, Any]]], list[File] | None]
"""Gives the files of a mail in the inbox; None where they are not in it."""


def name_of(number: int, prefix: str) -> str:
    """What the export of a ticket is called."""
    return f"{ticket_name(prefix, number)}.zip"


@dataclass(frozen=True)
class Packer:
    """attached: reads files from raw mails."""

    db: Database
    policy: Policy
    style: Style
    attached: Attached

    def pack(self, number: int, *, now: datetime) -> bytes:
        """The ticket as it is at that moment.  Raises NotFound."""
        with self.db.read() as session:
            ticket = tickets.get(session, number)
            mails = _mails(session, ticket)
            held = _discreet(holdings.of_ticket(session, number), ticket)
            kept = {event.seq: _kept(session, ticket, event) for event in ticket.history}
        box = _Box()
        enclosed = {event.seq: list(self._put(box, event, kept[event.seq])) for event in ticket.history}
        passages = dossier.passages(ticket, self.style, mails, enclosed)
        promises = tell(sums_of(ticket, self.policy, now=now), "en", self.style.zone)
        page = dossierpage.write(Page(ticket, passages, promises, now), self.style)
        texts = {"ticket.html": page, "ticket.json": holdings.as_json(held)}
        return _zipped(
            {name: text.encode("utf-8", "replace") for name, text in texts.items()} | box.files, now
        )

    def _put(self, box: "_Box", event: Event, kept: Mapping[int, File]) -> Iterator[Enclosed]:
        """Each file of an event: in the box, or why it is not."""
        named = dossier.named_files(event)
        why = dossier.why_not(event)
        came = {} if why else self._came(event, named)
        for place, file in enumerate(named):
            found = came.get(place) or kept.get(place)
            reason = why or str(file.get("left_out") or "") or ("" if found else _missing(file))
            yield box.add(event.seq, place, file, None if reason else found, reason)

    def _came(self, event: Event, named: Sequence[Mapping[str, Any]]) -> dict[int, File]:
        """Those that came with a mail which is still kept."""
        places = [place for place, file in enumerate(named) if "part" in file and not file.get("left_out")]
        if "inbox" not in event.detail or not places:
            return {}
        read = self.attached(int(event.detail["inbox"]), [named[place] for place in places])
        return dict(zip(places, read, strict=True)) if read else {}


@dataclass
class _Box:
    """The files that go along, by their paths."""

    files: dict[str, bytes] = field(default_factory=dict)
    size: int = 0

    def add(self, seq: int, place: int, file: Mapping[str, Any], found: File | None, why: str) -> Enclosed:
        name, size = str(file.get("name") or "unnamed"), dossier.size_of(file)
        if found is None or why:
            return Enclosed(name, size, why=why)
        if self.size + len(found.content) > _MOST:
            return Enclosed(name, size, why="all files together are too large")
        path = f"files/{seq}-{place + 1}-{_safe(name)}"
        self.files[path] = found.content
        self.size += len(found.content)
        return Enclosed(name, size, path=quote(path))


def _mails(session: Session, ticket: Ticket) -> dict[int, Email]:
    """By the event that each is about: those that came in and those that left."""
    came = {mail.inbox: mail for mail in emails.of_ticket(session, ticket.number) if mail.inbox}
    read = {event.seq: came.get(event.detail.get("inbox", 0)) for event in ticket.history}
    found = {seq: mail for seq, mail in read.items() if mail}
    return found | emails.sent_about(session, ticket.number)


def _kept(session: Session, ticket: Ticket, event: Event) -> dict[int, File]:
    """Files that went along with an agent's mail, by their places."""
    named = dossier.named_files(event)
    if not named:
        return {}
    numbers = {place: int(file["kept"]) for place, file in enumerate(named) if "kept" in file}  # type: ignore[call-overload]
    found = {place: files.of(session, ticket.number, [number]) for place, number in numbers.items()}
    return files.fetched(session, ticket.number, event.seq) | {
        place: each[0] for place, each in found.items() if each
    }


def _missing(file: Mapping[str, Any]) -> str:
    if file.get("slack_file"):
        return "it is in Slack"
    return "its mail is no longer kept" if "part" in file else "only its name is known"


def _discreet(held: dict[str, list[dict[str, Any]]], ticket: Ticket) -> dict[str, list[dict[str, Any]]]:
    """The rows without the words of what is hidden."""
    hidden = [event for event in ticket.history if is_hidden(event)]
    seqs = {event.seq for event in hidden}
    came = {event.detail.get("inbox") for event in hidden} - {None}
    for row in held["events"]:
        row["text"] = _HIDDEN if row["seq"] in seqs else row["text"]
    for row in held["emails"]:
        row["body"] = _HIDDEN if row["inbox"] in came else row["body"]
    return held


def _safe(name: str) -> str:
    """A name that no file system takes for anything else."""
    return re.sub(r"[^\w.()+ -]", "_", name).strip(". ")[-100:] or "file"


def _zipped(held: Mapping[str, bytes], now: datetime) -> bytes:
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in held.items():
            packed.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return page.getvalue()
