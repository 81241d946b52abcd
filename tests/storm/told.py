"""What people were told of no ticket, held against what is promised: once, or once and told of the doubt."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mail import canary
from sandbox.director import Json
from sandbox.visitor import Visitor, text_of
from store.database import Database
from store.points import Point
from tests.storm.replicas import Hit

DAYS = ("2026-11-27", "2026-11-30", "2026-12-01")
_BOSS, _WATCHER = "baas@bedrijf0.example", "ops@elsewhere.example"
_PERHAPS_AGAIN = "You may have this mail already"


@dataclass
class Told:
    """visitor: sees the world as people do.  anchors: their file; hits: what the desk came to."""

    visitor: Visitor
    db: Database
    anchors: Path
    hits: Sequence[Hit]

    @staticmethod
    def direct(visitor: Visitor, who: str) -> list[Json]:
        """What the desk wrote to that person alone."""
        places = visitor.state("channels")["channels"]
        return next((place["messages"] for place in places if place.get("im") == who), [])

    def wrongs(self) -> list[str]:
        """Every promise that was broken, in words."""
        return [
            *self._of_digests(),
            *self._of_leads(),
            *self._of_month(),
            *self._of_outages(),
            *self._of_summary(),
            *self._of_canaries(),
        ]

    def _of_digests(self) -> Iterator[str]:
        for who in ("U0ALICE", "U0BOB", "U0LENA"):
            said = [each["text"] for each in self.direct(self.visitor, who)]
            digests = sum("due before" in text for text in said)
            doubts = sum("may not have reached you" in text for text in said)
            yield from self._once_or_told(f"the digest of {who}", digests, doubts)

    def _once_or_told(self, what: str, times: int, doubts: int) -> Iterator[str]:
        died = any(hit.died for hit in self.hits)
        if times > 1 or doubts > died or times + doubts == 0:
            yield f"{what} came {times} times, and {doubts} times it was said to be in doubt"

    def _of_leads(self) -> Iterator[str]:
        said = [each["text"] for each in self.visitor.channel("#support-leads")]
        for words in ("The week of 23", *(f"Anchor of {day}" for day in DAYS)):
            times = sum(words in text for text in said)
            if times != 1:
                yield f"the leads read {words!r} {times} times"
        days = Counter(line[:10] for line in self.anchors.read_text().splitlines())
        if days != Counter(DAYS):
            yield f"the file has anchors of {sorted(days.elements())}"

    def _of_month(self) -> Iterator[str]:
        asked = [each for each in self.visitor.channel("#support-leads") if "for Bakery" in each["text"]]
        in_doubt = sum("Nobody knows whether this mail arrived" in text_of(each) for each in asked)
        sent = sum("Sent to baas" in text_of(each) for each in asked)
        mails = [each for each in self.visitor.inbox(_BOSS) if each["attachments"]]
        if len(mails) > 1 or sent + in_doubt != 1 or (sent and not mails):
            yield f"the month arrived {len(mails)} times; {sent} times told as sent, {in_doubt} as in doubt"
        if len(asked) != 1 + in_doubt:
            yield f"the leads have {len(asked)} messages about the month"

    def _of_outages(self) -> Iterator[str]:
        letters = self.visitor.inbox(_WATCHER)
        for words in ("cannot reach Slack", "reaches Slack again"):
            about = [each for each in letters if words in each["subject"]]
            again = sum(_PERHAPS_AGAIN in each["text"] for each in about)
            yield from self._once_or_told(f"the mail {words!r}", len(about) - again, again)
        yield from (f"a false alarm: {each['subject']}" for each in letters if "stuck" in each["subject"])

    def _of_summary(self) -> Iterator[str]:
        """It is begun, on record, only by a desk that saw the minute before."""
        said = [text_of(each) for each in self.visitor.channel("#support") if "at once" in each["text"]]
        begun = any(hit.point == Point.COMMITTED.name and hit.by == "crowds" for hit in self.hits)
        if len(said) != begun:
            yield f"{len(said)} summaries of many tickets"
        yield from (f"a summary says what is not so: {text}" for text in said if "All of their" not in text)

    def _of_canaries(self) -> Iterator[str]:
        flight = canary.known(self.db)
        if flight.since or flight.whole != flight.home:
            yield f"a canary is lost: {flight}"
