"""The words of the month in figures, in each of the languages."""

from dataclasses import dataclass
from decimal import Decimal

from desk.breach import BreachReason
from sla.policy import Goal


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """between, point: what stands between the columns of a file, and before cents, where people open it."""

    locale: str
    subject: str
    titles: tuple[str, str, str]
    counts: tuple[str, str, str, str]
    goals: dict[Goal, str]
    share: str
    out_of: str
    late: str
    reasons: dict[BreachReason | None, str]
    billed: str
    amount: str
    excluding: str
    budget: str
    used: str
    waiting: str
    head: tuple[str, str, str, str]
    colon: str = ": "
    in_hours: str
    in_euros: str
    between: str = ";"
    point: str = ","

    def decimals(self, amount: Decimal) -> str:
        """The amount with its cents, as a spreadsheet reads it."""
        return f"{amount:.2f}".replace(".", self.point)


def _goals(first: str, recovery: str) -> dict[Goal, str]:
    return {Goal.FIRST_RESPONSE: first, Goal.RECOVERY: recovery}


def _reasons(*words: str) -> dict[BreachReason | None, str]:
    return dict(zip((*BreachReason, None), words, strict=True))


WORDS = {
    "nl": Words(
        locale="nl",
        subject="{}: uw meldingen in cijfers",
        titles=("Meldingen", "Afgesproken tijden", "Uren en bedragen"),
        counts=("Nieuw", "Opgelost", "Geannuleerd", "Nog open aan het eind"),
        goals=_goals("Eerste reactie op tijd", "Opgelost op tijd"),
        share="{} van {} ({}%)",
        out_of="{} van {}",
        late="Te laat",
        reasons=_reasons(
            "wachten op een leverancier", "onderschat", "niemand vrij", "hogere prioriteit gegeven",
            "probleem met e-mail", "andere reden", "geen reden genoteerd",
        ),
        billed="Berekende tijd",
        amount="Bedrag",
        excluding="{} exclusief btw",
        budget="Tijd van goedgekeurde begrotingen",
        used="{} van {} gebruikt",
        waiting="Wacht op uw akkoord",
        head=("Wat", "Prioriteit", "Aantal", "Van"),
        in_hours="{} (uren)",
        in_euros="{} (EUR, exclusief btw)",
    ),
    "en": Words(
        locale="en_GB",
        subject="{}: your requests in figures",
        titles=("Requests", "Promised times", "Hours and amounts"),
        counts=("New", "Resolved", "Cancelled", "Still open at the end"),
        goals=_goals("First response in time", "Solved in time"),
        share="{} of {} ({}%)",
        out_of="{} of {}",
        late="Too late",
        reasons=_reasons(
            "waiting for a supplier", "underestimated", "nobody free", "given a higher priority",
            "mail problem", "another reason", "no reason noted",
        ),
        billed="Billed time",
        amount="Amount",
        excluding="{} excluding VAT",
        budget="Time of approved budgets",
        used="{} of {} used",
        waiting="Waiting for your approval",
        head=("What", "Priority", "Number", "Of"),
        in_hours="{} (hours)",
        in_euros="{} (EUR, excluding VAT)",
        between=",",
        point=".",
    ),
    "de": Words(
        locale="de",
        subject="{}: Ihre Anfragen in Zahlen",
        titles=("Anfragen", "Zugesagte Zeiten", "Stunden und Beträge"),
        counts=("Neu", "Gelöst", "Storniert", "Am Ende noch offen"),
        goals=_goals("Erste Antwort rechtzeitig", "Rechtzeitig gelöst"),
        share="{} von {} ({}\u00a0%)",
        out_of="{} von {}",
        late="Zu spät",
        reasons=_reasons(
            "Warten auf einen Lieferanten", "unterschätzt", "niemand frei", "höhere Priorität vergeben",
            "Problem mit E-Mail", "anderer Grund", "kein Grund notiert",
        ),
        billed="Berechnete Zeit",
        amount="Betrag",
        excluding="{} zzgl. MwSt.",
        budget="Zeit freigegebener Kostenvoranschläge",
        used="{} von {} verbraucht",
        waiting="Wartet auf Ihre Freigabe",
        head=("Was", "Priorität", "Anzahl", "Von"),
        in_hours="{} (Stunden)",
        in_euros="{} (EUR, zzgl. MwSt.)",
    ),
    "fr": Words(
        locale="fr",
        subject="{}\u00a0: vos demandes en chiffres",
        titles=("Demandes", "Délais promis", "Heures et montants"),
        counts=("Nouvelles", "Résolues", "Annulées", "Encore ouvertes à la fin"),
        goals=_goals("Première réponse à temps", "Résolues à temps"),
        share="{} sur {} ({}\u00a0%)",
        out_of="{} sur {}",
        late="En retard",
        reasons=_reasons(
            "attente d’un fournisseur", "sous-estimé", "personne de libre", "priorité relevée",
            "problème de courriel", "autre raison", "aucune raison notée",
        ),
        billed="Temps facturé",
        amount="Montant",
        excluding="{} hors TVA",
        budget="Temps des devis acceptés",
        used="{} sur {} utilisées",
        waiting="En attente de votre accord",
        head=("Quoi", "Priorité", "Nombre", "Sur"),
        colon="\u00a0: ",
        in_hours="{} (heures)",
        in_euros="{} (EUR, hors TVA)",
    ),
}  # fmt: skip
