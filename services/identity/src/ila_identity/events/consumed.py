"""The parts of other services' events that identity relies on: none yet."""
