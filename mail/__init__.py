"""The email edge: reading what customers write, writing to them."""
