"""What the people of the made-up ticket write, in each language."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What the people of the made-up ticket write."""

    subject: str
    request: str
    reply: str
    question: str
    answer: str
    solution: str
    reason: str
    wish: str
    emergency: str


WORDS = {
    "nl": Words(
        subject="De bon wordt niet geprint",
        request="Goedemorgen,\n\nSinds vanmorgen komt er geen bon meer uit de printer in de winkel.\n"
        "Kunt u ons helpen?\n\nGroet,\nJan",
        reply="Hoi Jan,\n\nDe printer wacht op een **nieuwe rol papier**. Wilt u:\n\n"
        "1. de klep openen\n2. de rol vervangen\n3. de klep sluiten\n\n"
        "Zie ook [de handleiding](https://desk.example/printer).",
        question="Hoi Jan,\n\nWelk nummer staat er op de sticker *onder* de printer?",
        answer="Op de sticker staat TM-88.",
        solution="Er zit een nieuwe rol in en de printer is **getest**.",
        reason="Deze melding is dezelfde als HD-41.",
        wish="Een tweede printer in het magazijn:\n\n- aansluiten en instellen\n"
        "- bonnen van **beide** kassa's",
        emergency="De kassa doet het niet; een monteur komt vanavond langs.",
    ),
    "en": Words(
        subject="Receipts are not printed",
        request="Good morning,\n\nSince this morning no receipt comes out of the printer in the shop.\n"
        "Can you help us?\n\nRegards,\nJan",
        reply="Hi Jan,\n\nThe printer waits for a **new roll of paper**. Would you:\n\n"
        "1. open the lid\n2. replace the roll\n3. close the lid\n\n"
        "See [the manual](https://desk.example/printer) as well.",
        question="Hi Jan,\n\nWhich number is on the sticker *below* the printer?",
        answer="The sticker says TM-88.",
        solution="A new roll is in, and the printer has been **tested**.",
        reason="This request is the same as HD-41.",
        wish="A second printer in the warehouse:\n\n- connect it and set it up\n- receipts of **both** tills",
        emergency="The till does not work; an engineer comes by this evening.",
    ),
    "de": Words(
        subject="Der Bon wird nicht gedruckt",
        request="Guten Morgen,\n\nseit heute früh kommt kein Bon mehr aus dem Drucker im Laden.\n"
        "Können Sie uns helfen?\n\nMit freundlichen Grüßen\nJan",
        reply="Guten Tag Herr Jansen,\n\nder Drucker braucht eine **neue Rolle Papier**. Bitte:\n\n"
        "1. die Klappe öffnen\n2. die Rolle austauschen\n3. die Klappe schließen\n\n"
        "Siehe auch [die Anleitung](https://desk.example/printer).",
        question="Guten Tag Herr Jansen,\n\nwelche Nummer steht auf dem Aufkleber *unter* dem Drucker?",
        answer="Auf dem Aufkleber steht TM-88.",
        solution="Eine neue Rolle ist eingelegt, und der Drucker ist **getestet**.",
        reason="Diese Anfrage ist dieselbe wie HD-41.",
        wish="Ein zweiter Drucker im Lager:\n\n- anschließen und einrichten\n- Bons von **beiden** Kassen",
        emergency="Die Kasse funktioniert nicht; ein Techniker kommt heute Abend vorbei.",
    ),
    "fr": Words(
        subject="Les tickets ne s'impriment plus",
        request="Bonjour,\n\nDepuis ce matin, l'imprimante du magasin ne sort plus aucun ticket.\n"
        "Pouvez-vous nous aider ?\n\nCordialement,\nJan",
        reply="Bonjour Monsieur Jansen,\n\nL'imprimante attend un **nouveau rouleau**. Veuillez :\n\n"
        "1. ouvrir le capot\n2. remplacer le rouleau\n3. refermer le capot\n\n"
        "Voir aussi [le mode d'emploi](https://desk.example/printer).",
        question="Bonjour Monsieur Jansen,\n\nQuel numéro figure sur l'étiquette *sous* l'imprimante ?",
        answer="L'étiquette indique TM-88.",
        solution="Un nouveau rouleau est en place, et l'imprimante a été **testée**.",
        reason="Cette demande est la même que HD-41.",
        wish="Une deuxième imprimante à l'entrepôt :\n\n- la raccorder et la configurer\n"
        "- les tickets des **deux** caisses",
        emergency="La caisse ne fonctionne pas ; un technicien passe ce soir.",
    ),
}
