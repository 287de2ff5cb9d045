"""Homes that do not exist: weather, fabric, people, boilers, and the faults put into them."""
