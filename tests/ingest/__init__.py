"""Ingest: from bytes on a real broker to rows in a real TimescaleDB."""
