"""Whether customers were helped well: the one question once it is solved, and their answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from desk.actor import Actor
from desk.answer import phrases, says_only, sentences
from desk.delivery import Audience
from desk.errors import DeskError
from desk.event import OWED_TO, Event, Kind
from desk.status import Status
from desk.withdrawal import Withdrawal, taken_back


class Opinion(StrEnum):
    """What may be answered."""

    GOOD = "good"
    NOT_GOOD = "not_good"

    @property
    def words(self) -> str:
        """As people read it: "not good"."""
        return self.value.replace("_", " ")


_TEXT_OF_GOOD = """
    good / very good / all good / it was good / excellent / great / perfect / satisfied / very satisfied /
    goed / heel goed / zeer goed / erg goed / prima / uitstekend / tevreden / heel tevreden / zeer tevreden /
    top / super / perfect / gut / sehr gut / ausgezeichnet / zufrieden / sehr zufrieden / bien / très bien /
    excellent / parfait / satisfait / satisfaite / très satisfait / très satisfaite / bon / 👍
    """
_TEXT_OF_NOT_GOOD = """
    not good / not so good / not good at all / bad / very bad / poor / not satisfied / dissatisfied /
    unsatisfied / niet goed / niet zo goed / helemaal niet goed / slecht / heel slecht / matig / ontevreden /
    niet tevreden / nicht gut / gar nicht gut / schlecht / unzufrieden / nicht zufrieden / pas bien /
    pas bon / pas bien du tout / mauvais / mal / pas satisfait / pas satisfaite / insatisfait / insatisfaite /
    👎
    """
_GOOD, _NOT_GOOD = phrases(_TEXT_OF_GOOD), phrases(_TEXT_OF_NOT_GOOD)
_SKIN_TONES = {ord(tone): None for tone in "🏻🏼🏽🏾🏿\ufe0f"}


def judge(text: str, name: str = "") -> Opinion | None:
    """What a reply to that question says, where it says that and nothing else; else None.

    text: without what it quotes; name: what its sender is called."""
    said = sentences(text.translate(_SKIN_TONES), name)
    if says_only(said, _NOT_GOOD):
        return Opinion.NOT_GOOD
    return Opinion.GOOD if says_only(said, _GOOD) else None


def ratings_of(history: Iterable[Event]) -> Sequence[Event]:
    """The answers that count: of each solution the last, in order."""
    last = {int(event.detail["of"]): event for event in history if event.kind is Kind.RATED}
    return sorted(last.values(), key=lambda event: event.seq)


def opinion_in(rating: Event) -> Opinion:
    """What that answer says."""
    return Opinion(rating.detail["opinion"])


@dataclass(eq=False, kw_only=True)
class Satisfaction(Withdrawal):
    """What the customer of a ticket says of how it was solved."""

    def rate(
        self,
        seq: int,
        opinion: Opinion,
        text: str = "",
        *,
        by: Actor,
        at: datetime,
        evidence: Mapping[str, Any],
    ) -> bool:
        """The customer says whether they were helped well when event seq resolved the ticket; of two answers
        the last counts.  No status and no clock changes.  text: their own words.

        Raises DeskError where nobody is asked that."""
        self.solution(seq)
        before = [event for event in self.history if event.kind is Kind.RATED and event.detail["of"] == seq]
        if before and (opinion_in(before[-1]), before[-1].text) == (opinion, text):
            return False
        told = any(opinion_in(event) is Opinion.NOT_GOOD for event in before)
        leads = (Audience.LEADS,) if opinion is Opinion.NOT_GOOD and not told else ()
        return self._record(
            Kind.RATED, by=by, at=at, text=text, key=f"rated:{seq}:{len(before) + 1}",
            owed=(*OWED_TO[Kind.RATED], *leads), **{**evidence, "of": seq, "opinion": str(opinion)},
        )  # fmt: skip

    def rating_of(self, seq: int) -> Event | None:
        """The answer that counts about what event seq resolved."""
        return self._last(frozenset({Kind.RATED}), of=seq)

    def solution(self, seq: int) -> Event:
        """The event that resolved the ticket, which the customer may speak of.

        Raises DeskError where it did not, was taken back, or the ticket was cancelled since."""
        event = self.event(seq)
        if event.kind is not Kind.RESOLVED or seq in taken_back(self.history):
            raise DeskError("Nothing was solved there.")
        last = next(each.status for each in reversed(self.counted) if each.status is not Status.CLOSED)
        if last is Status.CANCELLED:
            raise DeskError("This ticket was cancelled since: nobody is asked about it any more.")
        return event
