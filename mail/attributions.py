"""The lines with which mail programs announce what somebody wrote before."""

import re
from collections.abc import Sequence

_OPENERS = (
    "on ", "op ", "am ", "le ", "el ", "em ", "il ", "den ", "på ", "w dniu ", "dnia ", "vào ", "pada ",
    "dne ", "a(z) ", "em ", "at ", "il giorno ", "ha scritto", "um ", "în ", "v ", "ons ", "het ", "de ",
)  # fmt: skip
_VERBS_TEXT = """
    wrote writes written sent schreef schrijft geschreven schrieb schreibt geschrieben écrit ecrit escribió
    escribio escreveu scritto scrive skrev skriver napisał napisał(a) napisała napsal napsal(a) kirjoitti
    написал написал(а) написал(a) написала написав пише viết menulis yazdı írta έγραψε wrote— scris
    пишет пишете писал писала написа написав pisze napísal napísal(a) napísala napisala napisao napisal
    rašė rakstīja kirjutas escriure viết เขียนว่า commented replied reageerde antwoordde antwortete
   """
_VERBS = frozenset(_VERBS_TEXT.split())
_STARTS_WITH_DATE = re.compile(
    r"(?:\w{2,12}[.,]{0,2} )?"
    r"(?:\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2}\.? \w{3,12}\.? \d{4}|\w{3,12} \d{1,2}, \d{4})\b"
)
_TIME = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}")
_ZONE = re.compile(r"\bGMT[+-]\d")

_LONGEST = 5
"""Lines that one attribution may be wrapped over."""

_WIDEST = 600
"""Characters of a line, or of several joined."""


def attribution_at(lines: Sequence[str], start: int) -> int:
    """How many lines from start on announce a quotation; 0 where none does."""
    if not _may_start(lines[start]):
        return 0
    joined = ""
    longest = _LONGEST if _opens(lines[start].lstrip(" \t>*_-")) or _starts_dated(lines[start]) else 2
    for count, line in enumerate(lines[start : start + longest], 1):
        if count > 1 and (_begins_anew(line) or not (line.strip() or _is_dated(joined))):
            return 0
        joined = f"{joined} {line.strip(' >') if count > 1 else line}".strip()
        if len(joined) > _WIDEST:
            return 0
        if _is_attribution(joined, _follower(lines, start + count)):
            return count
    return 0


def inner_attribution(line: str, follower: str) -> int:
    """Where an attribution begins that shares its line with a reply ("thanks On Wed, ... wrote:"), or -1."""
    if len(line) > _WIDEST or not line.rstrip().endswith(":") or line.lstrip().startswith(">"):
        return -1
    places = (line.find(opener) for opener in (" On ", "-On ", " Op ", " Am ", " Le "))
    return next((place + 1 for place in places if place > 0 and _is_inner(line, place, follower)), -1)


def _is_inner(line: str, place: int, follower: str) -> bool:
    rest = line[place:]
    return bool(line[:place].strip("- ")) and follower.startswith(">") and _has_verb(rest) and _is_dated(rest)


def _may_start(line: str) -> bool:
    """Cheap, for every line of a mail: most are done after this."""
    text = line.strip(" \t*-_")
    if not text or len(line) > _WIDEST:
        return False
    return _opens(text) or text[0].isdigit() or "@" in text or _has_verb(text) or _is_dated(text)


def _opens(text: str) -> bool:
    return text.lower().startswith(_OPENERS)


def _starts_dated(text: str) -> bool:
    return _STARTS_WITH_DATE.match(text.strip(' \t>*_-"')) is not None


def _begins_anew(line: str) -> bool:
    """Whether an attribution begins here, so that the lines above are somebody's words."""
    text = line.lstrip(" \t>*")
    return text[:3] in {"On ", "Op ", "Am ", "Le ", "El ", "Em ", "Il "} and _is_dated(text)


