"""Mails whose code or link lets the reader in somewhere: one-time codes, confirmations of an address."""

import re
from functools import lru_cache

from mail.reading import InboundEmail

_LOOKED_AT = 20_000
"""Characters of the text; the mails of machines that send codes are short."""

_CODES_TEXT = """
    verification code | security code | confirmation code | authentication code | authorization code
    login code | log-in code | sign-in code | sign in code | signin code | access code | one-time code
    one time code | one-time password | one time password | one-time passcode | one-time pin | passcode
    single-use code | two-factor code | 2fa code | otp code | your code is | your pin code | activation code
    verificatiecode | inlogcode | beveiligingscode | bevestigingscode | toegangscode | aanmeldcode
    activeringscode | activatiecode | eenmalige code | eenmalig wachtwoord | eenmalige toegangscode
    tijdelijke code | je code is | uw code is | controlecode
    bestätigungscode | sicherheitscode | verifizierungscode | verifikationscode | anmeldecode
    einmalcode | einmalpasswort | einmalkennwort | einmal-code | einmal-passwort | zugangscode
    freischaltcode | aktivierungscode | ihr code lautet | dein code lautet
    code de vérification | code de verification | code de confirmation | code de sécurité
    code de securite | code de connexion | code d'accès | code d’accès | code d'authentification
    code d’authentification | code d'activation | code à usage unique | mot de passe à usage unique
    code unique | votre code est | code temporaire
    """
_LINKS_TEXT = """
    confirm your email | confirm your e-mail | verify your email | verify your e-mail | confirm your account
    verify your account | activate your account | confirm your address | confirm your subscription
    confirm your new email | verify your identity | reset your password | password reset | magic link
    sign-in link | login link | log in with this link | sign in to your account with this link
    bevestig je e-mail | bevestig uw e-mail | bevestig je email | bevestig uw email | bevestig je account
    bevestig uw account | e-mailadres bevestigen | e-mailadres te bevestigen | e-mailadres verifiëren
    verifieer je e-mail | verifieer uw e-mail | activeer je account | activeer uw account
    account activeren | wachtwoord opnieuw in | wachtwoord herstellen | wachtwoord resetten | inloglink
    bestätigen sie ihre e-mail | bestätige deine e-mail | e-mail-adresse bestätigen
    e-mail-adresse zu bestätigen | e-mail bestätigen | bestätigen sie ihr konto | konto aktivieren
    konto bestätigen | passwort zurücksetzen | passwort zurückzusetzen | kennwort zurücksetzen
    confirmez votre adresse | confirmer votre adresse | confirmez votre e-mail | confirmez votre email
    vérifiez votre adresse | vérifier votre adresse | activez votre compte | activer votre compte
    confirmez votre compte | réinitialiser votre mot de passe | réinitialisation de votre mot de passe
    lien de connexion
    """


def _any_of(phrases: str) -> re.Pattern[str]:
    words = [" ".join(phrase.split()) for line in phrases.strip().split("\n") for phrase in line.split("|")]
    return re.compile("|".join(map(re.escape, sorted(filter(None, words), key=len, reverse=True))))


_SPEAKS_OF_CODE, _SPEAKS_OF_LINK = _any_of(_CODES_TEXT), _any_of(_LINKS_TEXT)

_CODE = re.compile(
    r"(?<![\w.,/:€$@#-])(?:[A-Z]{1,3}-)?(?:\d{4,10}|\d{3}[ -]\d{3,4}|(?=[A-Z]*\d)[A-Z0-9]{5,10}"
    r"|[A-Z0-9]{4}-[A-Z0-9]{4}|[A-Z0-9]{3}-[A-Z0-9]{3})(?![\w/@:-]|[.,]\d)"
)
"""Digits, or capitals with a digit among them, that stand alone: no date, amount, address or tag of ours."""

_LINK = re.compile(r"https?://\S{12,}")


def why_sensitive(email: InboundEmail) -> str:
    """What lets its reader in, in words for agents; empty where nothing does.

    That a customer writes about such a mail is not enough: the code or the link must be in it."""
    return _why(f"{email.subject_line}\n{email.text[:_LOOKED_AT]}")


@lru_cache(maxsize=4)  # asked twice about each mail: once as it is filed, once as it is kept
def _why(text: str) -> str:
    plain = " ".join(text.lower().split())
    if _SPEAKS_OF_CODE.search(plain) and _CODE.search(text):
        return "a code to log in with"
    if _SPEAKS_OF_LINK.search(plain) and _LINK.search(text):
        return "a link that confirms an address or opens an account"
    return ""


def masked(subject: str) -> str:
    """A subject without the code in it."""
    return _CODE.sub("••••", subject)
