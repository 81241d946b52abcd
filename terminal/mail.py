"""`helpdesk mail`: what customers are sent."""

from __future__ import annotations

import click

from terminal.call import Call, refusals


@click.group()
def mail() -> None:
    """Look at the mails that customers get.

    Example: helpdesk mail preview replied --language nl
    """


@mail.command()
@click.argument("kind", required=False)
@click.option("--language", help="nl, en, de or fr.  Default: desk.language.")
@click.option("--html", is_flag=True, help="The HTML part instead of the text.")
@click.option("--list", "names", is_flag=True, help="Name the kinds of mail there are.")
@click.pass_obj
def preview(call: Call, kind: str | None, language: str | None, html: bool, names: bool) -> None:
    """Print a mail as the customer would get it now, about a made-up ticket.

    Your templates, [mail.brand], hours and promises count; no token is needed, and nothing is sent.

    Example: helpdesk mail preview asked --language nl --html > mail.html
    """
    from mail.notifications import Templates
    from mail.preview import KINDS, compose_one
    from mail.templates.loading import LANGUAGES
    from settings.promised import policy_of
    from wiring.letters import letterhead_of

    if names:
        return click.echo("\n".join(f"{name:<20}{each.about}" for name, each in KINDS.items()))
    if kind not in KINDS:
        said = f"there is no mail {kind!r}" if kind else "which mail"
        raise click.UsageError(f"{said}; there are: {', '.join(KINDS)}.")
    config = call.worded()
    chosen = language or config.desk.language
    if chosen not in LANGUAGES:
        raise click.UsageError(f"there are no mails in {chosen!r}; there are: {', '.join(LANGUAGES)}.")
    letterhead = letterhead_of(config)
    with refusals():
        ticket, letter = compose_one(
            KINDS[kind], chosen, letterhead=letterhead, templates=Templates(config.mail.templates),
            policy=policy_of(config), now=call.now(), asks_opinion=config.desk.asks_opinion,
        )  # fmt: skip
    if html:
        return click.echo(letter.html, nl=False)
    click.echo(f"From: {letterhead.name} <{letterhead.address}>")
    click.echo(f"To: {ticket.customer_name} <{ticket.customer}>")
    click.echo(f"Subject: Re: {letter.subject}\n")
    return click.echo(letter.text, nl=False)
