"""The detectors on files: an estate folder in, alerts as JSON lines out; no database, no broker."""
