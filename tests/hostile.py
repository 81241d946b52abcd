"""Words that want to be more than words: markup, mentions, header lines, statements, and broken text."""

import random
from collections.abc import Iterator

PIECES = (
    "<!channel>", "<!here|x>", "<!everyone>", "<@U0BOB>", "<#C0SUPPORT|x>", "<!subteam^S0LEADS>",
    "<https://evil.example|bank.example>", "<mailto:a@evil.example>", "<!date^1^{date}|x>", "@here",
    "@channel", "#general", "https://evil.example/", "www.evil.example", "&lt;!channel&gt;",
    "&amp;", "<", ">", "&", "|", "*", "_", "~", "`", "```", ":rotating_light:", "> ", "\n", "\r",
    "\r\n", "\n.\r\n", "\x00", "\x1b[31m", "\x85", "\u2028", "\u202e", "\u200b", "\ufeff", "\ud800",
    "\udc99", "é", "\u6f22", "\U0001f469\u200d\U0001f469\u200d\U0001f467", "\ufdfa", "İ", "ß",
    "\tBcc: evil@x", "\nBcc: evil@x", "\r\nTo: evil@x", "=?utf-8?q?=0ABcc:?=",
    "=?UTF-8?B?eApCY2M6IGV2aWxAeA==?=", '"', "'", "\\", ",", ";", ";--", "' OR '1'='1",
    '"; DROP TABLE tickets; --', "%", "_", "%s", "%(x)s", "{0}", "{{7*7}}", "{% raw %}", "${x}",
    "$1", ":1", "?", "NEAR(", "AND", "NOT", "OR", "status:", "owner:me", "-", "before:", "^", "()",
    "!", "[HD-42]", "../../etc/passwd", "C:\\x", "<script>", "</p>", "javascript:x", "data:x",
)  # fmt: skip


def words(seed: int, count: int) -> Iterator[str]:
    """So many of them, the same for the same seed; none is empty."""
    chance = random.Random(seed)
    for _ in range(count):
        picked = (chance.choice(PIECES) for _ in range(chance.choice((1, 2, 3, 6, 12, 40))))
        glue = chance.choice(("", " ", "", "\n"))
        yield "x" + glue.join(picked)
