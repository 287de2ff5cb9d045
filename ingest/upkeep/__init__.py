"""What keeps the store in bounds: retention, rejections, arrivals and chunks, at intervals."""
