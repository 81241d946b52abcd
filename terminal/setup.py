"""What an operator asks while setting the desk up: the manifest, the sample file, and what would be used."""

from __future__ import annotations

from pathlib import Path

import click

from terminal.call import Call, refusals


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
    click.echo(f"\nThe settings can be used.  The desk is open from {opens:%A %d %B %Y %H:%M}.")


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
