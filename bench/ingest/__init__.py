"""Ingest beside its ceilings: draining, a steady live load, what it costs."""

from bench.ingest.measure import add_options, measure
from bench.ingest.report import lines

__all__ = ["add_options", "lines", "measure"]
