"""What stands under a mail without being part of it: signatures, device lines, list footers."""

from collections.abc import Sequence

_FETCH_TEXT = """get download haal télécharger obtenir obtenez obtener obtén obter ottieni scarica hämta hent
    pobierz získat získať"""
_FETCH = (*_FETCH_TEXT.split(), "download de", "holen sie sich", "obter o", "pobierz aplikację", "descargar")
"""Verbs with which Outlook praises itself."""

_DEVICE_STARTS = (
    "sent from", "sent via", "sent with", "sent by", "sent using", "sent on the go", "from my iphone",
    "from my mobile", "this message was sent from my", "this email was sent from my",
    "verzonden vanaf", "verzonden vanuit", "verzonden met", "verzonden via", "verstuurd vanaf",
    "verstuurd vanuit", "verstuurd met", "verstuurd via", "deze e-mail is verstuurd vanaf",
    "deze e-mail is verzonden vanaf", "dit bericht is verzonden vanaf", "dit bericht is verstuurd vanaf",
    "gesendet von", "gesendet mit", "gesendet aus", "von meinem", "von unterwegs",
    "diese nachricht wurde von meinem", "diese mail wurde von meinem", "diese e-mail wurde von meinem",
    "envoyé de", "envoyé depuis", "envoyé à partir", "envoyé avec", "provenance :", "enviado desde",
    "enviado do", "enviado de", "enviado a partir", "enviado con", "enviado com", "inviato da", "inviato dal",
    "sendt fra", "skickat från", "wysłane z", "wysłano z", "lähetetty", "odesláno z", "odoslané z",
    "elküldve", "trimis de pe", "poslano iz", "poslano s", "отправлено", "надіслано", "στάλθηκε από",
    "iphoneから送信", "從我的", "发自我的", "发自", "나의", "נשלח מ", "مُرسل من", "أُرسلت من", "gửi từ",
    "outlook voor", "outlook für",
    *(f"{verb} outlook" for verb in _FETCH),
    "yahoo mail:", "secured with tuta",
)  # fmt: skip
_DEVICE_ENDS = ("傳送", "送信", "gesendet", "gesendet.", "küldve", "gönderildi", "보냄", "发送", "downloaden")
_SCANNER_STARTS = (
    "virus-free", "virusvrij", "virenfrei", "sans virus", "libre de virus", "livre de vírus", "https://www.avast",
    "this email has been checked for viruses", "this e-mail has been checked for viruses",
    "dit e-mailbericht is gecontroleerd op virussen", "deze e-mail is gecontroleerd op virussen",
    "diese e-mail wurde von avast", "l'absence de virus dans ce courrier", "cet e-mail a été vérifié",
)  # fmt: skip
"""What a virus scanner writes below other people's mail."""

_DEVICES_TEXT = """
    iphone ipad ipod android samsung galaxy blackberry mobile mobiel mobiele mobil mobilgerät
    mobiltelefon phone
    smartphone cell tablet htc nokia lumia huawei xiaomi pixel windows outlook yahoo mail mailbox airmail
    device toestel telefoon handy portable téléphone protonmail proton gmail spark thunderbird sparrow
    app ios iphone'a iphonu iphonesta iphone-omról surface fairphone mac
    macbook alcatel motorola sony lg oneplus"""
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
    """ "Sent from my iPhone", in whatever language and brackets; also what virus scanners write."""
    text = line.replace("[", "").strip(" \t<>()]*_-—").lower()
    words = [word.strip(".,;:!'") for word in text.translate(_BRACKETS).split()]
    if not words or len(words) > _LONGEST_DEVICE_LINE:
        return False
    if text.startswith(_SCANNER_STARTS):
        return True
    if text.startswith(_DEVICE_STARTS):
        return len(words) <= 5 or any(word in _DEVICES for word in words[:9])
    if text.endswith(_DEVICE_ENDS):
        return len(words) < 8 and any(word.startswith(_SURE) for word in words)
    return ("from my iphone" in text and len(words) < 8) or (len(words) < 5 and text.endswith(_FROM_MOBILE))


_BRACKETS = dict.fromkeys(map(ord, "[]()<"), " ")
_SURE = ("iphone", "ipad", "android", "outlook", "samsung", "galaxy", "mobil", "나의")
_FROM_MOBILE = ("from mobile", "from my mobile", "from my phone", "vanaf mobiel", "vom handy")


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
    if (is_last and _is_dashed_name(lines[index])) or _is_footer(lines[index:end]):
        return True
    return _is_drawn(lines[index]) and _stands_alone(lines, index) and _is_card(lines[index + 1 : end])


def _is_drawn(line: str) -> bool:
    """A line drawn across the mail, of one or two signs."""
    text = line.strip()
    return 3 <= len(text) <= 80 and set(text) <= _DRAWN_WITH and len(set(text)) <= 2


_DRAWN_WITH = frozenset("-_=*~–—#")


def _stands_alone(lines: Sequence[str], index: int) -> bool:
    """Whether that line underlines no heading, and ends nothing that another one began."""
    if lines[index].strip() in {line.strip() for line in lines[max(0, index - 50) : index]}:
        return False
    return index > 0 and (not lines[index - 1].strip() or "_" in lines[index])


def _is_card(lines: Sequence[str]) -> bool:
    """A name and how to reach it: few short lines, none of them a sentence."""
    said = [line.strip() for line in lines if line.strip()]
    if not said or len(said) > _TALLEST_CARD or any(map(_is_sentence, said)):
        return False
    return _is_name(said[0]) or any(mark in line for line in said for mark in ("@", "www.", "://"))


_TALLEST_CARD = 8
"""Lines."""


def _is_sentence(line: str) -> bool:
    return (
        len(line) > 70 or line.endswith(("?", "!", ":", ";")) or (line.endswith(".") and line.count(" ") > 3)
    )


def _is_name(line: str) -> bool:
    words = line.rstrip(",").split()
    return 1 < len(words) < 5 and all(word[:1].isupper() for word in words if word not in _BETWEEN_NAMES)


_BETWEEN_NAMES_TEXT = "van de der den ter ten von zu du la le di da dos el op 't"
_BETWEEN_NAMES = frozenset(_BETWEEN_NAMES_TEXT.split())


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
