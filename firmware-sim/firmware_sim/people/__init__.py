"""What people do in their homes: presence, warmth, washing, cooking, drying, windows."""
