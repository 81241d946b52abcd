"""Rehearsals: the real desk on a clock that a scenario turns, with both roads out of it written down."""
