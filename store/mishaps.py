"""The one place where a fault of any kind is caught: one bad item never stops the next.

Only the loops use it, which fetch, read, file, look at tickets and deliver: each writes down what went wrong,
and over what, and goes on.  A look in a thread of its own hands its fault to the thread that waits for it."""

from types import TracebackType

Passing = type[Exception] | tuple[type[Exception], ...]


class Contained:
    """Ends what is done within at its first fault, and lets what stands behind it go on.

    passing: what is raised all the same, for it is expected or concerns every item.
    problem: what went wrong, if anything."""

    def __init__(self, *, passing: Passing = ()) -> None:
        self.problem: Exception | None = None
        self._passing = passing

    def __enter__(self) -> "Contained":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(problem, Exception) or isinstance(problem, self._passing):
            return False
        self.problem = problem
        return True
