"""The points around every commit and every call to the world outside, at which tests end the process."""

from collections.abc import Callable
from enum import StrEnum


class Point(StrEnum):
    """Each is reached in one place of the code; in two where Slack has two roads in, or mails two ways to be
    filed.

    The storm ends a desk at every one of them."""

    LISTENER_TOOK = "listener: a mail is here, nothing of it is kept"
    LISTENER_KEPT = "listener: a mail is kept, its server has not heard so"
    MAILBOX_FETCHED = "mailbox: a message is here, nothing of it is kept"
    MAILBOX_KEPT = "mailbox: a message is kept, and not marked"
    MAILBOX_MARKED = "mailbox: a message is kept and marked"
    INTAKE_TOOK = "intake: mails are taken, and not read"
    INTAKE_READ = "intake: a mail is read, and not filed"
    INTAKE_FILING = "intake: a mail is filed, and not committed"
    INTAKE_FILED = "intake: a mail is filed and committed"
    COMMITTING = "database: a change is written, and not committed"
    COMMITTED = "database: a change is committed, and nobody woken"
    COURIER_CLAIMED = "courier: a load is claimed, and nobody called"
    COURIER_CALLING = "courier: the sender is about to be asked"
    COURIER_CALLED = "courier: the sender has answered, nothing of it is written"
    COURIER_SETTLING = "courier: what came of a load is written, and not committed"
    COURIER_SETTLED = "courier: what came of a load is committed"
    SLACK_POSTING = "Slack: a message is about to be posted"
    SLACK_POSTED = "Slack: a message is posted, and not on record"
    SLACK_DRAWING = "Slack: a message is about to be drawn anew"
    SLACK_DRAWN = "Slack: a message is drawn anew, and not on record"
    SLACK_LOOKING = "Slack: a message is about to be looked for"
    SLACK_LOOKED = "Slack: a message was looked for, the finding is not on record"
    FILE_ADDRESSED = "files: Slack gave an address, which is not on record"
    FILE_SENT = "files: the bytes are in Slack, and not on record"
    FILE_SHARING = "files: on record that they are about to be shown"
    FILE_SHARED = "files: they are shown, and not on record"
    FILE_FETCHED = "files: the bytes of an agent's file are here, and not kept"
    FILE_KEPT = "files: an agent's file is kept"
    MAIL_WORDED = "mail: worded and kept, the mail server not called"
    SMTP_OPEN = "SMTP: connected and let in"
    SMTP_ANNOUNCED = "SMTP: sender and recipient are taken"
    SMTP_WRITTEN = "SMTP: the mail is written, without its final dot"
    SMTP_ENDED = "SMTP: the final dot is written, the answer not read"
    SMTP_TAKEN = "SMTP: the server has taken the mail, which is not on record"
    SLACK_HEARD = "Slack's request: it is here, nobody has looked at it"
    WINDOW_OPENED = "Slack's request: a window is open, which is not on record"
    CLICK_DONE = "Slack's request: what it asks for is written, and not committed"
    CLICK_COMMITTED = "Slack's request: what it asks for is committed"
    SLACK_ANSWERING = "Slack's request: dealt with, and not answered"
    SLACK_ANSWERED = "Slack's request: answered"
    SWEEP_DONE = "sweep: what was due is done, and not committed"
    SWEEP_COMMITTED = "sweep: what was due is committed"
    NEWS_TAKEN = "news of no ticket: on record that it is about to be told"
    NEWS_TOLD = "news of no ticket: told, and not on record"
    ANCHOR_WRITTEN = "anchor: written into its file, and not told"
    SUMMARY_BEGUN = "summary of new tickets: on record, and not posted"
    SUMMARY_TOLD = "summary of new tickets: posted or drawn anew, and not on record"
    MONTH_TAKEN = "month: on record that its mail is about to leave, or looked for"
    MONTH_SENT = "month: what came of its mail is known, and not on record"
    ALARM_TAKEN = "mail about an outage: on record that it is about to leave"
    ALARM_SENT = "mail about an outage: what came of it is known, and not on record"
    CANARY_TAKEN = "canary: on record that it is about to leave"
    CANARY_SENT = "canary: what came of it is known, and not on record"
    HOME_DRAWN = "App Home: drawn, and not published"
    HOME_PUBLISHED = "App Home: published"


Watch = Callable[[Point], None]

_watch: Watch | None = None


def reached(point: Point) -> None:
    """Say that this point of the code is reached.  Nobody listens but tests."""
    if _watch is not None:
        _watch(point)


def watch(by: Watch | None) -> None:
    """Have somebody told of each point that is reached from now on, in the thread that reaches it."""
    global _watch
    _watch = by
