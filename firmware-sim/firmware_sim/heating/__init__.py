"""Boilers, their water and their hot water: arrays over homes, one step a minute for all."""
