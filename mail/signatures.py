"""What stands under a mail without being part of it: signatures, device lines, list footers."""

from collections.abc import Sequence

_DEVICE_STARTS = (
    "sent from", "sent via", "sent with", "sent by", "sent using", "from my iphone", "from my mobile",
    "get outlook for", "download outlook", "outlook voor", "outlook für", "télécharger outlook",
    "verzonden vanaf", "verzonden met", "verzonden via", "verstuurd vanaf", "verstuurd met", "verstuurd via",
    "gesendet von", "gesendet mit", "von meinem", "von unterwegs", "diese nachricht wurde von meinem",
    "envoyé de", "envoyé depuis", "envoyé à partir", "enviado desde", "enviado do", "enviado de",
    "enviado a partir",
    "inviato da", "sendt fra", "skickat från", "wysłane z", "lähetetty", "отправлено с", "отправлено из",
    "download de outlook", "haal outlook", "holen sie sich outlook", "obtenez outlook", "iphoneから送信",
    "從我的", "发自我的", "отправлено",
)  # fmt: skip
_DEVICES_TEXT = """
    iphone ipad ipod android samsung galaxy blackberry mobile mobiel mobiele mobil mobilgerät
    mobiltelefon phone
    smartphone cell tablet htc nokia lumia huawei xiaomi pixel windows outlook yahoo mail mailbox airmail
    device toestel telefoon handy portable téléphone protonmail proton gmail spark thunderbird sparrow
    app ti-85 mac macbook alcatel motorola sony lg oneplus"""
_DEVICES = frozenset(_DEVICES_TEXT.split())
_LONGEST_DEVICE_LINE = 14
"""Words."""

_TALLEST_SIGNATURE = 25
"""Lines below "-- " that are still believed to be a signature."""

_ORNAMENTS = frozenset("-_=*~+#—–ᐧ·. \t")


def without_signature(lines: Sequence[str]) -> list[str]:
    """The lines of a reply without what only signs it; the greeting above ("Groet, Jan") stays."""
    end = len(lines)
    for _ in range(_MOST_SIGNATURES):
        end = _before_delimiter(lines, _before_device_lines(lines, _before_ornaments(lines, end)))
    return list(lines[: _before_ornaments(lines, end)])


_MOST_SIGNATURES = 4
"""A person's, a program's, a company's and a list's."""


def is_device_line(line: str) -> bool:
    """ "Sent from my iPhone", in whatever language and brackets."""
    text = line.replace("[", "").strip(" \t<>()]*_-—").lower()
    if not text.startswith(_DEVICE_STARTS) and not text.endswith(("傳送", "gesendet", "gesendet.")):
        return "from my iphone" in text and len(text.split()) < 8
    words = text.replace("[", " ").replace("]", " ").replace("(", " ").replace("<", " ").split()
    if len(words) > _LONGEST_DEVICE_LINE:
        return False
    known = any(word.strip(".,;:!") in _DEVICES for word in words)
    device_soon = any(word.strip(".,;:!") in _DEVICES for word in words[:9])
    return (known and device_soon) or len(words) <= 5


def is_delimiter(line: str) -> bool:
    """The line that RFC 3676 puts above a signature, and what becomes of it on the way."""
    return line.strip() in {"--", "—", "–", "-- .", "- --"}


def _before_ornaments(lines: Sequence[str], end: int) -> int:
    while end and all(character in _ORNAMENTS for character in lines[end - 1]):
        end -= 1
    return end


def _before_device_lines(lines: Sequence[str], end: int) -> int:
    above = end
    while above and (not lines[above - 1].strip() or is_device_line(lines[above - 1])):
        above -= 1
    return above or end  # a mail of nothing but these lines stays as it is


def _before_delimiter(lines: Sequence[str], end: int) -> int:
    """Above the last delimiter, dashed name or list footer that has little enough below it."""
    for index in range(end - 1, max(0, end - _TALLEST_SIGNATURE) - 1, -1):
        if _signs(lines, index, end) and any(line.strip() for line in lines[max(0, index - 50) : index]):
            return index
    return end


def _signs(lines: Sequence[str], index: int, end: int) -> bool:
    if is_delimiter(lines[index]):
        return True
    is_last = not any(line.strip() for line in lines[index + 1 : end])
    return (is_last and _is_dashed_name(lines[index])) or _is_footer(lines[index:end])


def _is_dashed_name(line: str) -> bool:
    """ "-Abhishek Kona" as the last line."""
    words = line[1:].split()
    return line.startswith("-") and 1 < len(words) < 4 and all(word[:1].isupper() for word in words)


def _is_footer(lines: Sequence[str]) -> bool:
    """What list servers append: a long rule, the list's name, its address."""
    rule = lines[0].strip()
    if len(rule) < 20 or set(rule) not in ({"_"}, {"-"}, {"="}) or len(lines) > 8:
        return False
    text = "\n".join(lines[1:]).lower()
    return "mailing list" in text or "unsubscribe" in text or "/listinfo/" in text or "groups.google" in text
