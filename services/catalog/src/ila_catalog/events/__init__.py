"""What this service tells the others (`published`) and what it hears from them (`consumed`)."""
