"""What applications tells the other services, and what it hears."""
