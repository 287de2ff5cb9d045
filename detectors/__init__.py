"""Arrays in, findings out. Everything here is pure; only `run` and `analyse` touch the world."""
