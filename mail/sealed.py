"""What the desk says of parts that hide their content from everybody but certain programs."""

from mail.attachments import Attachment

_ENCRYPTED = "This mail is encrypted ({kind}): its words are in {name}, for whoever has the key."
_SIGNED = "This mail is signed in a form (S/MIME) that wraps its words up: they are in {name}."
_PACKED = (
    "Outlook packed files or formatting into {name}, which only Outlook opens: ask for them in another form."
)
_NOTES = {
    "application/ms-tnef": _PACKED,
    "application/vnd.ms-tnef": _PACKED,
    "application/pgp-encrypted": _ENCRYPTED.replace("{kind}", "PGP"),
}
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNED_TYPES = frozenset({"signed-data", "certs-only"})
_ARMOUR = b"-----BEGIN PGP MESSAGE-----"


def notes_on(file: Attachment, smime_type: str = "") -> list[str]:
    """One note or none.  smime_type: the parameter of that name, as sent."""
    note = _NOTES.get(file.content_type, "")
    if file.content_type in _SMIME:
        note = _SIGNED if smime_type.lower() in _SIGNED_TYPES else _ENCRYPTED.replace("{kind}", "S/MIME")
    elif file.name.lower() == "winmail.dat":
        note = _PACKED
    elif file.content[:100].lstrip().startswith(_ARMOUR):
        note = _ENCRYPTED.replace("{kind}", "PGP")
    return [note.replace("{name}", file.name)] if note else []
