"""The Slack app: its three clients, its gate, its listeners, its error handler."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from slack_bolt import App, BoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)

from bot import (
    answering,
    breaches,
    budgets,
    buttons,
    collected,
    commands,
    doubtful,
    gate,
    handing,
    home,
    missing,
    modals,
    quarantine,
    releasing,
    replying,
    resembling,
    reveal,
    shortcuts,
    snoozing,
    thread,
    undoing,
    wholemail,
    why,
    worktime,
)
from bot.house import House
from bot.report import Reports

SLACK_API = "https://slack.com/api/"

_LISTENERS = (
    *(buttons, breaches, modals, replying, undoing, worktime, budgets, resembling, shortcuts, snoozing),
    *(quarantine, doubtful, reveal, collected, missing, thread, why, wholemail, handing, releasing),
)

_TIMEOUT, _PATIENCE = 10, 5
_THREADS = 24

_LOOKED_FOR = (
    *("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_VERIFICATION_TOKEN"),
    *("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"),
)
"""What Bolt takes from the environment by itself.  What the desk uses of it config has read already."""


def write_client(token: str | None, *, api: str = SLACK_API) -> WebClient:
    """The client that changes things: it never tries again by itself, the outbox does."""
    return WebClient(token=token, base_url=api, timeout=_TIMEOUT, retry_handlers=[])


def read_client(token: str, *, api: str = SLACK_API) -> WebClient:
    """The client that asks: asking twice does no harm."""
    retries = [ConnectionErrorRetryHandler(2), RateLimitErrorRetryHandler(2), ServerErrorRetryHandler(2)]
    return WebClient(token=token, base_url=api, timeout=_TIMEOUT, retry_handlers=retries)


def people_client(token: str, *, api: str = SLACK_API) -> WebClient:
    """The client that asks who somebody is while they wait: not for as long as Slack would like it to."""
    retries = [ConnectionErrorRetryHandler(1), ServerErrorRetryHandler(1)]
    return WebClient(token=token, base_url=api, timeout=_PATIENCE, retry_handlers=retries)


def build(house: House, threads: Executor | None = None) -> App:
    """Build the app around the house.  Calls nobody yet.

    threads: where what need not be answered is done; a pool of its own where none is given."""
    threads = threads or ThreadPoolExecutor(_THREADS, "slack")
    homes = home.Homes(house, threads)

    def authorize(context: BoltContext) -> AuthorizeResult:
        home = house.people.home()  # Bolt's own way acknowledges, and so loses, an event when Slack is silent
        return AuthorizeResult(
            enterprise_id=context.enterprise_id,
            team_id=home.team,
            bot_token=house.slack.token,
            bot_id=home.bot,
            bot_user_id=home.user,
        )

    with _nothing_to_find():
        app = App(
            name="helpdesk",
            client=write_client(None, api=house.slack.base_url),
            authorize=authorize,
            process_before_response=True,
            listener_executor=threads,
            token_verification_enabled=False,
            ignoring_self_events_enabled=False,  # bot.gate does it: that ours were deleted is news
            request_verification_enabled=False,  # bot.web does it, on the raw bytes, before parsing
        )
    answering.register(app, house.slack)
    offers = undoing.Offers(house, threads)
    gate.register(app, replace(house, acted=homes.acted, mailed=offers.mailed))
    listen(app, house, threads, homes)
    return app


@contextmanager
def _nothing_to_find() -> Iterator[None]:
    """Meanwhile the environment names nothing that Bolt would take, or warn that it will not."""
    kept = {name: os.environ.pop(name) for name in _LOOKED_FOR if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def listen(app: App, house: House, threads: Executor, homes: home.Homes) -> None:
    """Register every listener there is; bot.rights has a row for each."""
    for listeners in _LISTENERS:
        listeners.register(app)
    commands.register(app, Reports(house, threads))
    home.register(app, homes)
