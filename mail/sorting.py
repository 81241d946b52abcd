"""Which of several desks a new ticket is for: the first whose rule fits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desk.folding import words_of


@dataclass(frozen=True, slots=True)
class Rule:
    """What a desk gets: mail to these addresses, from these clients (in lower case), with these words in this
    order in its subject.  One of them is enough.  language: of its mails where nothing else decides."""

    desk: str
    addresses: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()
    subjects: tuple[tuple[str, ...], ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What rules look at.  written_to: the address of ours, "" where that is not known; client: its name."""

    written_to: str
    customer: str
    client: str
    subject: str


def rule_for(seen: Seen, rules: Sequence[Rule]) -> Rule | None:
    """The first that fits; None where the first desk gets it."""
    words = tuple(words_of(seen.subject))
    names = {seen.client.lower(), seen.customer.lower().rpartition("@")[2]} - {""}
    for rule in rules:
        if seen.written_to.lower() in rule.addresses or names & rule.clients:
            return rule
        if any(phrase in _runs(words, len(phrase)) for phrase in rule.subjects):
            return rule
    return None


def _runs(words: tuple[str, ...], length: int) -> Iterator[tuple[str, ...]]:
    return (words[begin : begin + length] for begin in range(len(words) - length + 1))
