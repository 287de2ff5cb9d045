"""What is merely odd: it happens in every home, sound ones too, and is no fault."""
