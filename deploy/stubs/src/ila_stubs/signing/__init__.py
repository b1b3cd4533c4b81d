"""A public key infrastructure of its own that signs good files for development. Nobody else trusts it."""
