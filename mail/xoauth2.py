"""What XOAUTH2 says, the way in for an access token that Microsoft and Google share, over IMAP and SMTP."""

import json
from contextlib import suppress


class XOAuth2:
    """Answers the server's two questions: who are you, and have you understood that this will not do?

    refusal: what it said in the second, in words; empty where it did not ask."""

    def __init__(self, user: str, token: str) -> None:
        self.refusal = ""
        self._first = f"user={user}\x01auth=Bearer {token}\x01\x01"
        self._asked = False

    def __call__(self, challenge: bytes | None = None) -> str:
        if not self._asked:
            self._asked = True
            return self._first
        with suppress(ValueError, AttributeError):
            self.refusal = f"(status {str(json.loads(challenge or b'').get('status', 'unknown'))[:40]})"
        return ""
