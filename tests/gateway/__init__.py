"""The gateway: adapters, spool, consent at the edge, and the way up to a real broker."""
