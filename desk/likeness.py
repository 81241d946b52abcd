"""Whether two subjects probably are about the same."""

import re

from desk.folding import words_of

_BEFORE = re.compile(
    r"^\s*(?:(?:re|aw|antw|betr|fw|fwd|wg|tr|doorst)\s*(?:\[\d+\])?:\s*|\[[^\]]{1,30}\]\s*)+", re.I
)
_EMPTY_TEXT = """
    a an the of in on at to for and or is are it not my our we i with from please help question problem issue
    de het een van in op bij te voor en of is zijn niet mijn ons onze wij ik met graag hulp vraag probleem
    does do can cannot kan kunnen meer again weer still nog urgent spoed
    """
_EMPTY = frozenset(_EMPTY_TEXT.split())
"""Words that say nothing about what a request is about."""

_ALIKE = 0.6
"""Share of all words of both that both must have."""


def alike(one: str, other: str) -> bool:
    """Say whether they are.  Subjects that say nothing are like no other."""
    first, second = _matter(one), _matter(other)
    both = {word for word in first if any(_same(word, each) for each in second)}
    every = len(first) + len(second) - len(both)
    return bool(both) and len(both) >= _ALIKE * every


def _matter(subject: str) -> set[str]:
    return set(words_of(_BEFORE.sub("", subject))) - _EMPTY


def _same(one: str, other: str) -> bool:
    """The same word, or one that only ends otherwise: "printer", "printers"."""
    short, long = sorted((one, other), key=len)
    more = len(long) - len(short)
    return long.startswith(short) and len(short) >= _GROWS_FROM.get(more, len(long) + 1)


_GROWS_FROM = {0: 0, 1: 3, 2: 5}
"""How long a word must be to be the same with so many letters more."""
