"""Words as they are compared: without accents, capitals and punctuation."""

import re
import unicodedata

_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_WORD = re.compile(r"[^\W_]+")
_LONGEST = 100
"""Characters of a word that count; what is longer is no word of a language."""


def fold(text: str) -> str:
    """The text in small letters without accents: "Café" is "cafe"."""
    if text.isascii():
        return text.lower()
    small = unicodedata.normalize("NFKD", text).casefold()
    apart = unicodedata.normalize("NFKD", small)
    return "".join(each for each in apart if not unicodedata.combining(each)).translate(_LETTERS)


def words_of(text: str) -> list[str]:
    """The words of a text, folded, in order: "e-mail" is two."""
    return [word[:_LONGEST] for word in _WORD.findall(fold(text))]
