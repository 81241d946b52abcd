"""Header blocks and dividers that mail programs put above an older mail."""

import re
from collections.abc import Sequence

_LABELS = {
    "from": "from van von de da fra från od от lähettäjä 发件人 寄件者 差出人 보낸사람 kimden dari",
    "sent": """sent date verzonden datum gesendet envoyé envoye enviado enviada inviato data sendt dato
    skickat     wysłano odesláno дата отправлено lähetetty
    发送时间 日期 送信日時 tarih gönderilen dikirim fecha
    """,
    "to": "to aan an à a para per til till do komu кому vastaanottaja 收件人 宛先 kime kepada pour",
    "cc": "cc kopie copie copia kopi bcc 抄送 dw",
    "subject": """subject onderwerp betreff objet asunto assunto oggetto emne ämne temat předmět тема aihe
    主题 主旨 件名 konu""",
    "reply": "reply-to antwoordadres risposta responder",
}  # fmt: skip
_KIND_OF = {label: kind for kind, labels in _LABELS.items() for label in labels.split()}
_KIND_OF |= {"message du": "sent", "répondre à": "reply", "envoyé le": "sent", "reply to": "reply"}

_TALLEST = 14
"""Lines that a header block may take."""

_LONGEST_LABEL = 16
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}|\b\d{4}\b")


def header_block_at(lines: Sequence[str], start: int) -> int:
    """How many lines from start on are the headers of an older mail; 0 where they are not."""
    if _kind(lines[start]) not in {"from", "sent", "to", "subject", "reply"}:
        return 0
    seen: set[str] = set()
    last = blanks = 0
    for count, line in enumerate(lines[start : start + _TALLEST]):
        kind = _kind(line)
        if kind:
            seen.add(kind)
            last, blanks = count + 1, 0
        elif not line.strip(" >*"):
            blanks += 1
        elif blanks or count - last >= 3:  # the second line of a long subject or list of people is allowed
            break
        if blanks > 1:
            break
    return last if _is_block(seen, lines[start : start + last]) else 0


def _is_block(seen: set[str], block: Sequence[str]) -> bool:
    named = seen - {"cc", "reply"}
    if len(named) >= 3 and "from" in named:
        return True
    text = " ".join(block)
    proven = "@" in text and len(text) < 2000
    if {"from", "sent"} <= named or {"sent", "to"} <= named:
        return proven or ("from" in named and "subject" in named)
    return {"from", "subject"} <= named and proven and len(block) > 1


def _kind(line: str) -> str:
    """Which header a line looks like, in any of the languages."""
    text = line.replace("：", ":").strip(" \t*>|\xa0")[: _LONGEST_LABEL + 4]
    label, colon, _ = text.partition(":")
    if not colon:
        return ""
    return _KIND_OF.get(label.strip(" *_\t\xa0\u200e").lower(), "")


_PHRASES = (
    "original message", "originele bericht", "oorspronkelijk bericht", "oorspronkelijke bericht",
    "origineel bericht", "ursprüngliche nachricht", "originalnachricht", "ursprüngliche mail",
    "message d'origine", "message d’origine", "message original", "messaggio originale", "mensaje original",
    "mensagem original", "oprindelig meddelelse", "opprinnelig melding", "ursprungligt meddelande",
    "originalmeddelande", "oryginalna wiadomość", "původní zpráva", "исходное сообщение", "alkuperäinen",
    "original-nachricht", "original appointment", "reply message", "antwort nachricht",
    "原始邮件", "원본 메일", "original email", "reply above this line", "antwoord boven deze regel",
)  # fmt: skip
_FORWARDS = (
    "forwarded message", "begin forwarded message", "doorgestuurd bericht", "begin doorgestuurd bericht",
    "weitergeleitete nachricht", "anfang der weitergeleiteten", "message transféré", "début du message",
    "messaggio inoltrato", "inizio messaggio inoltrato", "mensaje reenviado", "mensagem encaminhada",
    "videresendt", "vidarebefordrat", "начало переадресованного","пересылаемое сообщение",
    "перенаправленное",
    "inicio del mensaje reenviado", "przekazana wiadomość", "forwarded by",
)  # fmt: skip


def is_divider(line: str) -> bool:
    """Whether the line says that an older mail follows ("-----Original Message-----")."""
    text = line.strip(" \t>*")
    if len(text) > 90 or not text:
        return False
    inner = text.strip("-_= \t:").lower()
    ruled = text.startswith(("--", "__", "==")) and text.endswith(("--", "__", "=="))
    return (ruled and inner.startswith(_PHRASES + _FORWARDS)) or (
        text.endswith(":") and inner.startswith(_FORWARDS)
    )


def is_rule(line: str) -> bool:
    """A line drawn across the mail: at least five of the same sign."""
    text = line.strip(" \t>*")
    return len(text) >= 5 and len(set(text)) == 1 and text[0] in "_-=—–"


def fields_of(block: Sequence[str]) -> dict[str, str]:
    """The lines of such a block by what they are ("from", "subject"), whatever their language."""
    found: dict[str, str] = {}
    kind = ""
    for line in block:
        text = line.replace("：", ":").strip(" \t*>|\xa0")
        kind = _kind(line) or kind
        value = text.partition(":")[2] if _kind(line) else text
        if kind:
            found[kind] = f"{found.get(kind, '')} {value.strip(' *')}".strip()
    return found