def _has_verb(text: str) -> bool:
    if text.endswith(_ASIAN_VERBS):
        return True
    return any(word.strip(".,:;-—*_\"'") in _VERBS for word in text.lower().split())


def _is_dated(text: str) -> bool:
    return _TIME.search(text) is not None or _YEAR.search(text) is not None


def _is_attribution(joined: str, follower: str) -> bool:
    text = joined.strip(" \t*_")
    wrapped = text.startswith("--") and text.rstrip(":").endswith("--")
    text = text.strip("- ") if wrapped else text
    ends = text.endswith((":", "：")) or text.lower().endswith(_LAST_WORDS)
    addressed = "@" in text
    quoted = follower.startswith((">", "|"))
    if wrapped:
        return _has_verb(text)
    if ends and (quoted or not _speaks(text)) and _has_verb(text):
        return _sounds(text, addressed=addressed, quoted=quoted)
    if _STARTS_WITH_DATE.match(text):
        closed = text.endswith((">", ">:")) and addressed
        return closed or (_ZONE.search(text) is not None and text.count(" ") < _SHORT and not _is_open(text))
    quoting = text.lower().startswith(_QUOTING) and addressed
    if ends and _says_who_and_when(text):
        return True
    if addressed and " wrote in message " in text:
        return True
    return ends and (quoting or (quoted and _is_dated(text) and (addressed or _opens(text))))


_ADDRESS = re.compile(r"<\s?[^<>\s@]{1,80}@[^<>\s]{1,200}>")
_LONGEST_WITHOUT_VERB = 200
"""Characters of a line."""


def _says_who_and_when(text: str) -> bool:
    """An address in brackets, a year and a time: an attribution in any language, whatever its verb."""
    return (
        len(text) < _LONGEST_WITHOUT_VERB
        and _ADDRESS.search(text) is not None
        and _YEAR.search(text) is not None
        and _TIME.search(text) is not None
    )


_ASIAN_VERBS = (
    "写道：",
    "写道:",
    "寫道：",
    "寫道:",
    "写道",
    "のメッセージ:",
    "のメール:",
    "のメール：",
    "書きました：",
    "님이 작성:",
)
_LAST_WORDS = ("wrote", "schreef", "het volgende", "geschreven", "geschrieben", "schrieb", "écrit")
_QUOTING = ("quoting ", "citeren ", "zitat von ", "citando ", "quoted from ", "selon ", "in reply to ")
_SPEAKER_TEXT = "i ik ich je we wij wir nous you jullie u my mijn that dat dass que heb hebben had habe"
_SPEAKERS = frozenset(_SPEAKER_TEXT.split())


def _speaks(text: str) -> bool:
    """Whether somebody tells what they wrote ("Op maandag heb ik geschreven dat:"), rather than a program.

    "You wrote" is what some programs say."""
    words = [word.strip(",.\"'") for word in text.lower().split()]
    return not text.lower().endswith("you wrote:") and not _SPEAKERS.isdisjoint(words)


def _is_open(text: str) -> bool:
    """Whether an angle bracket waits for its end on the next line."""
    return text.rfind("<") > text.rfind(">")


def _sounds(text: str, *, addressed: bool, quoted: bool) -> bool:
    if _opens(text) or _STARTS_WITH_DATE.match(text):
        return addressed or quoted or (_TIME.search(text) is not None) or len(_NUMBER.findall(text)) > 1
    short = text.count(" ") < _SHORT
    if text.endswith(_ASIAN_VERBS):
        return addressed or quoted or _is_dated(text)
    if not addressed:
        return quoted or (short and _TIME.search(text) is not None and _YEAR.search(text) is not None)
    return quoted or _is_dated(text) or (short and "<" in text)


_SHORT = 8
"""Spaces in "Jan de Vries <jan@...> schreef:"."""


_NUMBER = re.compile(r"\d+")


def _follower(lines: Sequence[str], index: int) -> str:
    """The next line with anything on it, of the next four."""
    return next((line.lstrip() for line in lines[index : index + 4] if line.strip()), "")
