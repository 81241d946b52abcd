"""What is wrong with a setting, in the words that an operator reads."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """What is wrong with one setting.  line: where the file says it, where that is known."""

    key: str
    reason: str
    mend: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.key} (line {self.line})" if self.line else self.key
        return f"{place}: {self.reason}; {self.mend}"


class ConfigRefused(Exception):
    """The settings cannot be used.  Names every problem at once and never a secret's value."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(
            "\n".join([f"The settings cannot be used: {count}.", *(f"  {each}" for each in problems)])
        )
