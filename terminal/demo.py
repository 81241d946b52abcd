"""`helpdesk demo`: the desk in a made-up workspace, to try it in a browser."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import TYPE_CHECKING

import click

from terminal.call import EX_TEMPFAIL, Call, Refused, refusals

if TYPE_CHECKING:
    from sandbox.server import Sandbox
    from wiring.parts import Parts


@click.command()
@click.option("--port", default=8025, show_default=True, help="Where the page is; 0 takes any free port.")
@click.option("--empty", is_flag=True, help="Start clean, at the real time, without the guided story.")
@click.pass_obj
def demo(call: Call, port: int, empty: bool) -> None:
    """Try the whole desk on this machine: a local workspace page, made-up customers, no accounts.

    Nothing is kept: the database lies in a folder that is gone when the demo ends.

    Example: helpdesk demo
    """
    from terminal.story import friday_noon

    for ending in _ENDINGS:
        signal.signal(ending, lambda *_: sys.exit(0))  # so that the folder goes too
    begins = None if empty else friday_noon(call.now())
    try:
        with refusals(), TemporaryDirectory(prefix="helpdesk-") as home, _opened(port, begins) as world:
            _run(world, Path(home), call.now, told=not empty)
    except KeyboardInterrupt:
        click.echo("\nEnding.")


def _run(world: Sandbox, home: Path, machine: Callable[[], datetime], *, told: bool) -> None:
    parts = desk_in(world, home, machine=machine)
    try:
        click.echo(f"The desk is running. Open {world.url}   (Ctrl-C ends it)")
        if told:
            tell_story(world)
        while not Event().wait(1):  # a signal that comes just before a wait without end would not be seen
            pass
    finally:
        parts.stop()


@contextmanager
def _opened(port: int, begins: datetime | None) -> Iterator[Sandbox]:
    world = made_up_world(port, begins)
    try:
        world.start()
    except OSError as taken:
        free = "another demo may be running. Any free port: --port 0"
        raise Refused(
            f"Port {port} cannot be used ({os.strerror(taken.errno or 0)}): {free}", EX_TEMPFAIL
        ) from taken
    try:
        yield world
    finally:
        world.stop()


def made_up_world(port: int, begins: datetime | None) -> Sandbox:
    """Slack and mail as this desk needs them; begins: what its clock shows at the start, None for now."""
    from sandbox.installed import Installed
    from sandbox.server import Sandbox
    from terminal.setup import MANIFEST

    return Sandbox(port=port, at=begins, app=Installed.of(MANIFEST), sockets_age=False)


def desk_in(world: Sandbox, home: Path, *, machine: Callable[[], datetime]) -> Parts:
    """Start the desk by that world's clock, its database in the folder home.  machine: the real clock."""
    from config import load
    from terminal.logs import write_logs
    from wiring.whole import build, next_due

    settings = demo_settings(world, f"sqlite:///{home / 'helpdesk.sqlite3'}")
    config = load(None, settings | {"HELPDESK_DESK__UNDO_SECONDS": "5"})  # nobody waits long for the story
    write_logs(config)
    parts = build(config, clock=world.now, machine=machine)
    assert parts.listener is not None
    parts.start()
    world.deliver_mail_to = (parts.listener.host, parts.listener.port)
    world.follow(lambda: next_due(parts), lambda: parts.scheduler.wake("sweep"))
    return parts


def tell_story(world: Sandbox) -> None:
    """Let happen what came before, and begin the story on the page."""
    from sandbox.visitor import Visitor
    from terminal.story import STORY, earlier

    earlier(Visitor(world.url))
    world.tell(STORY)


def demo_settings(world: Sandbox, database: str) -> dict[str, str]:
    """The environment of a desk that lives in the sandbox."""
    return {
        "SLACK_BOT_TOKEN": world.bot_token,
        "SLACK_APP_TOKEN": world.app_token,
        "SLACK_SIGNING_SECRET": world.signing_secret,
        "SLACK_API_URL": world.api_url,
        "DATABASE_URL": database,
        "HELPDESK_DESK__ADDRESS": world.desk_address,
        "HELPDESK_SLACK__SUPPORT_CHANNEL": world.support_channel,
        "HELPDESK_SLACK__LEADS_CHANNEL": world.leads_channel,
        "HELPDESK_SLACK__LEADS_GROUP": world.leads_group,
        "HELPDESK_MAIL__LISTENER__ENABLED": "true",
        "HELPDESK_MAIL__LISTENER__PORT": "0",
        "HELPDESK_MAIL__SMTP__HOST": world.smtp_address[0],
        "HELPDESK_MAIL__SMTP__PORT": str(world.smtp_address[1]),
        "HELPDESK_WEB__PORT": "0",
        "HELPDESK_LOG__LEVEL": "warning",
    }


_ENDINGS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
