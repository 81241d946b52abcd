"""Which mails hold a code or a link that lets somebody in, and which only speak of one."""

import pytest

from mail.reading import read
from mail.sensitive import masked, why_sensitive


def verdict(letter, text, subject="Bericht", **headers):
    return why_sensitive(read(letter(text, Subject=subject, **headers)))


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("123456 is your verification code", "Do not share it."),
        ("Sign in", "Your one-time password:\n\n  384 921\n\nIt expires in ten minutes."),
        ("Your Apple ID", "Your verification code is: 4821. Don't share it."),
        ("Slack confirmation code: AB7-K2P", "Confirmation code\n\nX4T9K2"),
        ("Google", "G-728134 is your Google verification code."),
        ("Inloggen", "Uw eenmalige code: 90210"),
        ("Uw verificatiecode", "Gebruik 554 201 om in te loggen."),
        ("Inlogcode", "Je inlogcode is 12345678"),
        ("Ihr Sicherheitscode", "Bitte geben Sie 771204 ein."),
        ("Anmeldung", "Ihr Einmalpasswort lautet: 5519"),
        ("Votre code de vérification", "Le code : 338102"),
        ("Connexion", "Voici votre code à usage unique\n\n 665 204"),
    ],
)
def test_a_code_to_log_in_with_is_sensitive_in_every_language(letter, subject, text):
    assert verdict(letter, text, "=?utf-8?q?" + _quoted(subject) + "?=") == "a code to log in with"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Confirm your email address", "Click https://app.example/confirm?token=abcdef123"),
        ("Welcome", "Please verify your e-mail:\nhttps://app.example/v/abcdef123456"),
        ("Password", "To reset your password, follow https://app.example/reset/abcdef123456"),
        ("Welkom", "Bevestig je e-mailadres via https://app.example/bevestig/abcdef"),
        ("Wachtwoord", "Wachtwoord herstellen? https://app.example/herstel/abcdef"),
        ("Willkommen", "Bitte bestätigen Sie Ihre E-Mail-Adresse: https://app.example/b/abcdef12"),
        ("Passwort", "Passwort zurücksetzen: https://app.example/pw/abcdef1234"),
        ("Bienvenue", "Confirmez votre adresse : https://app.example/c/abcdef1234"),
        ("Mot de passe", "Pour réinitialiser votre mot de passe : https://app.example/m/abcdef"),
    ],
)
def test_a_link_that_confirms_an_address_is_sensitive_in_every_language(letter, subject, text):
    assert verdict(letter, text, subject).startswith("a link that confirms")


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Printer", "De printer doet het niet meer sinds 23-11-2026, factuur 2026/4711."),
        ("No mail", "I never got the verification code, can you help?"),
        ("Geen code", "Ik krijg geen inlogcode. Bel mij op 020-1234567."),
        ("Login", "How do I reset my password? The manual does not say."),
        ("Order 482913", "Where is my order? Paid EUR 1250,00 on 1 November."),
        ("[HD-4711] Printer", "It broke again."),
    ],
)
def test_who_only_writes_about_such_a_mail_or_has_a_number_is_shown(letter, subject, text):
    assert verdict(letter, text, subject) == ""


def test_a_long_mail_takes_no_longer_than_a_short_one(letter):
    assert verdict(letter, "1234 " * 200_000 + "code") == ""


def test_the_code_is_taken_out_of_the_subject():
    assert masked("123456 is your verification code") == "•••• is your verification code"
    assert masked("Slack confirmation code: XTK-49A") == "Slack confirmation code: ••••"
    assert masked("Printer on floor 3") == "Printer on floor 3"


def _quoted(text):
    return "".join(f"={byte:02X}" for byte in text.encode())
