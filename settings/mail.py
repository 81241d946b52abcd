"""The table of helpdesk.toml about mail, and those within it but for the mailboxes and the files."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from desk.blocking import names_of
from settings.files import Files
from settings.mailboxes import Imap, OAuth, Smtp
from settings.section import Section
from settings.values import COLOUR, PICTURE, Address, Language, Port, Sender, Unfit, Whole


class Listener(Section):
    enabled: bool = Field(default=False, description="Whether the desk accepts mail itself")
    host: str = Field(default="127.0.0.1", description="Where it listens")
    port: Port = Field(default=2525, description="The port for that; 0 takes any free one")
    protocol: Literal["smtp", "lmtp"] = Field(default="smtp", description="smtp or lmtp")
    max_bytes: Annotated[Whole, Field(ge=1024)] = Field(
        default=35_000_000, description="The largest mail that is accepted"
    )


class Journal(Section):
    address: Address | None = Field(
        default=None,
        description="An address of the desk's mailbox that gets a copy of every mail, as proof that it left",
        examples=["help+sent@example.com"],
    )
    folder: str | None = Field(
        default=None,
        description="The folder of [mail.imap] in which the mail server keeps what it sent, if it does",
        examples=["Sent"],
        min_length=1,
    )


class Brand(Section):
    signature: str | None = Field(
        default=None,
        description="What stands below every mail, in Markdown",
        examples=["**Example BV** · [example.com](https://example.com)\n+31 20 000 0000"],
    )
    address_line: str | None = Field(
        default=None,
        description="Who and where the company is, in one line",
        examples=["Example BV, Keizersgracht 1, 1015 CJ Amsterdam, KvK 00000000"],
    )
    logo: Annotated[str, PICTURE] | None = Field(
        default=None,
        description="The web address of a picture, shown 28 pixels high",
        examples=["https://example.com/logo.png"],
    )
    colour: Annotated[str, COLOUR] = Field(
        default="#1a5fb4", description="The colour of the line above the signature"
    )


_Count = Annotated[Whole, Field(ge=1, le=1000)]


class Limits(Section):
    of_sender: _Count = Field(
        default=20, description="Mails of one sender in ten minutes that are told; the others are counted"
    )
    on_ticket: _Count = Field(default=30, description="The same for the mails on one ticket")
    of_strangers: _Count = Field(
        default=20, description="New tickets a minute of people who never wrote; the others are counted"
    )
    confirmations: _Count = Field(
        default=30, description="Mails a minute that the desk answers by itself, all senders together"
    )


class Mail(Section):
    templates: Path | None = Field(
        default=None, description="A folder whose templates replace the built-in ones", examples=["templates"]
    )
    languages: tuple[Language, ...] = Field(
        default=("nl", "en"),
        description="The languages in which customers are answered who write in them: of nl, en, de, fr",
        examples=[["nl", "en", "de", "fr"]],
    )
    trusted_authserv: str | None = Field(
        default=None,
        description="The authserv-id of your own mail server, whose Authentication-Results are believed",
        examples=["mx.example.com"],
    )
    message_secret: Annotated[SecretStr, Field(min_length=16)] | None = Field(
        default=None,
        description="Signs our Message-IDs; made once and kept in the database where it is not set",
        examples=["at-least-16-characters"],
    )
    received_by: tuple[str, ...] = Field(
        default=(),
        description='Your own mail servers, as they name themselves behind "by" in Received: with mail that '
        "they hand to the listener or to `helpdesk deliver`, clocks start when they received it",
        examples=[["mx.example.com"]],
    )
    ca_file: Path | None = Field(
        default=None,
        description="Certificates of authorities of your own, trusted beside the system's",
        examples=["our-authority.pem"],
    )
    oauth: OAuth = OAuth()
    reply_tags: bool = Field(
        default=False,
        description="Whether answers come to help+TAG@..., if your mail server takes such mail",
    )
    agents: tuple[Address, ...] = Field(
        default=(),
        description="The agents' mail addresses: what they forward opens a ticket for whoever wrote it",
        examples=[["robin@example.com"]],
    )
    blocked: tuple[Sender, ...] = Field(
        default=(),
        description="Addresses and domains whose mail is kept and not read",
        examples=[["spam.example", "someone@example.net"]],
    )
    limits: Limits = Limits()
    files: Files = Files()
    imap: Imap = Imap()
    listener: Listener = Listener()
    smtp: Smtp = Smtp()
    journal: Journal = Journal()
    brand: Brand = Brand()


def refuse_deafness(blocked: Iterable[str], ours: Iterable[str]) -> None:
    """Refuse to block an address of the desk itself, or a domain that it is in.  Raises Unfit."""
    held = {name: address for address in ours for name in names_of(address)}
    for sender in blocked:
        if sender in held:
            itself = "the desk itself" if "@" in sender else f"a domain of {held[sender]}, the desk itself"
            mend = "take it out; it would not hear what its own addresses send"
            raise Unfit(f"{sender} is {itself}", mend, at="mail.blocked")
