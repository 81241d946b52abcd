"""A second desk that keeps the same promises on paper.  It shares no code with sla/.

It knows a list of open minutes, counts seconds, and is told what is done as it is done."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.sla.second_wall import WORKING_DAY, Promises, Wall

GOALS = ("first_response", "next_response", "recovery")
OPEN, WORKED = ("support", "progress", "customer"), ("support", "progress")
RECOVERS = {"support": "running", "progress": "running", "customer": "paused", "resolved": "stopped"}
RECOVERS["cancelled"] = "void"
Notice = tuple[str, str, int, int]
"""Warned or superseded; the goal, its cycle and the level."""


@dataclass
class Count:
    """A clock on paper: stretches from and to, and what it came to when it ended."""

    goal: str
    cycle: int
    order: int
    spans: list[list[int | None]]
    state: str = "running"
    verdict: tuple[int, int, int | None] | None = None

    def used_up(self, wall: Wall, allowed: int) -> int | None:
        for begins, ends in self.spans:
            spent = allowed if ends is None else wall.seconds(begins, ends)
            if spent >= allowed:
                return wall.used_up(begins, allowed)
            allowed -= spent
        return None

    def spent(self, wall: Wall, now: int) -> int:
        return sum(wall.seconds(begins, now if ends is None else ends) for begins, ends in self.spans)

    def end(self, at: int, state: str) -> None:
        begins = self.spans[0][0]
        self.spans, self.state = [[begins, max(begins, at)]], state

    def seal(self, promises: Promises, priority: str) -> None:
        target = promises.target(self.goal, priority)
        if target is not None:
            spent = self.spent(promises.wall, 0)
            self.verdict = (target, spent, self.used_up(promises.wall, target))


@dataclass
class Paper:
    """A ticket on paper."""

    landed: int
    priority: str
    status: str = "support"
    owned: bool = False
    order: int = 1
    mails: list[int] = field(default_factory=list)
    question: int = 0
    waits_from: int | None = None
    reminded: bool = False
    ended: int | None = None
    held_until: int = 0
    notices: list[Notice] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.calls: list[tuple[int, int]] = []
        self.changed = self.landed
        self.response = Count("first_response", 1, 1, [[self.landed, None]])
        self.first = self.response
        self.recovery = Count("recovery", 1, 1, [[self.landed, None]])

    @property
    def counts(self) -> list[Count]:
        second = [] if self.response is self.first else [self.response]
        return [self.first, *second, self.recovery]

    def do(self, deed: str, at: int, promises: Promises) -> bool:
        """Do one thing, if it may be done now."""
        if not self.may(deed):
            return False
        self.order, self.held_until = self.order + 1, 0
        match deed:
            case "write":
                self._customer_writes(at)
            case "reply":
                self.mails.append(self.order)
            case "ask":
                self.mails.append(self.order)
                self.question, self.waits_from, self.reminded = self.order, None, False
                self._stand("customer", at)
            case "sent":
                self._leaves(self.mails.pop(0), at, promises)
            case "sent last":
                self._leaves(self.mails.pop(), at, promises)
            case "take":
                if self.status != "progress" and promises.taken_counts and self.response is self.first:
                    self._answered(at, self.order, "stopped", promises)
                self.owned = True
                self._stand("progress", at)
            case "extend":
                if self.waits_from is not None:
                    self.waits_from, self.reminded = at, False
            case "resolve" | "cancel":
                self._end(deed, at, promises)
            case "reopen":
                self._reopen(at)
            case "bounce":
                self._stand("support" if self.status == "customer" else self.status, at)
            case "close":
                self.ended, self.status = None, "closed"
            case priority:
                self.priority = priority
        return True

    def may(self, deed: str) -> bool:
        """The table of what may be done when."""
        match deed:
            case "write":
                return self.status in (*OPEN, "resolved")
            case "reply" | "ask":
                return self.status in (*OPEN, "resolved")
            case "sent" | "sent last":
                return bool(self.mails)
            case "take":
                return self.status in ("support", "customer") or (
                    self.status == "progress" and not self.owned
                )
            case "extend":
                return self.status == "customer"
            case "resolve" | "cancel":
                return self.status in OPEN
            case "reopen":
                return self.status in ("customer", "resolved", "cancelled")
            case "close":
                return self.status in ("resolved", "cancelled")
            case "bounce":
                return True
            case priority:
                return self.status in OPEN and priority != self.priority

    # What the desk does by itself

    def levels(self, promises: Promises) -> Iterator[tuple[Count, int, int]]:
        """Each level ahead of a clock that runs, and when it is reached."""
        for count in self.counts:
            target = promises.target(count.goal, self.priority)
            if target is None or count.state != "running":
                continue
            known = [0, *(n[3] for n in self.notices if n[1:3] == (count.goal, count.cycle))]
            for level in sorted({*promises.levels, 100}):
                if level > max(known) and not (self.owned and level < 75):
                    yield count, level, count.used_up(promises.wall, target * level // 100)
            day = max(100, *known) - 99
            yield count, 100 + day, count.used_up(promises.wall, target + day * WORKING_DAY)

    def attention(self, promises: Promises) -> int | None:
        moments = [moment for _, _, moment in self.levels(promises)]
        if self.waits_from is not None:
            moments += [self.waits_from + promises.silence]
            moments += [] if self.reminded else [self.waits_from + promises.reminder]
        if self.ended is not None:
            moments.append(self.ended + promises.close_after)
        return min(moments, default=None)

    def look(self, now: int, promises: Promises) -> None:
        """What a sweep does to it at that moment."""
        if now < self.held_until:
            return
        self.held_until = 0
        for goal in GOALS if promises.wall.speaks(now) else ():
            reached = [each for each in self.levels(promises) if each[0].goal == goal and each[2] <= now]
            self._tell(reached, now, promises)
        self._silence(now, promises)
        attention = self.attention(promises)
        if attention is not None and attention <= now:  # what was found closed waits for the next opening
            self.held_until = max(promises.wall.opening(now), now + 60)

    def _tell(self, reached: list[tuple[Count, int, int]], now: int, promises: Promises) -> None:
        if not reached:
            return
        count, level, _ = reached[-1]
        if level > 100:
            over = count.spent(promises.wall, now) - promises.target(count.goal, self.priority)
            level = 100 + over // WORKING_DAY
        self.notices += [("superseded", count.goal, count.cycle, lower) for _, lower, _ in reached[:-1]]
        self.notices.append(("warned", count.goal, count.cycle, level))
        self.order += len(reached)

    def _silence(self, now: int, promises: Promises) -> None:
        if self.ended is not None and now >= self.ended + promises.close_after:
            self.do("close", now, promises)
        elif self.waits_from is not None and now >= self.waits_from + promises.silence:
            self.do("resolve", now, promises)
        elif self.waits_from is not None and now >= self.waits_from + promises.reminder:
            self.reminded = True

    # How it is kept

    def _stand(self, status: str, at: int) -> None:
        if status == self.status:
            return
        worked = status in WORKED
        if worked != (self.status in WORKED):
            self.changed = max(self.changed, at)
            if worked:
                self.recovery.spans.append([self.changed, None])
            else:
                self.recovery.spans[-1][1] = self.changed
        self.status, self.recovery.state, self.recovery.verdict = status, RECOVERS[status], None
        self.ended = None
        if status != "customer":
            self.waits_from = None

    def _customer_writes(self, at: int) -> None:
        if self.status == "resolved":
            self._reopen(at)
        else:
            self._stand("support" if self.status == "customer" else self.status, at)
            self._call(at)

    def _reopen(self, at: int) -> None:
        calls = self.status != "customer"
        self._stand("support", at)
        if calls:
            self._call(at)

    def _call(self, at: int) -> None:
        self.calls.append((self.order, at))
        if self.response.state != "running":
            self._begin_next()

    def _begin_next(self) -> None:
        if self.calls:
            order, at = self.calls[0]
            cycle = 1 if self.response is self.first else self.response.cycle + 1
            self.response = Count("next_response", cycle, order, [[at, None]])

    def _leaves(self, mail: int, at: int, promises: Promises) -> None:
        if mail == self.question and self.status == "customer" and self.waits_from is None:
            self.waits_from = at
        if self.response is self.first or mail >= self.response.order:
            self._answered(at, mail, "stopped", promises)

    def _answered(self, at: int, written: int, state: str, promises: Promises) -> None:
        if self.response.state != "running":
            return
        self.response.end(at, state)
        self.response.seal(promises, self.priority)
        self.calls = [call for call in self.calls if call[0] > written]
        self._begin_next()

    def _end(self, deed: str, at: int, promises: Promises) -> None:
        status, state = ("resolved", "stopped") if deed == "resolve" else ("cancelled", "void")
        self._answered(at, self.order, state, promises)
        self.calls = []
        self._stand(status, at)
        self.recovery.seal(promises, self.priority)
        self.ended = at
