"""What the desk remembers, in SQL."""
