"""Which faults make sense at which step of SMTP and IMAP, and the words for those that do not."""

from collections.abc import Mapping

_ANSWER = ("status", "error", "hang", "drop=before")
_SAYS_NO = ("error", "hang", "drop=before")
_BOTH_SIDES = (*_SAYS_NO, "drop=after")

STEPS: Mapping[str, tuple[str, ...]] = {
    "smtp.connect": _ANSWER,
    "smtp.mail": _ANSWER,
    "smtp.rcpt": (*_ANSWER, "recipient"),
    "smtp.data": (*_ANSWER, "drop=after", "effect"),
    "imap.connect": _SAYS_NO,
    "imap.login": _SAYS_NO,
    "imap.select": _BOTH_SIDES,
    "imap.search": _BOTH_SIDES,
    "imap.fetch": _BOTH_SIDES,
    "imap.store": _BOTH_SIDES,
    "imap.idle": _SAYS_NO,
}
"""What may go wrong where; `times` and `after` go with everything."""

_SHORT = {"smtp": "smtp.data"}
_COUNTS = ("times", "after")


def is_of_mail(method: str) -> bool:
    return method in ("smtp", "imap") or method.startswith(("smtp.", "imap."))


def checked(method: str, chosen: Mapping[str, object]) -> str:
    """The step's full name.  chosen: what the fault says beside its method.  Raises ValueError."""
    step = _SHORT.get(method, method)
    _refuse(step not in STEPS, f"there is no step {step}: it is one of {', '.join(STEPS)}")
    possible = STEPS[step]
    for name, value in chosen.items():
        wanted = f"{name}={value}" if name == "drop" else name
        _refuse(
            wanted not in (*possible, *_COUNTS),
            f"{step} cannot have {wanted}: possible are {', '.join(possible)}, with times and after",
        )
    _refuse_contradictions(step, chosen)
    return step


def _refuse_contradictions(step: str, chosen: Mapping[str, object]) -> None:
    status, error = chosen.get("status"), str(chosen.get("error", ""))
    _refuse(not set(chosen) - {*_COUNTS, "recipient"}, f"say what goes wrong: {', '.join(STEPS[step])}")
    _refuse(
        status is not None and not (isinstance(status, int) and 400 <= status <= 599),
        f"status is what the server refuses with, 400 to 599, not {status}",
    )
    _refuse("drop" in chosen and bool(status or error), "after a drop nothing is answered: drop or an answer")
    _refuse("effect" in chosen and not status, "effect takes the mail and answers no: give a status too")
    _refuse(
        bool(error) and step.startswith("smtp") and not status, "error is the text of a status: give one too"
    )
    _refuse(not error.isprintable(), "error is one line of text")
    _refuse(_number(chosen.get("times", 1)) < 1, "times is 1 or more")
    _refuse(_number(chosen.get("after", 0)) < 0, "after is 0 or more")
    _refuse(_number(chosen.get("hang", 0)) < 0, "hang is a number of seconds")


def _number(value: object) -> float:
    return value if isinstance(value, int | float) else -1


def _refuse(wrong: bool, words: str) -> None:
    if wrong:
        raise ValueError(words)
