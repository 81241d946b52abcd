"""A guided story on the page: steps that say what to do next and what to look at."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sandbox.refused import Json, NotPossible
from sandbox.visitor import Visitor


@dataclass(frozen=True)
class Step:
    """One step.  Texts are mrkdwn.

    where: where the page goes when the step begins: `as` (a person's id), `at` (a channel's id or home),
    `box` (a customer's address).  done: whether the visitor did it, told from what there is to see.
    offer, act: a button's words and what it does for the visitor, where a step needs somebody else's hand."""

    title: str
    do: str
    look: str
    where: Json = field(default_factory=dict)
    done: Callable[[Visitor], bool] = lambda visitor: False
    offer: str = ""
    act: Callable[[Visitor], object] = lambda visitor: None


class Guide:
    """Where the visitor is in the story.  A step that was done stays done."""

    def __init__(self) -> None:
        self.steps: Sequence[Step] = ()
        self.at = 0
        self.shut = False
        self.version = 0
        self._done: set[int] = set()
        self._seen = -1

    def tell(self, steps: Sequence[Step]) -> None:
        """Begin a story."""
        self.steps, self.at, self._done = steps, 0, set()
        self.version += 1

    @property
    def step(self) -> Step | None:
        """The step the visitor is at; None when there is no story, or it was shut."""
        return None if self.shut or not self.steps else self.steps[self.at]

    @property
    def is_done(self) -> bool:
        return self.at in self._done

    async def look(self, url: str, version: int) -> None:
        """See whether the step is done, when there is something new (version) in the sandbox at url."""
        if self.step is None or self.is_done or version == self._seen:
            return
        self._seen = version
        if await asyncio.to_thread(self.step.done, Visitor(url)):
            self._done.add(self.at)

    def go(self, number: int) -> Json:
        """To the step with that number; gives where the page should be."""
        if not 0 <= number < len(self.steps):
            raise NotPossible(f"the story has no step {number}")
        self.at, self.shut = number, False
        self._changed()
        return dict(self.steps[number].where)

    def shut_up(self, shut: bool) -> None:
        """Hide the story, or show it again."""
        self.shut = shut
        self._changed()

    async def act(self, url: str) -> None:
        """Do for the visitor what the step offers."""
        if self.step is None or not self.step.offer:
            raise NotPossible("this step offers nothing to do")
        await asyncio.to_thread(self.step.act, Visitor(url))
        self._changed()

    def _changed(self) -> None:
        self._seen = -1
        self.version += 1
