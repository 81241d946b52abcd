"""Whose tickets somebody sees, where the house has several desks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """desks: by their names, "" for the first.  but_for: all except these, so that what is no desk's any more
    is seen by whoever sees the first."""

    desks: frozenset[str] = frozenset()
    but_for: bool = True

    def holds(self, desk: str) -> bool:
        """Whether they see the tickets of that desk."""
        return (desk in self.desks) != self.but_for


EVERYTHING = Reach()


def reach_of(theirs: frozenset[str], every: frozenset[str]) -> Reach:
    """What somebody sees who is of these desks.  every: all that there are."""
    return Reach(every - theirs) if "" in theirs else Reach(theirs, but_for=False)
