"""Whether a reply is only a thank-you, which should not reopen a ticket."""

import re
from collections.abc import Sequence

_THANKS = frozenset(
    {"thanks", "thank", "thx", "thnx", "tnx", "ty", "cheers", "bedankt", "dank", "dankje", "dankjewel"}
    | {"dankuwel", "merci"}
)

_COURTESY_TEXT = """
    i ik we wij you u je jou jullie wel so very much a lot many heel erg hartelijk veel voor for the de het
    your hulp help snelle snel quick fast reply antwoord reactie oplossing solution support great super top
    perfect geweldig mooi fijn fijne prima goed good nice excellent it works now works werkt weer nu again all
    ok oke okay opgelost solved fixed dag day weekend verder groet groeten met vriendelijke kind regards best
    en and hi hello hallo hoi dear beste
"""
_COURTESY = frozenset(_COURTESY_TEXT.split())

_DENIALS_TEXT = """
    not niet no nee geen never nooit still nog but maar however echter broken kapot fout error wrong helaas
    unfortunately except behalve
"""
_DENIALS = frozenset(_DENIALS_TEXT.split())

_BEFORE_A_NAME = _THANKS | {"you", "je", "u", "wel", "hi", "hello", "hallo", "hoi", "dear", "beste", "dag"}

_LONGEST = 15
"""Words; a longer mail has something to say."""

_NAMES = 3
"""Words we do not know but forgive: whom it greets and who signed it."""


def is_only_thanks(text: str) -> bool:
    """Say whether these words thank and ask nothing (Dutch or English).  An attachment is for the caller.

    When in doubt, no: a thank-you that reopens a ticket costs a click, a complaint that does not is lost."""
    lines = [words for line in text.splitlines() if (words := re.findall(r"\w+", line))]
    said = [word.lower() for words in lines for word in words]
    if "?" in text or len(said) > _LONGEST or not _THANKS.intersection(said) or _DENIALS.intersection(said):
        return False
    strange = [_strange(words, may_sign=number > 0) for number, words in enumerate(lines)]
    return None not in strange and sum(len(names or ()) for names in strange) <= _NAMES


def _strange(words: Sequence[str], *, may_sign: bool) -> Sequence[str] | None:
    """The names in a line, or None where a word is neither a courtesy nor a name."""
    strange = [at for at, word in enumerate(words) if word.lower() not in _THANKS | _COURTESY]
    greeted = all(at > 0 and words[at - 1].lower() in _BEFORE_A_NAME for at in strange)
    if (greeted or may_sign) and all(words[at].istitle() for at in strange):
        return [words[at] for at in strange]
    return None
