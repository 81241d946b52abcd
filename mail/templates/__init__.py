"""The words of the desk's mails, per language, and how they become text and HTML."""
