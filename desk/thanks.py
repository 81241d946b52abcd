"""Whether a reply is only a thank-you, which should not reopen a ticket."""

import re

_THANKS = frozenset(
    {"thanks", "thank", "thx", "thnx", "tnx", "ty", "cheers", "bedankt", "dank", "dankje", "dankjewel"}
    | {"dankuwel", "merci"}
)

_COURTESY_TEXT = """
    you u je jou jullie wel so very much a lot many heel erg hartelijk veel voor for the de het your hulp
    help snelle quick fast reply antwoord reactie oplossing solution support great super top perfect mooi
    fijn prima goed good nice excellent it works now works werkt weer nu again all ok oke okay groet groeten
    met vriendelijke kind regards best and en hi hello hallo hoi dear beste
"""
_COURTESY = frozenset(_COURTESY_TEXT.split())

_LONGEST = 15
"""Words; a longer mail has something to say."""

_NAMES = 3
"""Words we do not know but forgive: the names under a mail."""


def is_only_thanks(text: str) -> bool:
    """Say whether these words thank and ask nothing (Dutch or English).  An attachment is for the caller."""
    words = _words(text)
    if "?" in text or len(words) > _LONGEST or not _THANKS.intersection(words):
        return False
    unknown = [word for word in words if word not in _THANKS | _COURTESY]
    first_line = _words(text.strip().split("\n")[0])
    return set(first_line) <= _THANKS | _COURTESY and len(unknown) <= _NAMES


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.lower())
