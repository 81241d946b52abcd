"""The settings of a desk that reads its mailbox in the made-up world."""

from sandbox.server import Sandbox


def mailbox_of(world: Sandbox) -> dict[str, str]:
    """What a desk must be told so that it reads its mailbox there."""
    host, port = world.imap_address
    return {
        "HELPDESK_MAIL__IMAP__HOST": host,
        "HELPDESK_MAIL__IMAP__PORT": str(port),
        "HELPDESK_MAIL__IMAP__TLS": "none",
        "HELPDESK_MAIL__IMAP__USER": world.desk_address,
        "HELPDESK_MAIL__IMAP__PASSWORD": world.imap_password,
        "HELPDESK_MAIL__IMAP__POLL_SECONDS": "1",
    }


def mailbox_alone(world: Sandbox) -> dict[str, str]:
    """The same for one that accepts no mail by itself."""
    return mailbox_of(world) | {"HELPDESK_MAIL__LISTENER__ENABLED": "false"}
