"""What this service tells the others, and what it hears: classes here, JSON Schemas beside them."""
