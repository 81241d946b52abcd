"""What config.py is made of: the values, the tables, how they are walked and how they are printed."""
