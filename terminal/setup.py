"""What an operator asks while setting the desk up: the manifest, the sample file, and what would be used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.call import Call, refusals

if TYPE_CHECKING:
    from config import Config


@click.command()
@click.pass_obj
def check(call: Call) -> None:
    """Show what would be used and where each value comes from; secrets are masked.

    Example: helpdesk check
    """
    from config import describe
    from mail.notifications import Templates
    from settings.promised import policy_of

    config = call.settings()
    for line in describe(config):
        click.echo(line)
    with refusals():
        Templates(config.mail.templates)
        opens = policy_of(config).hours.next_opening(call.now()).astimezone(config.desk.timezone)
    click.echo(f"\n{_how_customers_answer(config)}")
    click.echo(f"The settings can be used.  The desk is open from {opens:%A %d %B %Y %H:%M}.")


def _how_customers_answer(config: Config) -> str:
    """What has to be done so that the links in mails lead somewhere; Socket Mode alone opens no door."""
    web = config.web
    if not web.public_address:
        return "Customers answer by replying.  With web.public_address their mails have a link as well."
    needed = "" if config.slack.mode == "http" else "  Socket Mode needs no way in; these pages do."
    return (
        f"Customers answer by replying, or at {web.public_address}: have your web server hand on /approve/ "
        f"and /opinion/, and no other path but Slack's, to http://{web.host}:{web.port}/.{needed}"
    )


@click.command()
@click.option("--http", "url", help="For HTTP mode: the address under which Slack reaches the desk.")
def manifest(url: str | None) -> None:
    """Print the manifest of the Slack app, for Socket Mode or for HTTP.

    Example: helpdesk manifest --http https://desk.example.com
    """
    from bot.manifest import http_variant

    text = MANIFEST.read_text(encoding="utf-8")
    try:
        click.echo(http_variant(text, url) if url else text, nl=False)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from problem


@click.command("example-config")
def example_config() -> None:
    """Print helpdesk.example.toml: every setting, its default and what it is for.

    Example: helpdesk example-config > helpdesk.toml
    """
    from config import example

    click.echo(example(), nl=False)


MANIFEST = Path(__file__).parent.parent / "manifest.yml"
