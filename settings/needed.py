"""Settings that others make necessary, and where each of them is had."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo

from settings.problems import Problem
from settings.values import APP_TOKEN_MEND, BOT_TOKEN_MEND, CHANNEL_MEND, SIGNING_MEND
from settings.walking import value_at, variable_of

_MAILBOX_MEND = "from whoever keeps the mailbox; with OAuth 2.0 set mail.oauth.token_url instead"
_APPLICATION_MEND = "from the page of the application, see docs/mailboxes.md"
_NEEDED_WHEN = (
    ("slack.app_token", "slack.mode", "socket", APP_TOKEN_MEND, ""),
    ("slack.signing_secret", "slack.mode", "http", SIGNING_MEND, ""),
    ("mail.imap.user", "mail.imap.host", None, "from whoever keeps the mailbox", ""),
    ("mail.imap.host", "mail.journal.folder", None, "the folder lies in that mailbox", ""),
    ("mail.imap.password", "mail.imap.host", None, _MAILBOX_MEND, "mail.oauth.token_url"),
    (
        "mail.smtp.password",
        "mail.smtp.user",
        None,
        "from whoever keeps the mail server",
        "mail.oauth.token_url",
    ),
    ("mail.oauth.client_id", "mail.oauth.token_url", None, _APPLICATION_MEND, ""),
    ("mail.oauth.client_secret", "mail.oauth.token_url", None, _APPLICATION_MEND, "mail.oauth.refresh_token"),
)
"""What is needed when some setting has a value (None: any), where it is had, and what makes it needless."""

_MENDS = {
    **{key: mend for key, _, _, mend, _ in _NEEDED_WHEN},
    "slack.bot_token": BOT_TOKEN_MEND,
    "slack.support_channel": CHANNEL_MEND,
    "slack.leads_channel": CHANNEL_MEND,
}

_NEEDED_OF_EACH = {
    "contracts": "contract has a name",
    "mailboxes": "mailbox has an address, a host and a user",
    "desks": "desk has a name and a support_channel",
}


def needed(raw: Mapping[str, Any], fields: Mapping[str, FieldInfo]) -> Iterator[str]:
    """What is missing because of what was given.  fields: every setting, for its default."""
    for key, when, value, _, unless in _NEEDED_WHEN:
        if value_at(raw, unless) is None and value_at(raw, key) is None:
            given = value_at(raw, when)
            if given is not None if value is None else (given or fields[when].default) == value:
                yield key


def missing_setting(key: str) -> Problem:
    """That it is missing, and where it is had."""
    needs = next((words for name, words in _NEEDED_OF_EACH.items() if key.startswith(f"{name}[")), None)
    if needs:
        return Problem(key, "is missing", f"every {needs}")
    section, _, name = key.rpartition(".")
    where = f"set {variable_of(key)}, or {name} in [{section}] of the file"
    return Problem(key, "is missing", f"{where} ({_MENDS[key]})")
