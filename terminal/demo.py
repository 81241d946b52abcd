"""`helpdesk demo`: the desk in a made-up workspace, to try it in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from terminal.call import Call, refusals


@click.command()
@click.option("--port", default=8025, show_default=True, help="Where the page is; 0 takes any free port.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where the database is kept, to go on later.")
@click.pass_obj
def demo(call: Call, port: int, folder: Path | None) -> None:
    """Try the whole desk on this machine: a local workspace page, made-up customers, no accounts.

    Example: helpdesk demo
    """
    from tempfile import TemporaryDirectory
    from threading import Event

    from config import load
    from sandbox.server import Sandbox
    from sandbox.story import tell
    from terminal.logs import write_logs
    from wiring import build

    with TemporaryDirectory(prefix="helpdesk-") as kept, Sandbox(port=port) as world:
        home = folder or Path(kept)
        home.mkdir(parents=True, exist_ok=True)
        config = load(None, demo_settings(world, f"sqlite:///{home / 'helpdesk.sqlite3'}"))
        write_logs(config)
        with refusals():
            parts = build(config, clock=call.now, machine=call.now)
        assert parts.listener is not None
        parts.start()
        world.deliver_mail_to = (parts.listener.host, parts.listener.port)
        click.echo(f"The desk is running. Open {world.url}   (Ctrl-C ends it)")
        tell(world.url)
        try:
            Event().wait()
        except KeyboardInterrupt:
            click.echo("\nEnding.")
        finally:
            parts.stop()


def demo_settings(world: Any, database: str) -> dict[str, str]:
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
