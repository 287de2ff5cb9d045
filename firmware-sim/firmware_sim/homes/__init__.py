"""What homes are made of: fabric, household, heating plant; seeded variety over an estate."""
