"""Whether two subjects probably are about the same."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from desk.folding import fold, words_of

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
    first = _matter(one)
    if not first.may_be_in(fold(other)):
        return False  # as it mostly is
    second = _matter(other)
    both = sum(map(second.has, first.words))
    return both > 0 and both >= _ALIKE * (len(first.words) + len(second.words) - both)


@dataclass(frozen=True, slots=True)
class _Matter:
    """What a subject is about: its words.  stems: how these begin, however they end."""

    words: frozenset[str]
    stems: Sequence[str]

    def may_be_in(self, folded: str) -> bool:
        """Whether a text could have one of the words; a quick look."""
        return any(stem in folded for stem in self.stems)

    def has(self, word: str) -> bool:
        """Whether it has that word, or one that only ends otherwise: "printer", "printers"."""
        return word in self.words or any(_same(word, each) for each in self.words)


@lru_cache(maxsize=8)  # one is compared with those of many tickets
def _matter(subject: str) -> _Matter:
    words = frozenset(words_of(_BEFORE.sub("", subject))) - _EMPTY
    return _Matter(words, [_stem(word) for word in words])


def _same(one: str, other: str) -> bool:
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    return long.startswith(short) and len(short) >= _GROWS_FROM.get(len(long) - len(short), len(long) + 1)


_GROWS_FROM = {0: 0, 1: 3, 2: 5}
"""How long a word must be to be the same with so many letters more."""


def _stem(word: str) -> str:
    """The shortest that it may be the longer form of."""
    return word[: next(size for more in (2, 1, 0) if (size := len(word) - more) >= _GROWS_FROM[more])]
