"""What Homewell means: quantities, readings on the wire, findings, consent and casework. Pure."""
