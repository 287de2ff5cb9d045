"""Detectors of boiler faults, and what a day of a boiler comes down to for them."""
