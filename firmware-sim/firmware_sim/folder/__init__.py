"""The estate folder: simulated homes as tables on disk, and as an iterator of blocks."""
