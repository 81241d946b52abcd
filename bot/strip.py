"""What everybody has to know first: that mail is not read, or that deliveries cannot leave."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.overheard import Overheard
from bot.shut import Shut
from bot.words import elapsed, moment
from store import mailboxes
from store.courier import Courier
from store.database import Database

_AT_ONCE = timedelta(minutes=1)
"""A road that opens again within this time is nobody's trouble: Slack asks to slow down now and then."""

_WAITING = {
    "slack": "Cards, threads and warnings wait",
    "mail": "Mail to customers waits",
    "files": "Files between mail and Slack wait",
}
"""What waits, by the road that is closed."""


@dataclass(frozen=True)
class Strip:
    """Looks at the ways in and the roads out.

    sources: the mailboxes that are read; where there are none, mail is brought to us and nothing is late.
    problem: what is wrong with reading at the moment, or "".  late: from when on reading is.
    shut: which of several channels take nothing; overheard: in which others read."""

    db: Database
    sources: Sequence[str]
    problem: Callable[[], str]
    roads: Mapping[str, Courier]
    zone: ZoneInfo
    clock: Callable[[], datetime]
    late: timedelta
    shut: Shut | None = None
    overheard: Overheard | None = None

    def lines(self) -> list[str]:
        """The troubles in words, each a line; none where all is well.  Raises Unavailable."""
        now = self.clock()
        shut = self.shut.lines(self.zone) if self.shut else []
        said = [*self._mail(now), *self._roads(now), *shut]
        overheard = [] if self.overheard is None else self.overheard.lines()
        return [*(line for line in overheard if not _is_said(line, said)), *said]

    def _mail(self, now: datetime) -> Iterator[str]:
        if not self.sources:
            return
        with self.db.read() as session:
            read_up_to = mailboxes.all_read_up_to(session, self.sources, now=now)
        problem = self.problem()
        why = f": {problem}" if problem else ""
        if read_up_to is None and problem:
            yield f"Mail has never been read{why}"
        elif read_up_to is not None and now - read_up_to > self.late:
            yield f"Mail was last read {elapsed(now - read_up_to)} ago{why}"

    def _roads(self, now: datetime) -> Iterator[str]:
        for name, road in self.roads.items():
            since, why = road.closed_since, road.closed_because
            if since is not None and now - since >= _AT_ONCE:
                yield f"{_WAITING[name]} since {moment(since, self.zone)}: {why}"


def _is_said(line: str, said: Sequence[str]) -> bool:
    """Whether that is the reason for which something waits already."""
    return any(line.partition(".")[0] in each for each in said)
