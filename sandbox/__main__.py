"""The sandbox from the command line, for any bot: python -m sandbox --manifest manifest.yml --port 8025"""

import argparse
import signal
import threading
from pathlib import Path

from sandbox.installed import Installed, ManifestRefused
from sandbox.server import Sandbox


def main() -> None:
    asked, ended = _parser().parse_args(), threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):  # said here, for a shell that starts us behind its back
        signal.signal(ending, lambda *_: ended.set())
    try:
        app = Installed.of(asked.manifest) if asked.manifest else Installed()
    except (OSError, ManifestRefused) as refused:
        raise SystemExit(f"{asked.manifest}: {refused}") from refused
    with Sandbox(
        port=asked.port,
        smtp_port=asked.smtp_port,
        app=app,
        limits="none" if asked.no_limits else "slack",
        request_url=asked.request_url,
    ) as world:
        print(_told(world), flush=True)
        while not ended.wait(1):  # a signal that comes just before a wait without end would not be seen
            pass


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A Slack on this machine.")
    parser.add_argument("--manifest", type=Path, help="what the app may do and hear; without it, everything")
    parser.add_argument("--port", type=int, default=8025, help="of Slack, the page and the control API")
    parser.add_argument("--smtp-port", type=int, default=0, help="of the server that takes mail")
    parser.add_argument("--request-url", default="", help="deliver by signed HTTP there, not by Socket Mode")
    parser.add_argument("--no-limits", action="store_true", help="let calls through however many come")
    return parser


def _told(world: Sandbox) -> str:
    host, port = world.smtp_address
    return (
        f"The workspace is at {world.url}   (Ctrl-C ends it)\n"
        f"SLACK_API_URL={world.api_url}\n"
        f"SLACK_BOT_TOKEN={world.bot_token}\n"
        f"SLACK_APP_TOKEN={world.app_token}\n"
        f"SLACK_SIGNING_SECRET={world.signing_secret}\n"
        f"SMTP={host}:{port}"
    )


if __name__ == "__main__":
    main()
