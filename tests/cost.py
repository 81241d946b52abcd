"""What something costs, on whatever machine: how many functions are called for it."""

import sys
from collections.abc import Callable


def calls(question: Callable[[], object]) -> int:
    """How many functions are called to answer, those written in C included."""
    count = 0

    def see(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(see)
    try:
        question()
    finally:
        sys.setprofile(None)
    return count
