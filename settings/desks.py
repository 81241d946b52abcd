"""[[desks]]: more desks beside the first, each with a channel, leads and a language of its own."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from desk.company import is_provider
from desk.folding import words_of
from settings.section import Section
from settings.values import CHANNEL, GROUP, USER, Address, Language, Unfit

_OF_PATTERNS = re.compile(r"[*^\\|]")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


def _plain_words(text: str) -> str:
    if _OF_PATTERNS.search(text):
        raise Unfit(f"{text!r} is a pattern", "write plain words, and one entry for each wording")
    if not words_of(text):
        raise Unfit(f"{text!r} has no word", "write what stands in the subject, like invoice")
    return text


class MoreDesk(Section):
    name: str = Field(
        description="What it is called; tickets remember it",
        examples=["Sales"],
        pattern=r"^[^\W_][\w .&/-]{0,39}$",
    )
    support_channel: Annotated[str, CHANNEL] = Field(
        description="Where its cards go; full members of this channel are its agents",
        examples=["C0123456780"],
    )
    leads_channel: Annotated[str, CHANNEL] | None = Field(
        default=None, description="Where its leads are warned; else that of [slack]", examples=["C0987654320"]
    )
    leads: tuple[Annotated[str, USER], ...] = Field(
        default=(), description="Its team leads, as user ids; where it names nobody, those of [slack]"
    )
    leads_group: Annotated[str, GROUP] | None = Field(
        default=None, description="Its team leads, as the id of a Slack user group", examples=["S0123456780"]
    )
    language: Language | None = Field(
        default=None, description="The language of its mails where nothing else decides", examples=["nl"]
    )
    addresses: tuple[Address, ...] = Field(
        default=(),
        description="It gets what is written to these addresses of yours",
        examples=[["sales@example.com"]],
    )
    clients: tuple[str, ...] = Field(
        default=(),
        description="It gets what these clients write: a contract's name, or a mail domain",
        examples=[["Example BV", "example.org"]],
    )
    subjects: tuple[Annotated[str, AfterValidator(_plain_words)], ...] = Field(
        default=(),
        description="It gets mail with these words in its subject, in this order; capitals do not matter",
        examples=[["invoice", "credit note"]],
    )

    @model_validator(mode="after")
    def _gets_something(self) -> Self:
        if not (self.addresses or self.clients or self.subjects):
            raise Unfit(f"nothing would ever reach {self.name}", "give it addresses, clients or subjects")
        return self

    @property
    def has_leads(self) -> bool:
        """Whether it names its own."""
        return bool(self.leads or self.leads_group)

    def claims(self) -> Iterator[tuple[str, str]]:
        """What it gets, each as the setting that says so and the value, as values are compared."""
        yield from (("addresses", each.lower()) for each in self.addresses)
        yield from (("clients", each.lower()) for each in self.clients)
        yield from (("subjects", " ".join(words_of(each))) for each in self.subjects)


def refuse_unfit(
    desks: Sequence[MoreDesk], *, name: str, channel: str, addresses: Sequence[str], contracts: Sequence[str]
) -> None:
    """Refuse desks that do not go together with the rest.  Raises Unfit.

    name, channel: of the first desk; addresses: all of the house's own; contracts: names of clients."""
    names, channels, claimed = {name.lower(): name}, {channel: name}, dict[tuple[str, str], str]()
    for desk in desks:
        if desk.name.lower() in names:
            raise Unfit(f"two desks are called {desk.name}", "give each a name of its own")
        if desk.support_channel in channels:
            both = f"{channels[desk.support_channel]} and {desk.name}"
            raise Unfit(f"{both} have the same support_channel", "give each a channel of its own")
        _refuse_unknown(desk, addresses, contracts)
        for claim in desk.claims():
            if claimed.setdefault(claim, desk.name) is not desk.name:
                raise Unfit(f"{claim[1]} goes to {claimed[claim]} and to {desk.name}", "leave it to one")
        names[desk.name.lower()] = channels[desk.support_channel] = desk.name


def _refuse_unknown(desk: MoreDesk, addresses: Sequence[str], contracts: Sequence[str]) -> None:
    ours, clients = {each.lower() for each in addresses}, {each.lower() for each in contracts}
    for address in desk.addresses:
        if address.lower() not in ours:
            raise Unfit(
                f"{desk.name}: {address} is no address of yours", f"name one of {', '.join(addresses)}"
            )
    for client in desk.clients:
        if client.lower() not in clients and not _DOMAIN.fullmatch(client.lower()):
            mend = "write a name as it stands in [[contracts]], or a mail domain, like example.org"
            raise Unfit(f"{desk.name}: no client is called {client!r}", mend)
        if is_provider(client):
            raise Unfit(f"{desk.name}: at {client} anybody has a mailbox", "name a contract instead")
