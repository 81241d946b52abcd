"""Everything that was asked of the sandbox and everything it did, in order."""

from collections import deque
from dataclasses import asdict, dataclass

from sandbox.clock import Clock
from sandbox.refused import Json

KEPT = 5000


@dataclass(frozen=True)
class Entry:
    """One thing that happened; `kind` is api, delivery, mail, gesture or fault."""

    number: int
    at: str
    kind: str
    name: str
    detail: Json


class Journal:
    """The last entries, numbered from 1."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self.length = 0

    def note(self, kind: str, name: str, **detail: object) -> None:
        self.length += 1
        self._entries.append(Entry(self.length, self._clock.now().isoformat(), kind, name, dict(detail)))

    def read(self, *, after: int = 0, kind: str = "", name: str = "") -> list[Json]:
        return [
            asdict(entry)
            for entry in self._entries
            if entry.number > after and kind in ("", entry.kind) and name in ("", entry.name)
        ]
