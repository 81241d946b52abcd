"""The tables of helpdesk.toml that say where mail is read, and through which server it leaves."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from settings.section import Section
from settings.values import Address, Allowed, Language, Port, Token, Unfit, https_url, refuse_plain_text


class OAuth(Section):
    token_url: Annotated[str, AfterValidator(https_url)] | None = Field(
        default=None,
        description="Where access tokens are had, for servers that take no passwords (OAuth 2.0)",
        examples=["https://oauth2.googleapis.com/token"],
    )
    client_id: str | None = Field(
        default=None, description="The application's id", examples=["0000-example"], min_length=1
    )
    client_secret: Token | None = Field(
        default=None, description="The application's secret", examples=["example"]
    )
    refresh_token: Token | None = Field(
        default=None,
        description="What the mailbox's user has signed in for; without it the application asks for itself",
        examples=["example"],
    )
    scope: str | None = Field(
        default=None, description="What is asked for", examples=["https://mail.google.com/"]
    )


class Imap(Section):
    host: str | None = Field(
        default=None,
        description="The mailbox's server; no mailbox is read without",
        examples=["imap.example.com"],
    )
    port: Port = Field(default=993, description="Its port")
    tls: Literal["tls", "starttls", "none"] = Field(default="tls", description="tls, starttls or none")
    allow_plain_text: bool = Field(
        default=False, description="Whether mail and password may cross a network with tls = none"
    )
    user: str | None = Field(default=None, description="Who logs in", examples=["help@example.com"])
    password: Token | None = Field(
        default=None, description="The password for that; without it, OAuth 2.0", examples=["example"]
    )
    folder: str = Field(default="INBOX", description="The folder that is read", min_length=1)
    after_reading: Literal["leave", "seen", "move"] = Field(
        default="seen", description="What is done to a mail that the desk has kept: leave, seen or move"
    )
    move_to: str | None = Field(
        default=None, description="The folder for that; made if need be", examples=["Done"], min_length=1
    )
    poll_seconds: Allowed = Field(default=60, description="Seconds between two looks")
    idle: bool = Field(default=True, description="Whether the server may announce new mail in between (IDLE)")
    rescan_days: Allowed = Field(
        default=3, description="Days that every look goes back, for mail that somebody else read or moved in"
    )
    timeout_seconds: Allowed = Field(default=60, description="Seconds that the server may be silent")
    retry_seconds: Allowed = Field(
        default=5, description="Seconds before a failed connection is tried again; doubled each time"
    )

    @model_validator(mode="after")
    def _is_encrypted(self) -> Self:
        refuse_plain_text(self.host, self.tls, allowed=self.allow_plain_text)
        return self

    @model_validator(mode="after")
    def _moves_somewhere_else(self) -> Self:
        if self.after_reading == "move" and self.move_to in (None, self.folder):
            raise Unfit("names no other folder", 'set it, like move_to = "Done"', at="move_to")
        return self


class Smtp(Section):
    host: str = Field(default="localhost", description="The server that mails leave through", min_length=1)
    port: Port = Field(default=25, description="Its port")
    tls: Literal["starttls", "tls", "none"] = Field(default="none", description="starttls, tls or none")
    allow_plain_text: bool = Field(
        default=False, description="Whether mail and password may cross a network with tls = none"
    )
    user: str | None = Field(
        default=None, description="Who logs in; nobody without", examples=["help@example.com"]
    )
    password: Token | None = Field(
        default=None, description="The password for that; without it, OAuth 2.0", examples=["example"]
    )
    null_sender: bool = Field(
        default=True,
        description="Whether automatic mail names nobody to bounce to, where the server allows that",
    )

    @model_validator(mode="after")
    def _is_encrypted(self) -> Self:
        refuse_plain_text(self.host, self.tls, allowed=self.allow_plain_text)
        return self


class Box(Imap):
    """One more mailbox, whose customers are answered from its own address."""

    address: Address = Field(
        description="The mail address that customers write to", examples=["sales@example.com"]
    )
    name: str | None = Field(
        default=None,
        description="What the desk calls itself in these mails",
        examples=["Sales"],
        min_length=1,
    )
    language: Language | None = Field(
        default=None, description="The language of mails where nothing else decides", examples=["nl"]
    )
    host: str = Field(description="The mailbox's server", examples=["imap.example.com"], min_length=1)
    user: str = Field(description="Who logs in", examples=["sales@example.com"], min_length=1)
    oauth: OAuth = OAuth()
    smtp: Smtp = Smtp()

    @property
    def has_its_own_smtp(self) -> bool:
        """Whether its mails leave through another server than those of [mail.smtp]."""
        return "smtp" in self.model_fields_set
