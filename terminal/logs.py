"""Where log lines go and how they look: one for each event, with ids, and no words of customers."""

import hashlib
import hmac
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from config import Config


def write_logs(config: Config) -> None:
    """Send every log line to stderr: coloured on a terminal, JSON elsewhere, secrets taken out."""
    plain = config.log.format == "console" or (config.log.format == "auto" and sys.stderr.isatty())
    renderer: Any = structlog.dev.ConsoleRenderer() if plain else structlog.processors.JSONRenderer()
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _without_secrets,
            _Hashing(config),
            renderer,
        ],
        foreign_pre_chain=[
            structlog.stdlib.ExtraAdder(),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=config.log.level.upper(), handlers=[handler], force=True)
    handler.addFilter(_is_wanted)  # here, for some of them set the levels of their own loggers


def _is_wanted(record: logging.LogRecord) -> bool:
    least = (level for name, level in _TALKERS.items() if f"{record.name}.".startswith(f"{name}."))
    return record.levelno >= max(least, default=0)


_TALKERS = {
    "apscheduler": logging.CRITICAL,  # else a line for each beat; faults are told by sla.scheduler
    "alembic": logging.WARNING,
    "slack_bolt": logging.WARNING,
    "slack_sdk": logging.WARNING,
    "bot.socket": logging.INFO,  # the library writes each message into it that Slack brings
    "imapclient": logging.INFO,
    "markdown_it": logging.WARNING,
    "mail.log": logging.WARNING,  # aiosmtpd's
    "sqlalchemy": logging.WARNING,
}
"""Libraries that write what they carry into the log when they are asked to say more."""


class _Hashing:
    """Puts a name in the place of each address, the same for the same one, that nobody can turn back.

    The desk's own stay as they are."""

    def __init__(self, config: Config) -> None:
        boxes = (config.desk.address, *(box.address for box in config.mailboxes))
        self._own = frozenset(each.lower() for each in (*boxes, *_logins(config)))
        self._key = config.slack.bot_token.get_secret_value().encode()

    def __call__(self, _logger: Any, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
        return {
            key: _ADDRESS.sub(self._named, value) if isinstance(value, str) else value
            for key, value in line.items()
        }

    def _named(self, found: re.Match[str]) -> str:
        address = found[0].lower()
        if address in self._own:
            return found[0]
        return "address-" + hmac.new(self._key, address.encode(), hashlib.sha256).hexdigest()[:12]


def _logins(config: Config) -> tuple[str, ...]:
    """The names under which the desk reads and sends, which are addresses often."""
    given = (config.mail.imap.user, config.mail.smtp.user, *(box.user for box in config.mailboxes))
    return tuple(filter(None, given))


_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}")


def _without_secrets(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {
        key: _SECRET.sub("***", value) if isinstance(value, str) else value for key, value in line.items()
    }


_SECRET = re.compile(r"(xox[a-z]|xapp)-[\w-]+")
