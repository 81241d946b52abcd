"""Promised time: business hours, clocks, the sweep that keeps them."""
