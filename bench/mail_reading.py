"""How well mails are read: what a scorer of the whole corpus asks of one mail.

./run bench mail_reading CORPUS... scores the desk on folders of raw mails with an index of what they say.
"""
import dataclasses
from mail.quoting import trim
from mail.reading import Unreadable, read
from mail.screening import Kind, screen

def score(raw):
    mail = read(raw)
    if isinstance(mail, Unreadable):
        return {"sender": mail.sender.address if mail.sender else "", "subject": mail.subject, "text": "", "full_text": "", "auto": False, "bounce": False, "attachments": 0}
    s = screen(mail)
    return {"sender": mail.sender.address if mail.sender else "", "subject": mail.subject_line,
      "text": trim(mail.text, mail.written).text, "full_text": mail.text,
      "auto": s.kind not in (Kind.HUMAN,Kind.OURS), "bounce": s.kind is Kind.BOUNCE, "attachments": len(mail.attachments)}
