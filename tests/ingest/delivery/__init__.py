"""Small models of all that stands around a worker: its homes, the broker, the database, and time.

`tests/ingest/test_delivery_machine.py` plays them against the worker's own code.
"""
