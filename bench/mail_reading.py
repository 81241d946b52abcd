"""How well mails are understood: one mail at a time, for a scorer that knows what each of many mails says.

    SCORER bench.mail_reading:score --path . --corpus FOLDER

`score` is what `helpdesk read --json` says, under the names that the scorer asks for.
"""

from typing import Any

from mail.reading import read
from mail.understood import facts_of


def score(raw: bytes) -> dict[str, Any]:
    """Sender, subject, the new text and the whole, whether a machine wrote it, bounces, number of files."""
    facts = facts_of(read(raw))
    return facts | {"attachments": len(facts["attachments"])}
