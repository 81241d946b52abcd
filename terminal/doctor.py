"""`helpdesk doctor`: whether everything that the desk needs is there, and what to mend."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.call import EX_CONFIG, EX_TEMPFAIL, Call, refusals

if TYPE_CHECKING:
    from config import Config
    from desk.finding import Finding
    from store.database import Database
    from wiring.postroom import Postroom


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One object: ok, and the findings as a list.")
@click.option("--send-to", metavar="ADDRESS", help="Also send a test mail there.")
@click.option("--post", "posts", is_flag=True, help="Also post a message in the channel and delete it.")
@click.pass_context
def doctor(context: click.Context, as_json: bool, send_to: str | None, posts: bool) -> None:
    """Log in to the database, the mailboxes, the mail server and Slack, and say what to mend.

    Changes nothing and sends nothing, unless --send-to or --post asks for it; in the database it only notes
    when it last tried to write.  Exit status 0: all is well, perhaps
    with notes; 75: the other side does not answer; 78: settings have to be mended.

    Example: helpdesk doctor --send-to you@example.com
    """
    from desk.finding import Health

    call: Call = context.obj
    found = []
    with refusals():
        for finding in _findings(call, send_to, posts=posts):
            found.append(finding)
            if not as_json:
                click.echo(_line(finding))
    healths = {finding.health for finding in found}
    if as_json:
        click.echo(json.dumps(_object(found), ensure_ascii=False, indent=2))
    if Health.MEND in healths:
        context.exit(EX_CONFIG)
    if Health.AWAY in healths:
        context.exit(EX_TEMPFAIL)


def _findings(call: Call, send_to: str | None, *, posts: bool) -> Iterator[Finding]:
    from store.database import Database
    from terminal import surroundings
    from wiring.postroom import Postroom

    config = call.settings()
    yield from surroundings.examine(config, call.settings_file(), os.environ)
    db = Database(config.database.url.get_secret_value())
    try:
        yield from _database(config, db, call.now)
        post = Postroom(config, db, call.now)
        yield from _mailboxes(config, post, call.now())
        yield from _servers(post, send_to, call.now())
        yield _canary(config, db)
        yield from _slack(config, call.now(), posts=posts)
    finally:
        db.close()


def _database(config: Config, db: Database, clock: Callable[[], datetime]) -> Iterator[Finding]:
    from desk.finding import Finding, Health
    from store import examining, schema
    from store.database import Unavailable

    file = db.engine.url.database if db.is_sqlite else None
    kind = f"SQLite in {file}" if file else f"PostgreSQL at {db.engine.url.host}"
    try:
        standing = "none" if file and not Path(file).exists() else schema.standing(db)
        if standing == "none" and _keeps_tokens(config):
            schema.upgrade(db)  # a refresh token that is exchanged for a newer one must not be lost
            standing = "current"
    except Unavailable as problem:
        yield Finding("database", str(problem), Health.AWAY, "check DATABASE_URL, or wait for the database")
        return
    match standing:
        case "current":
            yield Finding("database", f"{kind}: reachable, with this version's schema")
            yield from _careless(db)
            yield from examining.examine(db, clock=clock)
            yield from _desks_gone(config, db)
        case "newer":
            mend = "install the version of the desk that wrote it, or a newer one"
            yield Finding("database", f"{kind}: a newer version's schema", Health.MEND, mend)
        case _:
            words = "empty" if standing == "none" else "an older version's schema"
            yield Finding("database", f"{kind}: {words}", Health.NOTE, "the next `helpdesk serve` sees to it")


def _careless(db: Database) -> Iterator[Finding]:
    """A server that does not wait for its disk: what the desk said that it keeps may go with a power cut."""
    from desk.finding import Finding, Health

    if db.is_sqlite:
        return
    from store import server

    with db.read() as session:
        off = server.careless(session)
    if off:
        words = f"the server may lose what it said it has: {', '.join(off)} off"
        yield Finding("database", words, Health.NOTE, "switch it on in postgresql.conf")


def _desks_gone(config: Config, db: Database) -> Iterator[Finding]:
    """Tickets of desks that were taken out of the settings, or called otherwise."""
    from desk.finding import Finding, Health
    from store import tickets

    known = {"", *(desk.name for desk in config.desks)}
    with db.read() as session:
        standing = tickets.open_by_desk(session)
    for name, count in sorted(standing.items()):
        if name not in known:
            words = f"of the desk {name!r}, which no setting names, there are {count} tickets not closed yet"
            mend = f"the people of {config.desk.name} work them; to give them back, name a desk so again"
            yield Finding("desks", words, Health.NOTE, mend)


def _keeps_tokens(config: Config) -> bool:
    return any(each.refresh_token for each in (config.mail.oauth, *(box.oauth for box in config.mailboxes)))


def _mailboxes(config: Config, post: Postroom, now: datetime) -> Iterator[Finding]:
    from desk.finding import Finding, Health
    from mail.examining import Examination
    from mail.marking import After

    accounts = list(post.accounts())
    if not accounts and not config.mail.listener.enabled:
        mend = "set mail.imap, [[mailboxes]] or mail.listener, unless mail comes by `helpdesk deliver`"
        yield Finding("mailbox", "no mailbox is read and no mail is listened for", Health.NOTE, mend)
    for address, account, imap in accounts:
        yield from Examination(
            part=f"mailbox {address}", account=account, now=now, context=post.trust,
            after=After(imap.after_reading, imap.move_to or ""), trusted=config.mail.trusted_authserv,
        ).findings()  # fmt: skip


def _servers(post: Postroom, send_to: str | None, now: datetime) -> Iterator[Finding]:
    from mail import examining_smtp

    senders = post.senders()
    for server in dict.fromkeys(sender.server for sender in senders):
        yield from examining_smtp.examine(f"smtp {server.host}", server, now=now)
    for sender in senders if send_to else ():
        part = f"smtp {sender.server.host}"
        yield examining_smtp.send_test(part, sender.server, sender.address, send_to or "", now=now)


def _canary(config: Config, db: Database) -> Finding:
    from desk.finding import Finding, Health
    from mail import canary
    from store.database import Unavailable

    if not config.watch.canary:
        mend = "set watch.canary = true: nothing else notices a mail server that loses mail"
        return Finding("canary", "off: the desk does not mail itself", Health.NOTE, mend)
    if not (config.mail.imap.host or config.mailboxes or config.mail.listener.enabled):
        mend = "read the mailbox of desk.address, or set watch.canary = false"
        return Finding("canary", "on, and no mail can come back to the desk", Health.MEND, mend)
    try:
        home = canary.known(db).whole
    except Unavailable as problem:
        return Finding("canary", str(problem), Health.AWAY, "wait for the database")
    came = f"one that left at {home[:16]}Z came home" if home else "none came home yet"
    return Finding("canary", f"on, every {config.watch.canary_minutes} minutes: {came}")


def _slack(config: Config, now: datetime, *, posts: bool) -> Iterator[Finding]:
    import yaml

    from bot import examining
    from bot.app import write_client
    from terminal.setup import MANIFEST

    slack = config.slack
    scopes = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))["oauth_config"]["scopes"]["bot"]
    channels = {"support_channel": slack.support_channel, "leads_channel": slack.leads_channel}
    for desk in config.desks:
        channels[f"support_channel of {desk.name}"] = desk.support_channel
        if desk.leads_channel:
            channels[f"leads_channel of {desk.name}"] = desk.leads_channel
    groups = {"leads_group": slack.leads_group} if slack.leads_group else {}
    groups |= {f"leads_group of {each.name}": each.leads_group for each in config.desks if each.leads_group}
    token = slack.app_token if slack.mode == "socket" else None
    expected = examining.Expected(
        scopes=scopes, channels=channels, groups=groups, shared=slack.shared_channels,
        app_token=token.get_secret_value() if token else None,
        posts_in=slack.support_channel if posts else None,
    )  # fmt: skip
    client = write_client(slack.bot_token.get_secret_value(), api=slack.api_url)
    yield from examining.examine(client, expected, now=now)


def _line(finding: Finding) -> str:
    line = _printable(f"{finding.health:<5} {finding.part}: {finding.said}")
    return f"{line}\n      -> {_printable(finding.mend)}" if finding.mend else line


def _printable(text: str) -> str:
    """Servers and strangers' mails have a say in it: nothing of theirs may act on a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def _object(found: list[Finding]) -> dict[str, object]:
    return {
        "ok": all(finding.health in ("ok", "note") for finding in found),
        "findings": [
            {"part": each.part, "health": each.health, "said": each.said, "mend": each.mend} for each in found
        ],
    }
