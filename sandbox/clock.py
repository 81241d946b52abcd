"""The sandbox's one clock: what everything in the made-up world is dated by, and waits for."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta


class Clock:
    """Real time, plus however far somebody has turned it; `at` is where it starts.

    One that `stands_still` moves only when it is turned.  May be turned from any thread."""

    def __init__(self, at: datetime | None = None, *, stands_still: bool = False) -> None:
        self._stands_at = datetime.now(UTC) if stands_still else None
        self._ahead = timedelta()
        self._last = 0
        self._lock = threading.Lock()
        self._sleepers: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        if at is not None:
            self.set(at)

    def now(self) -> datetime:
        return (self._stands_at or datetime.now(UTC)) + self._ahead

    def seconds(self) -> int:
        return int(self.now().timestamp())

    def turn(self, by: timedelta) -> None:
        with self._lock:
            self._ahead += by
            sleepers = list(self._sleepers.items())
        for woken, loop in sleepers:
            loop.call_soon_threadsafe(woken.set)

    def set(self, to: datetime) -> None:
        """Turn it to that moment, from which it goes on.  Raises ValueError for one without a time zone."""
        if to.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        self.turn(to - self.now())

    async def until(self, moment: datetime) -> None:
        """Wait until it is that late, because time passed or because somebody turned the clock."""
        woken = asyncio.Event()
        with self._lock:
            self._sleepers[woken] = asyncio.get_running_loop()
        try:
            while (left := (moment - self.now()).total_seconds()) > 0:
                woken.clear()
                await _at_most(None if self._stands_at else left, woken)
        finally:
            with self._lock:
                del self._sleepers[woken]

    async def wait(self, seconds: float) -> None:
        """Wait so many of its seconds."""
        await self.until(self.now() + timedelta(seconds=seconds))

    def ts(self) -> str:
        """A message's ts: later than every one before it, and with it unique."""
        micros = int(self.now().timestamp() * 1_000_000)
        self._last = max(micros, self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


async def _at_most(seconds: float | None, woken: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await woken.wait()
    except TimeoutError:
        return
