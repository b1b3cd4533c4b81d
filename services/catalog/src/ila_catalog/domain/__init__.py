"""What is true about calls, needs and programmes: rules and types, no I/O, no clock, no framework."""
