"""`helpdesk mail`: what customers are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from terminal.call import Call, refusals

if TYPE_CHECKING:
    from mail.letterhead import Letterhead
    from mail.notifications import Notification


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
    from mail.specimen import REPORT, compose_report
    from mail.templates.loading import LANGUAGES
    from settings.promised import policy_of
    from wiring.letters import letterhead_of

    known = {name: each.about for name, each in KINDS.items()} | {REPORT: "a client's month in figures"}
    if names:
        return click.echo("\n".join(f"{name:<20}{about}" for name, about in known.items()))
    if kind not in known:
        said = f"there is no mail {kind!r}" if kind else "which mail"
        raise click.UsageError(f"{said}; there are: {', '.join(known)}.")
    config = call.worded()
    chosen = language or config.desk.language
    if chosen not in LANGUAGES:
        raise click.UsageError(f"there are no mails in {chosen!r}; there are: {', '.join(LANGUAGES)}.")
    letterhead = letterhead_of(config)
    with refusals():
        templates = Templates(config.mail.templates)
        if kind == REPORT:
            letter, _ = compose_report(chosen, letterhead=letterhead, templates=templates, now=call.now())
            return _show(letter, letterhead, "boss@bakkerij.example", letter.subject, html=html)
        ticket, letter = compose_one(
            KINDS[kind], chosen, letterhead=letterhead, templates=templates,
            policy=policy_of(config), now=call.now(), asks_opinion=config.desk.asks_opinion,
        )  # fmt: skip
    to = f"{ticket.customer_name} <{ticket.customer}>"
    return _show(letter, letterhead, to, f"Re: {letter.subject}", html=html)


def _show(letter: Notification, letterhead: Letterhead, to: str, subject: str, *, html: bool) -> None:
    if html:
        return click.echo(letter.html, nl=False)
    click.echo(f"From: {letterhead.name} <{letterhead.address}>")
    click.echo(f"To: {to}")
    click.echo(f"Subject: {subject}\n")
    return click.echo(letter.text, nl=False)
