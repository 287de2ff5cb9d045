"""Warmth: homes too cold to live in, rooms heated by nobody, homes that lose too much heat."""
