"""Guess whether a customer writes Dutch or English, from the small words nobody can avoid."""

_DUTCH_TEXT = """
    de het een en van ik je jij jullie wij ons onze niet dat dit die deze is zijn was waren op voor met
    aan naar bij uit ook maar nog wel geen kan kunt kunnen wordt worden heb heeft hebben hebt graag dank
    bedankt groet groeten vriendelijke beste geachte meneer mevrouw om te als dan door over mijn uw u er
    hier daar wat wie waar hoe waarom wanneer weer al heel zo moet moeten zou zouden alvast sinds
    vandaag morgen gisteren werkt doet krijg krijgen kijken"""
DUTCH = frozenset(_DUTCH_TEXT.split())

_ENGLISH_TEXT = """
    the a an and of i you we our us not that this those these is are was were on for with at to by from
    also but still no can could will would have has had please thanks thank regards dear sir madam kind as
    then through about my your there here what who where how why when again very so must should since
    today tomorrow yesterday works does get getting look it its be been do if or any all just me they"""
ENGLISH = frozenset(_ENGLISH_TEXT.split())

_LOOKED_AT = 400
"""Words; more does not change the answer."""

_ENOUGH = 2
"""Small words needed before we dare to guess."""


def guess(text: str) -> str | None:
    """ "nl", "en", or None where the words do not say."""
    words = [word.strip(".,;:!?()\"'").lower() for word in text[:8000].split()[:_LOOKED_AT]]
    dutch = sum(word in DUTCH and word not in ENGLISH for word in words)
    english = sum(word in ENGLISH and word not in DUTCH for word in words)
    if max(dutch, english) < _ENOUGH or dutch == english:
        return None
    return "nl" if dutch > english else "en"
