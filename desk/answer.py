"""What a client's reply to a budget says: yes, no, or nothing that a machine should decide about."""

import re
from collections.abc import Set
from enum import StrEnum

_TEXT_OF_YES = """
    akkoord / accoord / akoord / ja / jazeker / jawel / ja akkoord / akkoord ja / ja graag / graag /
    ja doe maar / doe maar / ga je gang / gaat uw gang / ga uw gang / gaan jullie je gang /
    goedgekeurd / wij keuren het goed / ik ga akkoord / ik ga hiermee akkoord /
    ik ga hier mee akkoord / wij gaan akkoord / we gaan akkoord / wij gaan hiermee akkoord /
    we gaan hiermee akkoord / hierbij akkoord / hierbij ga ik akkoord / hierbij geef ik akkoord /
    ik geef akkoord / akkoord met de begroting / akkoord met het voorstel /
    ik ga akkoord met de begroting / wij gaan akkoord met de begroting / is akkoord / prima akkoord
    / prima doe maar / prima ga je gang / is goed / dat is goed / dat is prima / helemaal akkoord /
    oke / ok / okay / oké / oké akkoord / ok akkoord / oke doe maar / ok doe maar / groen licht /
    approved / i approve / we approve / i approve this / this is approved / budget approved / yes /
    yes please / yes approved / yes go ahead / go ahead / please go ahead / please do /
    please proceed / yes please go ahead / yes proceed / proceed / agreed / i agree / we agree /
    yes i agree / yes agreed / ok go ahead / okay go ahead / fine by me / fine go ahead /
    sounds good / sounds good go ahead / go for it / i hereby approve / accepted / i accept /
    we accept / green light / einverstanden / ich bin einverstanden / wir sind einverstanden / ja /
    ja bitte / ja einverstanden / freigegeben / genehmigt / hiermit freigegeben / in ordnung /
    d'accord / oui / oui d'accord / je suis d'accord / nous sommes d'accord / bon pour accord /
    approuvé / accepté / j'accepte / nous acceptons / oui allez-y / allez-y
    """
_TEXT_OF_NO = """
    nee / nee bedankt / nee dank je / nee dank u / niet akkoord / ik ga niet akkoord /
    wij gaan niet akkoord / we gaan niet akkoord / nee niet akkoord / afgekeurd / afgewezen /
    liever niet / doe maar niet / we zien ervan af / wij zien ervan af / ik zie ervan af / niet doen
    / no / no thanks / no thank you / declined / i decline / we decline / rejected / not approved /
    i do not approve / we do not approve / i do not agree / we do not agree / please do not /
    please do not proceed / we do not want this / do not proceed / nein / nein danke /
    nicht einverstanden / ich bin nicht einverstanden / wir sind nicht einverstanden / abgelehnt /
    non / non merci / pas d'accord / je ne suis pas d'accord / nous ne sommes pas d'accord / refusé /
    je refuse / nous refusons
    """
_COURTESY_TEXT = """
    bedankt / dank / dank je / dank u / dankjewel / dankuwel / dank je wel / dank u wel /
    alvast bedankt / thanks / thank you / many thanks / thanks a lot / thx / hartelijk dank / top /
    super / mooi / perfect / great / fijne dag / prettige dag / fijn weekend / fijne avond /
    have a nice day / succes / good luck / cheers / please / alstublieft / alsjeblieft / danke /
    vielen dank / danke schön / merci / merci beaucoup / merci d'avance / bonne journée
    """
_GREETING = re.compile(
    r"(?:beste|hallo|hoi|hi|hello|hey|dear|dag|geachte|goedemorgen|goedemiddag|goedenavond|goedendag|"
    r"good morning|good afternoon|guten tag|guten morgen|sehr geehrte[r]?|liebe[r]?|bonjour|bonsoir|"
    r"cher|chère)(?: [^\W\d_]+(?:[ '’.-][^\W\d_]+){0,3})?"
)
_CLOSING = re.compile(
    r"(?:met )?(?:vriendelijke|hartelijke|beste|warme|fijne|de)?\s*(?:groet(?:en|jes)?|gr|mvg|vg)\b.{0,60}|"
    r"(?:kind|best|warm|many)?\s*(?:regards|wishes|br)\b.{0,60}|(?:yours sincerely|sincerely)\b.{0,60}|"
    r"best|hoogachtend\b.{0,60}|(?:mit )?(?:freundlichen|besten|herzlichen)?\s*grüße?n?\b.{0,60}|"
    r"(?:bien )?cordialement\b.{0,60}"
)
_WORD = re.compile(r"[^\W\d_]+")

