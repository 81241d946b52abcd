"""`helpdesk erase` as a process that dies before one of its statements; tests start it anew."""

import multiprocessing
import os
import signal
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


def erase(url: str, address: str, what: str, at: datetime, dies_at: int = 0) -> tuple[int, int]:
    """Type it; its exit status and how many statements it came to.

    dies_at: the statement before which it is killed, counted from 1; 0: none."""
    context = _context()
    count = context.Value("i", 0)
    process = context.Process(target=_type, args=(url, address, what, at, dies_at, count))
    process.start()
    process.join(100)
    status = process.exitcode
    assert status is not None, "it does not end"
    process.close()
    return status, int(count.value)


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def _type(url: str, address: str, what: str, at: datetime, dies_at: int, count: Any) -> None:
    from sqlalchemy import Engine, event
    from sqlalchemy.pool import Pool

    from terminal.call import Call
    from terminal.erase import erase as command

    def step(*_: object) -> None:
        count.value += 1
        if count.value == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def heard(statement: str) -> None:
        if not statement.startswith("--"):  # what SQLite does within a statement
            step()

    if url.startswith("sqlite"):
        event.listen(Pool, "connect", lambda connection, _: connection.set_trace_callback(heard))
    else:
        event.listen(Engine, "before_cursor_execute", step)
        event.listen(Engine, "commit", step)
    os.environ.update(NEEDED | {"DATABASE_URL": url})
    command.main(args=[address, f"--{what}", "--yes", "--json"], obj=Call(None, lambda: at))
