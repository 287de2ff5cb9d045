"""What people and the landlord's own systems ask of Homewell, and what leaves it for them."""
