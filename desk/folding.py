"""Words as they are compared: without accents, capitals and punctuation."""

import re
import unicodedata

_LETTERS = {"ø": "o", "đ": "d", "ł": "l", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_WORD = re.compile(r"[^\W_]+")
_LONGEST = 100
"""Characters of a word that count; what is longer is no word of a language."""


def fold(text: str) -> str:
    """The text in small letters without accents: "Café" is "cafe"."""
    if text.isascii():
        return text.lower()
    small = unicodedata.normalize("NFKD", text).casefold()
    return _BEYOND_ASCII.sub(_plain, unicodedata.normalize("NFKD", small))


def _plain(found: re.Match[str]) -> str:
    return "".join(_LETTERS.get(each, each) for each in found[0] if not unicodedata.combining(each))


def words_of(text: str) -> list[str]:
    """The words of a text, folded, in order: "e-mail" is two."""
    return [word[:_LONGEST] for word in _WORD.findall(fold(text))]
