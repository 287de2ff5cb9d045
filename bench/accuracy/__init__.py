"""Detectors and simple rules against the simulator's truth: who finds what, and who cries wolf."""

from bench.accuracy.measure import add_options, measure
from bench.accuracy.report import lines

__all__ = ["add_options", "lines", "measure"]
