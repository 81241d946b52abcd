"""The sender of a mail's files: shows them in its thread, and never twice, wherever it is interrupted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.blocks import escape, one_line
from bot.filewire import FileGone, FileWire, Shared
from bot.outcome import MessageGone
from bot.parcel import Attached, Packer
from bot.posting import card_lost
from bot.style import Style
from bot.words import moment
from desk.actor import Actor
from desk.delivery import Delivery
from desk.errors import DeliveryFailed, DeliveryPutOff
from desk.event import Event
from desk.exporting import is_export
from desk.files import Named, shown_in
from store import aftermath, cards, tickets, uploads
from store.cards import Place
from store.database import Database, Session
from store.files import File
from store.outbox import Patience
from store.points import Point, reached
from store.uploads import Step, Upload

AT_ONCE = 10
"""Files that Slack shows in one message."""

_STRETCH = timedelta(seconds=60)
"""How long one turn goes on before it begins another message."""

_BY = Actor.system("outbox")


@dataclass(frozen=True)
class FilesSender:
    """Each of Slack's three steps is on record before the next.  attached: reads the files from the raw mail;
    clock: reads the time; packer: makes the file of a ticket that is exported."""

    db: Database
    wire: FileWire
    attached: Attached
    style: Style
    clock: Callable[[], datetime]
    packer: Packer
    patience = Patience(timedelta(seconds=5), timedelta(minutes=10), timedelta(days=3))

    def send(self, delivery: Delivery) -> str:
        """Show what is not shown yet, AT_ONCE at a time."""
        until = self.clock() + _STRETCH
        event, place, known = self._state(delivery)
        if not known and self._told_before(event, place):
            return ""
        for group in _groups(shown_in(event.detail)):
            if all(_step(known, file) is Step.SHOWN for file in group):
                continue
            if self.clock() > until:
                raise DeliveryPutOff("the rest of its files comes next", until=self.clock())
            self._upload(
                delivery, event, [file for file in group if _step(known, file) in (None, Step.ADDRESSED)]
            )
            self._show(delivery, event, place, group)
        return ""

    def prove(self, delivery: Delivery) -> str | None:
        """Only the last step can be seen: look for it in the thread.  The others are simply done again."""
        _, place, known = self._state(delivery)
        sharing = [upload for upload in known.values() if upload.step is Step.SHARING]
        if sharing and not self._are_shown(sharing, place):
            return None
        if sharing:
            self._note(delivery, Step.SHOWN, [upload.part for upload in sharing])
        raise DeliveryPutOff("it goes on where it stopped", until=self.clock())

    def arrived(self, session: Session, delivery: Delivery, reference: str, *, at: datetime) -> None:
        """Nothing follows from it."""

    def gave_up(
        self, session: Session, delivery: Delivery, reason: str, *, certain: bool, at: datetime
    ) -> None:
        """The thread says so; the words of the mail stand there in any case."""
        ticket = tickets.get(session, delivery.ticket_number)
        ticket.miss_files(delivery.seq or 0, reason, by=_BY, at=at)

    def _state(self, delivery: Delivery) -> tuple[Event, Place, Mapping[int, Upload]]:
        with self.db.read() as session:
            event = tickets.get(session, delivery.ticket_number).event(delivery.seq or 0)
            place = cards.place_of(session, delivery.ticket_number)
            known = {upload.part: upload for upload in uploads.of(session, delivery)}
        if place is None:
            raise DeliveryFailed("its card is not there yet", permanent=False)
        return event, place, known

    def _told_before(self, event: Event, place: Place) -> bool:
        """Whether they stand there since before a restore."""
        with self.db.read() as session:
            restored = aftermath.of(session)
        if restored is None or not restored.may_have_told(event):
            return False
        return self.wire.says(self._words(event), place, since=restored.since)

    def _words(self, event: Event) -> str:
        if is_export(event):
            who = escape(one_line(event.by.name, 80))
            return f"📦 The whole ticket, for {who}. Internal notes are in it: keep it among us"
        return f"📎 With the mail of {moment(event.at, self.style.zone)}"

    def _upload(self, delivery: Delivery, event: Event, files: Sequence[Named]) -> None:
        """The first two steps; what was begun before is done again from the first, since nobody saw it."""
        if not files:
            return
        contents = self._contents(delivery, event, files)
        if contents is None:
            raise DeliveryFailed("its mail is no longer read as it was", permanent=True)
        for file, content in zip(files, contents, strict=True):
            address = self.wire.address(content.name, len(content.content))
            reached(Point.FILE_ADDRESSED)
            with self.db.change() as session:
                uploads.begin(session, delivery, file["part"], address.slack_file, at=self.clock())
            self.wire.send(address, content.content)
            reached(Point.FILE_SENT)
            self._note(delivery, Step.SENT, [file["part"]])

    def _contents(self, delivery: Delivery, event: Event, files: Sequence[Named]) -> list[File] | None:
        if not is_export(event):
            return self.attached(int(event.detail["inbox"]), files)
        packed = self.packer.pack(delivery.ticket_number, now=self.clock())
        return [File(str(file["name"]), "application/zip", packed) for file in files]

    def _show(self, delivery: Delivery, event: Event, place: Place, group: Sequence[Named]) -> None:
        """The last step, which must not be done twice: that it is tried is on record before."""
        with self.db.read() as session:
            known = {upload.part: upload for upload in uploads.of(session, delivery)}
        tried = any(_step(known, file) is Step.SHARING for file in group)
        parts = [int(file["part"]) for file in group]
        self._note(delivery, Step.SHARING, parts)
        reached(Point.FILE_SHARING)
        files = [
            Shared(known[part].slack_file, file["name"]) for part, file in zip(parts, group, strict=True)
        ]
        try:
            self.wire.share(files, place, self._words(event))
        except MessageGone as gone:
            card_lost(self.db, delivery.ticket_number, at=self.clock())
            raise DeliveryFailed("its card was deleted; a new one comes first", permanent=False) from gone
        except FileGone as gone:
            if tried:
                raise DeliveryFailed("nobody can tell whether they are shown", permanent=True) from gone
            self._note(delivery, Step.ADDRESSED, parts)  # Slack forgot them meanwhile
            raise DeliveryFailed("Slack has forgotten what was sent", permanent=False) from gone
        reached(Point.FILE_SHARED)
        self._note(delivery, Step.SHOWN, parts)

    def _are_shown(self, sharing: Sequence[Upload], place: Place) -> bool:
        since = min(upload.at for upload in sharing)
        try:
            return self.wire.are_shown([upload.slack_file for upload in sharing], place, since=since)
        except MessageGone:
            return False

    def _note(self, delivery: Delivery, step: Step, parts: Sequence[int]) -> None:
        with self.db.change() as session:
            uploads.came_to(session, delivery, step, parts, at=self.clock())


def _step(known: Mapping[int, Upload], file: Named) -> Step | None:
    found = known.get(int(file["part"]))
    return found.step if found else None


def _groups(files: Sequence[Named]) -> Iterator[Sequence[Named]]:
    return (files[begin : begin + AT_ONCE] for begin in range(0, len(files), AT_ONCE))
