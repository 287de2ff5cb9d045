"""Outdoors: synthetic British weather, and weather that was recorded."""
