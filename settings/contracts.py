"""The tables of helpdesk.toml about one client: what it was promised that others were not."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from settings.hours import Hours
from settings.promises import Promises, refuse_odd
from settings.section import Section
from settings.values import Address, Allowed, Domain, Language, Unfit, no_switch


class Goals(Section):
    urgent: Allowed | None = None
    high: Allowed | None = None
    medium: Allowed | None = None
    low: Allowed | None = None


class Contract(Section):
    name: str = Field(description="The client", min_length=1, examples=["Example BV"])
    domains: tuple[Domain, ...] = Field(
        default=(), description="Mail domains of the client", examples=[["example.com"]]
    )
    addresses: tuple[Address, ...] = Field(
        default=(), description="Single addresses; they beat domains", examples=[["someone@example.org"]]
    )
    language: Language | None = Field(
        default=None, description="The language of the client's mails", examples=["nl"]
    )
    rate: Annotated[Decimal, BeforeValidator(no_switch), Field(ge=0)] = Field(
        default=Decimal(125), description="EUR per hour, excluding VAT"
    )
    first_response: Goals = Field(
        default_factory=Goals, description="Targets that differ from [promises]", examples=[{"urgent": 4}]
    )
    recovery: Goals = Field(
        default_factory=Goals, description="The same for recovery", examples=[{"urgent": 6}]
    )
    approvers: tuple[Address, ...] = Field(
        default=(),
        description="Who may approve a budget; where nobody is named, the ticket's own customer",
        examples=[["boss@example.com"]],
    )
    hours: Hours | None = Field(
        default=None,
        description="Business hours that differ from [hours]",
        examples=[{"week": {"sat": ["10:00-14:00"]}}],
    )

    @model_validator(mode="after")
    def _matches_somebody(self) -> Self:
        if not self.domains and not self.addresses:
            raise Unfit("matches nobody", "give it domains or addresses")
        return self

    def fits(self, general: Promises) -> None:
        """Refuse its targets together with those it does not change.  Raises Unfit."""
        own = [{name: hours for name, hours in table if hours is not None}
               for table in (self.first_response, self.recovery)]  # fmt: skip
        refuse_odd(dict(general.first_response) | own[0], dict(general.recovery) | own[1])
