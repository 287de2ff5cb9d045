"""What the store keeps, on a real TimescaleDB."""
