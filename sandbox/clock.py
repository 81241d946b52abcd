"""The sandbox's one clock: what everything in the made-up world is dated by."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Real time, plus however far somebody has turned it."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._last = 0

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def seconds(self) -> int:
        return int(self.now().timestamp())

    def turn(self, by: timedelta) -> None:
        self._ahead += by

    def ts(self) -> str:
        """A message's ts: later than every one before it, and with it unique."""
        micros = int(self.now().timestamp() * 1_000_000)
        self._last = max(micros, self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"
