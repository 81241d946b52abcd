"""Guess in which language a customer writes, from the small words nobody can avoid."""

from collections import Counter

_WORDS = {
    "nl": """
        de het een en van ik je jij jullie wij ons onze niet dat dit die deze is zijn was waren op
        voor met aan naar bij uit ook maar nog wel geen kan kunt kunnen wordt worden heb heeft
        hebben hebt graag dank bedankt groet groeten vriendelijke beste geachte meneer mevrouw om te
        als dan door over mijn uw u er hier daar wat wie waar hoe waarom wanneer weer al heel zo
        moet moeten zou zouden alvast sinds vandaag morgen gisteren werkt doet krijg krijgen kijken
        hallo""",
    "en": """
        the a an and of i you we our us not that this those these is are was were on for with at to
        by from also but still no can could will would have has had please thanks thank regards dear
        sir madam kind as then through about my your there here what who where how why when again
        very so must should since today tomorrow yesterday works does get getting look it its be
        been do if or any all just me they hello""",
    "de": """
        der die das ein eine einen einem einer und von ich du wir sie uns unser unsere nicht dass
        dieser diese dieses ist sind war waren auf für mit an nach bei aus auch aber noch kein keine
        kann können wird werden habe hat haben gerne danke gruß grüße grüßen freundlichen
        freundliche liebe lieber geehrte geehrter herr frau um zu als dann durch über mein ihr ihre
        ihnen es hier was wer wo wie warum wann wieder sehr so muss müssen sollte seit heute morgen
        gestern funktioniert bekomme bitte den dem des im am zum zur hallo guten""",
    "fr": """
        le la les un une et de du des je tu nous vous il elle on notre nos ne pas que ce cette ces
        est sont était sur pour avec à au aux chez par aussi mais encore peut pouvez être avez avons
        ont merci cordialement bonjour madame monsieur cher chère si comme dans mon ma mes votre vos
        qui où comment pourquoi quand très depuis hier demain fonctionne plus s'il d'un d'une c'est
        j'ai qu'il salutations""",
}
LANGUAGES = tuple(_WORDS)
"""Those that can be told apart."""

_SETS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_LOOKED_AT = 400
"""Words; more does not change the answer."""

_ENOUGH = 2
"""Small words needed before we dare to guess."""


def guess(text: str) -> str | None:
    """One of LANGUAGES, or None where the words do not say."""
    words = Counter(word.strip(".,;:!?()\"'") for word in text[:8000].lower().split()[:_LOOKED_AT])
    found = Counter(
        {language: sum(words[word] for word in words.keys() & small) for language, small in _SETS.items()}
    ).most_common(2)
    if found[0][1] < _ENOUGH or found[0][1] == found[1][1]:
        return None
    return found[0][0]
