"""Lets time pass for a person at the page: an hour, a weekend, or up to the next thing that is due."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from sandbox.clock import Clock

Due = Callable[[], datetime | None]
LOOK_AGAIN = 0.05


def nothing_due() -> datetime | None:
    """What an app plans of which nothing is known."""
    return None


class Timekeeper:
    """Turns the clock, and stops on the way wherever the app has something to do.

    Jumping over a weekend in one go would let the app do on Monday what it planned for Saturday.  An app that
    follows this clock says when it has something to do next (`follow`); without one, time simply jumps."""

    def __init__(self, clock: Clock, patience: float = 5.0) -> None:
        """patience: seconds of real time that the app gets for what is due at one moment."""
        self._clock, self._patience = clock, patience
        self._due: Due = nothing_due
        self._wake: Callable[[], None] = lambda: None

    def follow(self, due: Due, wake: Callable[[], None]) -> None:
        """due: the next moment at which the app has something to do (now or earlier: it is busy), or None.

        wake: called after each turn, so that the app looks at its clock at once."""
        self._due, self._wake = due, wake

    async def next_due(self) -> datetime | None:
        """The next moment at which the app plans something, None when nothing is known."""
        return await asyncio.to_thread(self._due)

    async def run_to(self, moment: datetime) -> None:
        """Turn on to that moment, or when it has passed only let the app do what is due by now."""
        await self._settled()
        while (due := await self.next_due()) is not None and due <= moment:
            self._to(due)
            if not await self._settled():
                break  # it waits for something that time alone does not bring
        self._to(moment)
        await self._settled()

    async def run_to_next(self) -> bool:
        """Turn on to the next thing that is due; False when nothing is.  What is due by now is done first."""
        await self._settled()
        due = await self.next_due()
        if due is not None:
            await self.run_to(due)
        return due is not None

    def _to(self, moment: datetime) -> None:
        ahead = moment - self._clock.now()
        if ahead.total_seconds() > 0:
            self._clock.turn(ahead)
        self._wake()

    async def _settled(self) -> bool:
        """Whether the app did all that was due by now, before its time was up."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience
        while (due := await self.next_due()) is not None and due <= self._clock.now():
            if loop.time() > deadline:
                return False
            await asyncio.sleep(LOOK_AGAIN)
        return True
