"""Header blocks and dividers that mail programs put above an older mail."""

import re
from collections.abc import Sequence

_LABELS = {
    "from": """
    from van von de da fra från od от lähettäjä 发件人 发送人 寄件者 寄件人 差出人 보낸사람 발신자
    kimden gönderen dari feladó nadawca από pošiljatelj afsender avsender absender afzender
    expéditeur mittente remitente remetente odesílatel odosielateľ отправитель від מאת من""",
    "sent": """
    sent date verzonden datum gesendet envoyé envoye enviado enviada inviato data sendt dato skickat
    wysłano wysłane odesláno odeslané odoslané дата отправлено надіслано lähetetty päivämäärä
    päiväys 发送时间 发件时间 发送日期 时间 日期 寄件日期 發送日期 送信日時 送信日 날짜 보낸날짜
    tarih gönderilen gönderilme gönderildi dikirim fecha elküldve dátum trimis dată poslano στάλθηκε
    ημερομηνία verstuurd versendet נשלח תאריך""",
    "to": """
    to aan an à a para per til till do komu кому vastaanottaja 收件人 收件者 宛先 받는사람 수신자
    kime alıcı kepada pour címzett către προς prima adresat mottagare modtager empfänger
    destinatario destinataire destinatário ontvanger אל""",
    "cc": "cc kopie copie copia kopi kopio kopia bcc 抄送 副本 참조 копия dw másolatot čc",
    "subject": """
    subject onderwerp betreff objet sujet asunto assunto oggetto emne ämne temat předmět predmet
    тема aihe 主题 主旨 标题 標題 件名 제목 konu tárgy subiect θέμα נושא""",
    "reply": "reply-to antwoordadres risposta responder",
}  # fmt: skip
_KIND_OF = {label: kind for kind, labels in _LABELS.items() for label in labels.split()}
_KIND_OF |= {"message du": "sent", "répondre à": "reply", "reply to": "reply", "de la": "from"}
_KIND_OF |= {"보낸 사람": "from", "보낸 날짜": "sent", "받는 사람": "to", "data wysłania": "sent"}
_KIND_OF |= dict.fromkeys(
    ("envoyé le", "envoyée le", "enviado el", "enviado em", "enviada em", "inviato il", "gesendet am"), "sent"
)
_KIND_OF |= dict.fromkeys(("verzonden op", "date sent", "datum verzonden", "sent on"), "sent")

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
    text = " ".join(block)
    proven = "@" in text and len(text) < 2000
    if len(named) >= 3 and "from" in named:
        return proven or "subject" in named or any(_says_sent(line) for line in block)
    if {"from", "sent"} <= named or {"sent", "to"} <= named:
        return proven or ("from" in named and "subject" in named)
    return {"from", "subject"} <= named and proven and len(block) > 1


_DATE_LABELS = frozenset(
    [
        "date",
        "datum",
        "data",
        "dato",
        "fecha",
        "дата",
        "日期",
        "날짜",
        "päivämäärä",
        "päiväys",
        "tarih",
        "dátum",
        "dată",
    ]
)
"""What journeys have, too: they are from somewhere, to somewhere, on a day.  Only mails are sent."""


def _says_sent(line: str) -> bool:
    return _kind(line) == "sent" and _label(line) not in _DATE_LABELS


def _kind(line: str) -> str:
    """Which header a line looks like, in any of the languages."""
    return _KIND_OF.get(_label(line), "")


def _label(line: str) -> str:
    text = line.replace("：", ":").strip(" \t*>|\xa0")[: _LONGEST_LABEL + 4]
    label, colon, _ = text.partition(":")
    return label.strip(" *_\t\xa0\u200e").lower() if colon else ""


_PHRASES = (
    "original message", "originele bericht", "oorspronkelijk bericht", "oorspronkelijke bericht",
    "origineel bericht", "ursprüngliche nachricht", "originalnachricht", "ursprüngliche mail",
    "message d'origine", "message d’origine", "message original", "messaggio originale",
    "mensaje original", "mensagem original", "oprindelig meddelelse", "opprinnelig melding",
    "ursprungligt meddelande", "originalmeddelande", "oryginalna wiadomość", "wiadomość oryginalna",
    "původní zpráva", "původní e-mail", "pôvodná správa", "исходное сообщение",
    "оригинальное сообщение", "alkuperäinen", "eredeti üzenet", "mesaj original",
    "mesajul original", "orijinal mesaj", "original-nachricht", "original appointment",
    "oprindelig besked", "izvorna poruka", "αρχικό μήνυμα", "pesan asli", "reply message",
    "replied message", "antwort nachricht", "antwoordbericht", "原始邮件", "原始郵件", "邮件原件",
    "回复的原邮件", "元のメッセージ", "원본 메일", "원본 메시지", "original email", "original mail",
    "previous message", "previous replies",
)  # fmt: skip
_FORWARDS = (
    "forwarded message", "begin forwarded message", "doorgestuurd bericht",
    "begin doorgestuurd bericht", "weitergeleitete nachricht", "anfang der weitergeleiteten",
    "message transféré", "début du message", "messaggio inoltrato", "inizio messaggio inoltrato",
    "mensaje reenviado", "mensagem encaminhada", "videresendt", "vidarebefordrat",
    "начало переадресованного", "пересылаемое сообщение", "перенаправленное",
    "inicio del mensaje reenviado", "início da mensagem encaminhada", "przekazana wiadomość",
    "początek przekazywanej", "přeposlaná zpráva", "välitetty viesti", "továbbított üzenet",
    "転送メッセージ", "转发邮件", "轉寄郵件", "전달된 메시지", "forwarded by", "forwarded mail",
)  # fmt: skip
_ABOVE = (
    "above this line", "boven deze regel", "boven deze lijn", "oberhalb dieser zeile",
    "über dieser zeile", "oberhalb dieser linie", "über dieser linie", "au-dessus de cette ligne",
    "au dessus de cette ligne", "encima de esta línea", "acima desta linha", "sopra questa riga",
    "sopra questa linea", "över denna rad", "ovanför denna rad", "over denne linje",
    "over denne linjen", "tämän rivin yläpuolelle", "powyżej tej linii", "nad tímto řádkem",
    "выше этой строки", "выше этой линии",
)  # fmt: skip
"""Where helpdesks ask to write: above the history that follows."""

_ASKED = (
    "reply",
    "please",
    "write",
    "antwoord",
    "typ uw",
    "schrijf",
    "bitte",
    "antwort",
    "répon",
    "veuillez",
)
_EDGES = "-_=—–‐‑―#~*•·>| \t"
_LONGEST_DIVIDER = 90
"""Characters."""


def is_divider(line: str) -> bool:
    """Whether the line says that an older mail follows ("-----Original Message-----")."""
    text = line.strip(" \t>")
    if not text or len(text) > _LONGEST_DIVIDER:
        return False
    inner = text.strip(_EDGES + ":：.").lower()
    ruled = is_ruled(text)
    if any(words in inner for words in _ABOVE):
        return ruled or text[0] in _EDGES or inner.startswith(_ASKED)
    return (ruled and inner.startswith(_PHRASES + _FORWARDS)) or (
        text.strip("* \t").endswith((":", "：")) and inner.startswith(_FORWARDS)
    )


def is_ruled(line: str) -> bool:
    """Words with a rule on either side, in whatever language."""
    text = line.strip(" \t>:")
    inner = text.strip(_EDGES)
    before, after = (len(text) - len(text.lstrip(_EDGES)), len(text) - len(text.rstrip(_EDGES)))
    return bool(inner) and before > 1 and after > 1 and len(text) <= _LONGEST_DIVIDER


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
