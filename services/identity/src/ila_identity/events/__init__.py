"""What identity tells the other services, and what it hears."""
