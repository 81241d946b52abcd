"""Everything that was asked of the sandbox and everything it did, in order."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from sandbox.clock import Clock
from sandbox.refused import Json

KEPT = 5000
LONGEST = 10_000


@dataclass(frozen=True)
class Entry:
    """One thing that happened.

    `kind` is api (a call of the app), hook (an answer to a response address, the bytes of a file), fault
    (what was spoiled before it had an effect), event (what happened in the workspace, and whether the app
    hears of it), delivery (one attempt to bring an event or gesture, and how the app took it), socket, mail,
    gesture (what somebody wrote) or control (an act of the control API)."""

    number: int
    at: str
    kind: str
    name: str
    detail: Json


class Journal:
    """The last entries, numbered from 1, as things stood then; very long words are cut."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self.length = 0

    def note(self, kind: str, name: str, **detail: object) -> None:
        self.length += 1
        at = self._clock.now().isoformat()
        self._entries.append(Entry(self.length, at, kind, name, _cut(detail)))

    def read(self, *, after: int = 0, kind: str = "", name: str = "") -> list[Json]:
        return [
            dict(vars(entry))  # what is in it was copied when it was noted
            for entry in list(self._entries)
            if entry.number > after and kind in ("", entry.kind) and name in ("", entry.name)
        ]


def _cut(part: Any) -> Any:
    """A copy, which nobody changes later, of bounded size."""
    if isinstance(part, dict):
        return {name: _cut(value) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_cut(one) for one in part]
    if isinstance(part, str) and len(part) > LONGEST:
        return f"{part[:LONGEST]}… ({len(part)} characters)"
    return part
