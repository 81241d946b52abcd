"""How the thread says what somebody did: one grey line, or a mail with what should be known of it."""

from bot import blocks
from bot.blocks import Block, one_line, plain
from bot.hidden import is_hidden
from bot.named import files_of, left_out
from desk.event import Event

WHOLE_MAIL = 8700
"""Characters of a mail: three quotes of them."""
GLANCE = 600
"""Characters of a mail that are shown: as good as all of it, or enough to see what it is."""


def who(event: Event) -> str:
    return one_line(event.by.name, 80)


def small(text: str) -> list[Block]:
    """One grey line; the text may hold anybody's name."""
    return [blocks.context(plain(one_line(text, 900)))]


def mail(mark: str, text: str, event: Event, *, limit: int) -> list[Block]:
    files = [f"📎 {', '.join(files_of(event))}"] if files_of(event) else []
    said = [] if is_hidden(event) else blocks.quotes(event.text, limit=limit)
    about = [line for each in (*files, *left_out(event), *remarks(event)) for line in small(each)]
    return [blocks.context(plain(f"{mark} {one_line(text, 300)}")), *said, *about]


def remarks(event: Event) -> list[str]:
    """What agents should know of a mail besides its words."""
    detail = event.detail
    notes = []
    if detail.get("forwarded_by"):
        notes.append(f"➡️ Forwarded by {detail['forwarded_by']}")
    if detail.get("copied"):
        notes.append(f"👥 Also sent to {', '.join(map(str, detail['copied']))}; the desk mails none of them")
    if detail.get("reply_to"):
        notes.append(
            f"⚠️ Wants answers at {detail['reply_to']}, another domain; the desk answers {event.by.key}"
        )
    return notes
