"""What is known of an outage, and who was mailed about it: kept as text, the same for every process."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Literal, Self

What = Literal["told", "comforted"]


@dataclass(frozen=True)
class Outage:
    """since, seen: moments, as text; seen: when a process last found its road closed.  told, comforted: who
    was mailed that it began, and that it is over; begun: since when somebody is at one of these mails, of
    whom nobody knows yet whether it left."""

    since: str
    reason: str
    seen: str = ""
    told: tuple[str, ...] = ()
    comforted: tuple[str, ...] = ()
    begun: Mapping[str, str] = field(default_factory=dict)

    def mailed(self, what: What) -> tuple[str, ...]:
        return self.told if what == "told" else self.comforted

    @property
    def may_know(self) -> tuple[str, ...]:
        """Who was mailed that it began, or may have been."""
        return (*self.told, *(name.partition(" ")[2] for name in self.begun if name.startswith("told ")))

    def taken(self, what: What, to: str, at: datetime) -> Self:
        """Somebody is about to send that mail."""
        return replace(self, begun={**self.begun, f"{what} {to}": at.isoformat()})

    def let_go(self, what: What, to: str, *, back_to: str = "") -> Self:
        """It did not leave.  back_to: since when it was in doubt before."""
        begun = {name: at for name, at in self.begun.items() if name != f"{what} {to}"}
        return replace(self, begun={**begun, f"{what} {to}": back_to} if back_to else begun)

    def sent(self, what: What, to: str) -> Self:
        """It left."""
        mailed = (*(each for each in self.mailed(what) if each != to), to)
        left = self.let_go(what, to)
        return replace(left, told=mailed) if what == "told" else replace(left, comforted=mailed)


def take(outage: Outage | None, *, what: What, to: str, before: str, at: datetime) -> Outage | None:
    """What is known as soon as that mail is about to leave; the same where another was first."""
    if outage is None or to in outage.mailed(what) or outage.begun.get(f"{what} {to}", "") != before:
        return outage
    return outage.taken(what, to, at)


def settle(outage: Outage | None, *, what: What, to: str, left: bool, before: str) -> Outage | None:
    """What is known once that mail left, or surely did not.  before: since when one was in doubt."""
    if outage is None:
        return None
    return outage.sent(what, to) if left else outage.let_go(what, to, back_to=before)


def read(kept: str | None) -> Outage | None:
    """Back from its text."""
    if not kept:
        return None
    facts = json.loads(kept)
    told, comforted = tuple(facts["told"]), tuple(facts["comforted"])
    return Outage(
        facts["since"], facts["reason"], facts.get("seen", ""), told, comforted, facts.get("begun", {})
    )


def written(outage: Outage | None) -> str:
    """For read."""
    return json.dumps(asdict(outage)) if outage else ""
