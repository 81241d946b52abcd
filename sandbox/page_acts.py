"""Acts of the control API that steer the page: letting time pass, and going through the story."""

from datetime import datetime, time, timedelta

from sandbox.acts import Act
from sandbox.mrkdwn import ZONE
from sandbox.parts import Parts
from sandbox.refused import Json, NotPossible


class PageActs:
    """root_url: where the sandbox itself answers; the story's own hand uses it as any visitor does."""

    def __init__(self, parts: Parts, root_url: str) -> None:
        self._parts, self._root_url = parts, root_url

    def acts(self) -> dict[str, Act]:
        return {"turn": self._turn, "guide": self._guide}

    async def _turn(self, body: Json) -> Json:
        """On by `seconds`, `to` a moment (ISO 8601 with its zone), to the next `weekday` (1 is Monday) `at` a
        wall time (HH:MM), or to what is due `next`."""
        clock, timekeeper = self._parts.workspace.clock, self._parts.timekeeper
        if not body.get("next"):
            await timekeeper.run_to(_wanted(body, clock.now()))
        elif not await timekeeper.run_to_next():
            raise NotPossible("nothing is due")
        self._parts.workspace.changed()
        return {"now": clock.now().isoformat()}

    async def _guide(self, body: Json) -> Json:
        """`go` to a step (from 0), `shut` the story (or not), or `help`: do what the step offers."""
        guide = self._parts.guide
        if "shut" in body:
            guide.shut_up(bool(body["shut"]))
        if body.get("help"):
            await guide.act(self._root_url)
        return {"where": guide.go(int(body["go"])) if "go" in body else {}}


def _wanted(body: Json, now: datetime) -> datetime:
    if body.get("weekday"):
        return _next_weekday(now, int(body["weekday"]), time.fromisoformat(str(body["at"])))
    if body.get("to"):
        return _ahead(str(body["to"]), now)
    return now + timedelta(seconds=float(body["seconds"]))


def _ahead(text: str, now: datetime) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise NotPossible(f"{text} has no zone")
    if moment < now:
        raise NotPossible(f"time only runs forward, and {text} has passed")
    return moment


def _next_weekday(now: datetime, weekday: int, wall: time) -> datetime:
    if not 1 <= weekday <= 7:
        raise NotPossible("a weekday is 1 (Monday) to 7 (Sunday)")
    today = now.astimezone(ZONE).date()
    moments = (datetime.combine(today + timedelta(days=n), wall, tzinfo=ZONE) for n in range(8))
    return next(one for one in moments if one > now and one.isoweekday() == weekday)
