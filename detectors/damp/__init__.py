"""Damp: what a room's days say of water, cold surfaces and mould, and what may lie behind it."""
