"""Is what we are told true? Detectors of devices, and what of their readings is believed."""
