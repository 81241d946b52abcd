"""Whether two subjects probably are about the same."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

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
    if first.forms.isdisjoint(second.forms):
        return False  # as it mostly is
    words, forms = second.words, second.forms
    both = len([word for word, less in first.shorter if word in forms or not words.isdisjoint(less)])
    return both > 0 and both >= _ALIKE * (len(first.words) + len(words) - both)


@dataclass(frozen=True, slots=True)
class _Matter:
    """What a subject is about: its words, and with each what else it may be, when it only ends otherwise:
    "printer" for "printers".  forms: all of these."""

    words: frozenset[str]
    shorter: tuple[tuple[str, Sequence[str]], ...]
    forms: frozenset[str]


_REMEMBERED = 4_000
"""Subjects; each is compared with those of many tickets, and they with the next one."""


@lru_cache(maxsize=_REMEMBERED)
def _matter(subject: str) -> _Matter:
    words = frozenset(words_of(_BEFORE.sub("", subject))) - _EMPTY
    shorter = tuple((word, _shorter(word)) for word in words)
    return _Matter(words, shorter, words.union(*(less for _, less in shorter)))


_LEFT_AT_LEAST = {1: 3, 2: 5}
"""By so many letters a word may be longer than the same word, where that has so many."""


def _shorter(word: str) -> list[str]:
    return [word[:-more] for more, least in _LEFT_AT_LEAST.items() if len(word) - more >= least]
