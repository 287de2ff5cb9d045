"""What devices make of the physics: noise, steps, drift, sleep, faults of their own."""
