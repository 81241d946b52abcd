"""A Slack workspace and a mail world on this machine, to try the desk in and to test it against."""
