"""Device dialects: what a device says becomes readings, by pure functions over tables."""
