"""What should go wrong, and when: the next calls of a Slack method or of the mail server."""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Literal

from sandbox import mail_faults
from sandbox.catalogue import EVENTS, METHODS
from sandbox.refused import Json

Drop = Literal["", "before", "after"]

ON_THE_WIRE = frozenset({"error", "status", "retry_after", "drop", "effect", "hang"})
HISTORY = ("conversations.history", "conversations.replies")
LISTS = ("conversations.list", "conversations.members", "users.list")
TARGETS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(METHODS, ON_THE_WIRE),
    **dict.fromkeys(HISTORY, ON_THE_WIRE | {"delay", "hide", "page"}),
    **dict.fromkeys(LISTS, ON_THE_WIRE | {"page"}),
    **{f"event.{name.partition('.')[0]}": frozenset({"twice", "never", "late"}) for name in EVENTS},
    **dict.fromkeys(("interactive", "slash_commands"), frozenset({"never", "late"})),
    **dict.fromkeys(("response", "upload", "download"), ON_THE_WIRE),
    "*": ON_THE_WIRE,
}
"""What of Slack can be spoiled, and how; of mail it is `mail_faults.STEPS`."""


@dataclass
class Fault:
    """Let `after` calls of `method` pass, then spoil `times` of them.

    `method` is a Web API method or "*" (every one), "response" (an answer to a response address), "upload"
    (the bytes of a file), "download" (those that come back), "event.<type>" (an event's delivery),
    "interactive" or "slash_commands" (the
    delivery of a gesture), or a step of mail ("smtp" is "smtp.data").

    `drop` closes the connection before or after the effect; an `error` or `status` is answered before the
    effect unless `effect` says that it happens all the same; `hang` waits that many real seconds first.
    `twice` delivers an event twice, `never` not at all, `late` so many seconds later by the sandbox's clock:
    what comes next overtakes it.  In history and replies `delay` leaves out what was written in the last
    so many seconds, and `hide` so many of the newest messages; they and lists give at most `page` entries
    at once, fewer than were asked for, as Slack may.  `recipient` is the only one whom an "smtp.rcpt" meets.

    Raises ValueError, with what is possible, for what makes no sense.
    """

    method: str
    times: int = 1
    after: int = 0
    error: str = ""
    status: int = 0
    retry_after: int = 0
    drop: Drop = ""
    effect: bool = False
    hang: float = 0.0
    twice: bool = False
    never: bool = False
    late: float = 0.0
    delay: float = 0.0
    hide: int = 0
    page: int = 0
    recipient: str = ""

    def __post_init__(self) -> None:
        if mail_faults.is_of_mail(self.method):
            self.method = mail_faults.checked(self.method, self._chosen())
            return
        possible = TARGETS.get(self.method)
        if possible is None:
            there = ", ".join(sorted((*TARGETS, *mail_faults.STEPS)))
            raise ValueError(f"{self.method} cannot be spoiled, only: {there}")
        asked = set(self._chosen()) - {"times", "after"}
        if not asked & possible:
            raise ValueError(f"a fault of {self.method} needs one of: {', '.join(sorted(possible))}")
        if senseless := asked - possible:
            there = f"only: {', '.join(sorted(possible))}"
            raise ValueError(f"{self.method} has no {', '.join(sorted(senseless))}, {there}")
        self._check_values()

    def _chosen(self) -> Json:
        """What was said: all that is not as usual."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        usual = {one.name: one.default for one in fields(self)}
        return {name: value for name, value in said.items() if name != "method" and value != usual[name]}

    def _check_values(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            kind = str if one.default is MISSING else type(one.default)
            if not isinstance(value, (int, float) if kind is float else kind):
                raise ValueError(f"{one.name} must be of type {kind.__name__}, not {value!r}")
            if isinstance(value, int | float) and value < 0:
                raise ValueError(f"{one.name} must not be negative")
        if self.times < 1:
            raise ValueError("times must be at least 1")
        if self.drop not in ("", "before", "after"):
            raise ValueError(f"drop is before or after, not {self.drop!r}")
        if self.drop and (self.error or self.status or self.retry_after):
            raise ValueError("who drops the connection answers nothing: drop or error, status, retry_after")
        if self.status and not 400 <= self.status <= 599:
            raise ValueError(f"status is from 400 to 599, not {self.status}")
        if self.effect and not (self.error or self.status):
            raise ValueError('effect goes with error or status; for a connection it is drop="after"')
        if self.never and (self.twice or self.late):
            raise ValueError("what never comes can be neither late nor twice")

    @property
    def spoils(self) -> bool:
        """Whether the right answer is not given."""
        return bool(self.drop or self.error or self.status or self.retry_after)

    @property
    def before_effect(self) -> bool:
        return self.spoils and self.drop != "after" and not self.effect

    @property
    def answers_with(self) -> int:
        """The HTTP status of the answer."""
        return self.status or (429 if self.retry_after or self.error == "ratelimited" else 200)

    @property
    def outcome(self) -> Json:
        """For the journal: what the caller got."""
        status = 0 if self.drop else self.answers_with
        return {"drop": self.drop, "error": self.error, "status": status}


class Faults:
    """The plan: faults in the order they were given; one call suffers at most one."""

    def __init__(self) -> None:
        self._plan: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._plan.append(fault)

    def clear(self) -> None:
        self._plan.clear()

    def shown(self) -> list[Json]:
        return [asdict(fault) for fault in self._plan]

    def meet(self, method: str, recipient: str = "") -> Fault | None:
        """The fault this call suffers, if any; counts the call."""
        for fault in self._plan:
            if fault.method != method and not (fault.method == "*" and method in METHODS):
                continue
            if fault.recipient.lower() not in ("", recipient.lower()):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            self._plan = [one for one in self._plan if one.times > 0]
            return fault
        return None
