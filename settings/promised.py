"""The promises that the settings describe, as the desk reckons with them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from desk.priority import Priority
from settings.agreed import Agreed
from settings.contracts import Contract as Agreement
from sla.hours import BusinessHours
from sla.policy import Contract, Policy, ResponseCounts


def policy_of(agreed: Agreed) -> Policy:
    """What customers in general, and those with a contract, are promised."""
    promises = agreed.promises
    return Policy(
        hours=BusinessHours(agreed.hours.calendar()),
        first_response=_targets(promises.first_response),
        recovery=_targets(promises.recovery),
        levels=promises.levels,
        silence=timedelta(hours=promises.silence_hours),
        reminder=timedelta(hours=promises.reminder_hours),
        close_after=timedelta(days=promises.close_after_days),
        response_counts=ResponseCounts(promises.response_counts),
        contracts=tuple(map(_contract, agreed.contracts)),
    )


def _contract(agreement: Agreement) -> Contract:
    return Contract(
        name=agreement.name,
        domains=frozenset(agreement.domains),
        addresses=frozenset(address.lower() for address in agreement.addresses),
        first_response=_targets(agreement.first_response),
        recovery=_targets(agreement.recovery),
        hours=BusinessHours(agreement.hours.calendar()) if agreement.hours else None,
        language=agreement.language,
        rate=agreement.rate,
        approvers=frozenset(address.lower() for address in agreement.approvers),
    )


def _targets(table: Iterable[tuple[str, Any]]) -> dict[Priority, timedelta]:
    return {Priority(name): timedelta(hours=hours) for name, hours in table if hours is not None}
