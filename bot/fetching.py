"""The sender that fetches what a mail is to take along; until it has all of it, the mail does not leave."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.filewire import FileGone, FileWire
from bot.parcel import Attached
from desk.delivery import Delivery
from desk.errors import DeliveryFailed, DeliveryPutOff
from desk.files import Named, named_in
from store import files, outbox, tickets
from store.database import Database, Session
from store.files import File
from store.outbox import Patience
from store.points import Point, reached


@dataclass(frozen=True)
class FilesFetcher:
    """attached: reads the files of a mail in the inbox; most: bytes of one file; clock: reads the time."""

    db: Database
    wire: FileWire
    attached: Attached
    most: int
    clock: Callable[[], datetime]
    patience = Patience(timedelta(seconds=5), timedelta(minutes=5), timedelta(hours=1))

    def send(self, delivery: Delivery) -> str:
        """Fetch and keep what is not there yet."""
        number, seq = delivery.ticket_number, delivery.seq or 0
        with self.db.read() as session:
            event = tickets.get(session, number).event(seq)
            there = files.places_fetched(session, number, seq)
        for place, named in enumerate(named_in(event.detail)):
            if place not in there and "kept" not in named:
                self._keep(delivery, place, self._fetched(named))
        return ""

    def prove(self, delivery: Delivery) -> str | None:
        """What is there is not fetched again."""
        raise DeliveryPutOff("fetching it again does no harm", until=self.clock())

    def arrived(self, session: Session, delivery: Delivery, reference: str, *, at: datetime) -> None:
        """Nothing follows from it but that the mail may leave."""

    def gave_up(
        self, session: Session, delivery: Delivery, reason: str, *, certain: bool, at: datetime
    ) -> None:
        """The mail is next, finds its file missing, and tells the agent."""

    def _fetched(self, named: Named) -> File:
        if "part" in named:
            found = self.attached(int(named["inbox"]), [named])
            if found is None:
                raise DeliveryFailed("its mail is no longer read as it was", permanent=True)
            return found[0]
        try:
            content, kind = self.wire.fetch(str(named["slack_file"]), most=self.most)
        except FileGone as gone:
            raise DeliveryFailed("it was deleted in Slack", permanent=True) from gone
        return File(str(named["name"]), kind, content)

    def _keep(self, delivery: Delivery, place: int, file: File) -> None:
        reached(Point.FILE_FETCHED)
        with self.db.change() as session:
            outbox.must_be_ours(session, delivery)
            at = self.clock()
            files.keep_fetched(session, delivery.ticket_number, delivery.seq or 0, place, file, at=at)
        reached(Point.FILE_KEPT)
