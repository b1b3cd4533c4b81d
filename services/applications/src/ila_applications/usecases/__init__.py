"""What applications can do; the door that opened the unit of work commits it."""
