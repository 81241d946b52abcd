"""What Slack says no with: its own error name, and what it found."""

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]


class Refused(Exception):
    """A Web API call that answers ok=false."""

    def __init__(self, error: str, messages: Sequence[str] = (), **more: object) -> None:
        super().__init__(error, *messages)
        self.error = error
        self.messages = list(messages)
        self.more = more

    def shown(self) -> Json:
        answer: Json = {"ok": False, "error": self.error, **self.more}
        if self.messages:
            answer["response_metadata"] = {"messages": self.messages}
        return answer


class NotPossible(Exception):
    """Something a person cannot do on the page: there is no such button, dialog or channel."""
