"""MQTT to TimescaleDB: what was committed is acknowledged, and nothing else."""
