"""Outdoor weather of areas without a station, from a public forecast service."""
