"""`helpdesk erase` as a process that dies before one of its statements; tests start it anew."""

import multiprocessing
import os
import signal
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.context import ForkServerContext
from typing import Any

NEEDED = {
    "SLACK_BOT_TOKEN": "xoxb-1-bot-secret-9876",
    "SLACK_APP_TOKEN": "xapp-1-app-secret-5432",
    "HELPDESK_SLACK__SUPPORT_CHANNEL": "C0SUPPORT",
    "HELPDESK_SLACK__LEADS_CHANNEL": "C0LEADS",
}
_PRELOADED = ["psycopg", "terminal.erase", "store.erasing", "store.schema", "settings.promised", __name__]


_MOST = 4_000


@dataclass(frozen=True)
class Typed:
    """steps: statements that it came to; commits: which of them, counted from 1, are commits."""

    status: int
    steps: int
    commits: list[int]


def erase(url: str, address: str, what: str, at: datetime, dies_at: int = 0) -> Typed:
    """Type it.  dies_at: the statement before which it is killed, counted from 1; 0: none."""
    context = _context()
    count, commits = context.Value("i", 0), context.Array("b", _MOST)
    process = context.Process(target=_type, args=(url, address, what, at, dies_at, count, commits))
    process.start()
    process.join(100)
    status = process.exitcode
    assert status is not None, "it does not end"
    process.close()
    return Typed(status, int(count.value), [step for step, is_one in enumerate(commits) if is_one])


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def _type(url: str, address: str, what: str, at: datetime, dies_at: int, count: Any, commits: Any) -> None:
    from sqlalchemy import Engine, event
    from sqlalchemy.pool import Pool

    from terminal.call import Call
    from terminal.erase import erase as command

    def step(*_: object, commits_now: bool = False) -> None:
        count.value += 1
        commits[count.value] = commits_now
        if count.value == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def heard(statement: str) -> None:
        if not statement.startswith("--"):  # what SQLite does within a statement
            step(commits_now=statement == "COMMIT")

    if url.startswith("sqlite"):
        event.listen(Pool, "connect", lambda connection, _: connection.set_trace_callback(heard))
    else:
        event.listen(Engine, "before_cursor_execute", step)
        event.listen(Engine, "commit", lambda _: step(commits_now=True))
    os.environ.update(NEEDED | {"DATABASE_URL": url})
    command.main(args=[address, f"--{what}", "--yes", "--json"], obj=Call(None, lambda: at))
