"""Facts the gateway tells, and those it hears."""
