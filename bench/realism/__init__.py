"""Simulated homes beside real ones: the same weather, the same statistics, quantiles in a row."""

from bench.realism.measure import add_options, measure
from bench.realism.page import lines

__all__ = ["add_options", "lines", "measure"]
