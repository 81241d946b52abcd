"""`helpdesk serve`: the desk itself, until it is told to stop."""

from __future__ import annotations

import logging
import re
from socket import AF_INET, AF_INET6, create_server
from typing import TYPE_CHECKING

import click

from terminal.call import EX_CONFIG, Call, Refused, refusals

if TYPE_CHECKING:
    from terminal.stopping import Stopping
    from wiring.parts import Parts

log = logging.getLogger("helpdesk")


@click.command()
@click.pass_obj
def serve(call: Call) -> None:
    """Run the desk until it is told to stop.

    Example: helpdesk --config /etc/helpdesk.toml serve
    """
    from terminal import memory
    from terminal.logs import write_logs
    from terminal.stopping import Stopping

    stopping = Stopping()  # first of all: as the only process of a container nobody ends us otherwise
    memory.share()
    config = call.settings()
    write_logs(config)
    from store.alone import alone
    from wiring.whole import build  # half of the start: settings that cannot be used are told before it

    with refusals(), alone(config.database.url.get_secret_value()):
        parts = build(config, clock=call.now, machine=call.now)
        _know_the_workspace(parts)
        _run(parts, stopping)


def _know_the_workspace(parts: Parts) -> None:
    """Refuse a token that Slack refuses.  A Slack that does not answer is waited for while mail comes in."""
    from bot.people import SlackSilent

    try:
        home = parts.people.home()
    except SlackSilent as silent:
        if reason := _REFUSED_TOKEN.search(str(silent)):
            mend = "copy it again in Slack's page of your app: OAuth & Permissions, Bot User OAuth Token"
            raise Refused(f"Slack refuses SLACK_BOT_TOKEN ({reason[0]}); {mend}.", EX_CONFIG) from silent
        log.warning("%s; the desk goes on and keeps trying", silent)
    else:
        log.info("the desk works in workspace %s", home.team)


_REFUSED_TOKEN = re.compile(r"invalid_auth|not_authed|account_inactive|token_revoked|token_expired")


def _run(parts: Parts, stopping: Stopping) -> None:
    from terminal.serving import Server

    web = parts.config.web
    family = AF_INET6 if ":" in web.host else AF_INET
    # Ours, not uvicorn's: a port that is taken is told of like every other refusal, before mail comes in.
    with create_server((web.host, web.port), family=family) as door:
        server = Server.of(parts.web)
        stopping.ends(server)
        try:
            parts.start()
            log.info("the desk is at work")
            server.run(sockets=[door])
        finally:
            log.info("stopping")
            with stopping.in_time():
                ended = parts.stop()
            log.info("stopped")
    if not ended:
        stopping.end_at_once()  # what hangs has let go of everything, and would be waited for
