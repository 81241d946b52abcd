"""The commands that people type: each reads its arguments, makes one call, and prints."""
