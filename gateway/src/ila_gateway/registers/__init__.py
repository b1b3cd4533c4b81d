"""State registers asked on behalf of the services: one adapter each, behind one shape."""
