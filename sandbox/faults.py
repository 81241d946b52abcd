"""What should go wrong, and when: the next calls of a Slack method or of the mail server."""

from dataclasses import MISSING, asdict, dataclass, fields
from typing import Literal

from sandbox import mail_faults
from sandbox.refused import Json

Drop = Literal["", "before", "after"]


@dataclass
class Fault:
    """Let `after` calls of `method` pass, then spoil `times` of them.

    `method` is a Web API method, a step of mail (`mail_faults.STEPS`; "smtp" is "smtp.data"),
    "event.<type>" (an event's delivery) or "*" (every Web API method).  `drop` closes the connection before
    or after the effect; an `error` or `status` is answered before the effect unless `effect` says that it
    happens all the same.  `twice` delivers an event twice, `never` not at all; `hang` waits that many seconds
    first.  `recipient` is the only one whom an "smtp.rcpt" meets.
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
    recipient: str = ""

    def __post_init__(self) -> None:
        if self.drop not in ("", "before", "after"):
            raise ValueError(f"drop is before or after, not {self.drop!r}")
        self.method = mail_faults.checked(self.method, self._chosen())

    def _chosen(self) -> Json:
        """What was said: all that is not as usual."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            field.name: said[field.name]
            for field in fields(self)
            if field.default is not MISSING and said[field.name] != field.default
        }


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
            if fault.method not in (method, "*") or (fault.method == "*" and not _web_api(method)):
                continue
            if fault.recipient.lower() not in ("", recipient.lower()):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            if fault.times > 0:
                fault.times -= 1
                self._plan = [one for one in self._plan if one.times > 0]
                return fault
        return None


def _web_api(method: str) -> bool:
    return not mail_faults.is_of_mail(method) and not method.startswith("event.")
