"""What a day of many homes costs all detectors, beside a plain pass and one home at a time."""

from bench.speed.measure import add_options, measure
from bench.speed.report import lines

__all__ = ["add_options", "lines", "measure"]
