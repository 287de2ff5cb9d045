"""Air, water, rooms, mould: heat and moisture that go from one node to another."""
