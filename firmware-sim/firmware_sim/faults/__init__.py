"""What can be broken, what each fault changes, and since when."""
