"""Recognises the lines of the mails we sent, when they come back without any mark."""

from collections.abc import Iterable

_TELLING = 20
"""Characters from which a line of ours is recognised."""


def ours(sent_texts: Iterable[str]) -> frozenset[str]:
    """The lines of what we sent, by which they are recognised."""
    lines = (_bare(line) for text in sent_texts for line in text.split("\n"))
    return frozenset(line for line in lines if line)


def _bare(line: str) -> str:
    return " ".join(line.strip(" >|*").split()).lower()


def without_ours(lines: list[str], known_lines: frozenset[str]) -> list[str]:
    """Cut at the first of our own lines, if the customer wrote nothing of length below it."""
    known = [bool(known_lines) and len(line) >= _TELLING and _bare(line) in known_lines for line in lines]
    if True not in known:
        return lines
    first = known.index(True)
    foreign = sum(
        len(line) >= _TELLING and not is_ours
        for line, is_ours in zip(lines[first:], known[first:], strict=True)
    )
    above = _without_salutation(lines[:first], known_lines)
    if foreign > sum(known) or not any(line.strip() for line in above):
        return lines
    return above


def _without_salutation(lines: list[str], known_lines: frozenset[str]) -> list[str]:
    """A short line of ours stands above the long ones ("Beste Sanne,")."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[: end - 1] if end and _bare(lines[end - 1]) in known_lines else lines