_CONDITIONS_TEXT = """
    mits als indien maar wel niet geen tenzij behalve zonder pas eerst alleen slechts maximaal
    hooguit liever wacht wachten nog graag kan kunt kunnen zou zouden wil wilt willen moet moeten
    vraag waarom wanneer hoeveel but if unless except without not no only first provided however
    until wait when why how could would can question maximum most never cannot dont euro eur uur
    uren hour hours max minimaal minimum tot until vanaf budget begroting prijs price korting
    discount half helft minder less meer more let note nb vrijdag maandag dinsdag woensdag donderdag
    zaterdag zondag friday monday tuesday wednesday thursday saturday sunday week maand month voor
    before na after aber wenn falls sofern nur erst nicht kein keine ohne außer warten später frage
    warum wann wieviel mehr weniger höchstens preis stunden montag dienstag mittwoch donnerstag
    freitag mais si sauf sans pas seulement abord attendre plus moins question pourquoi quand combien
    heures prix lundi mardi mercredi jeudi vendredi
    """
_CONDITIONS = frozenset(_CONDITIONS_TEXT.split())
"""Words that make more of what stands below a greeting than a signature."""

_LONGEST, _BELOW = 2_000, 12
"""Characters of a reply that are looked at; lines of a signature."""


class Answer(StrEnum):
    """What a machine may make of it."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


def phrases(text: str) -> frozenset[str]:
    """What stands between the slashes of such a text."""
    return frozenset(" ".join(phrase.split()) for phrase in text.split("/"))


_YES, _NO, COURTESY = map(phrases, (_TEXT_OF_YES, _TEXT_OF_NO, _COURTESY_TEXT))


def judge(text: str, name: str = "") -> Answer:
    """Judge a reply, in one of the desk's languages: every sentence of it has to be one that we know.

    text: without what it quotes; name: what its sender is called.  When in doubt it is unclear: that costs an
    agent a click, a yes that was none costs money."""
    said = sentences(text, name)
    if says_only(said, _YES):
        return Answer.YES
    return Answer.NO if says_only(said, _NO) else Answer.UNCLEAR


def says_only(said: Set[str], meant: Set[str]) -> bool:
    """Whether one of these phrases was said, and nothing else but courtesies."""
    return bool(said & meant) and said <= meant | COURTESY


def sentences(text: str, name: str = "") -> frozenset[str]:
    """What a short reply says between greeting and signature, in lower case; nothing where it quotes, asks,
    or may say more below."""
    names = frozenset(_WORD.findall(name.lower()))
    text = text.lower().replace("’", "'").strip()
    if not text or len(text) > _LONGEST or "?" in text or any(mark in text for mark in _QUOTED):
        return frozenset()
    return _sentences(text, names) or frozenset()


_QUOTED = ("\n>", "|", "…", "...")
_ENDS = re.compile(r"[.!,;:]+(?=\s|$)|\n+|\s[-–—]+\s")


def _sentences(text: str, names: frozenset[str]) -> frozenset[str] | None:
    """What is said between greeting and signature; None where the signature may say something."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    lines = [line for line in lines if line]
    if lines[0].startswith(">"):
        return None
    if lines and _GREETING.fullmatch(lines[0].rstrip(" ,.!:")):
        lines = lines[1:]
    end = next((at for at, line in enumerate(lines) if _CLOSING.fullmatch(line)), len(lines))
    if not _only_signs(lines[end:]):
        return None
    above = lines[:end]
    last = frozenset(_WORD.findall(above[-1])) if above else frozenset()
    if len(above) > 1 and last and last <= names:
        above = above[:-1]  # their name, with or without a greeting above it
    pieces = (piece.strip(" .!,;:\"'()-–—") for line in above for piece in _ENDS.split(line))
    return frozenset(piece for piece in pieces if piece)


def _only_signs(lines: list[str]) -> bool:
    """Whether these lines, from a greeting on, are who somebody is and where."""
    if len(lines) > _BELOW:
        return False
    words = {word for line in lines for word in _WORD.findall(line)}
    return not words & _CONDITIONS and not any(re.match(r"p\.?\s?s\b", line) for line in lines)
