"""Stand-ins for outside systems, with faults to order."""
